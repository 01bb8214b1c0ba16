import type { Snapshot } from '@aiw3/nft-upgrade';
import { type SupportedDescription, useMessages } from '@aiw3/nft-upgrade-react';
import { useEffect, useState } from 'react';

const TRIED_AGAIN = ['upload_failed', 'mint_failed', 'recovering'];

/** What went wrong, told as it is: what happened, where the asset is, what to do next. Nothing while all is well. */
export function Problems({ description, now }: { description: SupportedDescription; now: Snapshot | null }) {
  const again = now !== null && TRIED_AGAIN.includes(now.status);
  const problems = again ? [] : description.problems;
  return (
    <>
      {again && <Recovery now={now} asset={description.asset} />}
      {problems.map((problem) => (
        <p key={problem.axis} className="notice" role="alert" data-tone="trouble" data-code={problem.code}>
          <b>{problem.message}</b> {description.asset} {problem.hint}
          {typeof now?.now.compensationId === 'string' && (
            <>
              {' '}
              Your reference is <span className="mono">{now.now.compensationId}</span>.
            </>
          )}{' '}
          {problem.axis !== 'wallet' && problem.support}
        </p>
      ))}
      {description.connection && (
        <p className="notice" data-tone="wait">
          {description.connection} What you see is the last that was heard.
        </p>
      )}
    </>
  );
}

/** A failed attempt after the burn: how many there were, and when the next one comes. */
function Recovery({ now: { status, now }, asset }: { now: Snapshot; asset: string }) {
  const messages = useMessages();
  const failed = typeof now.step === 'string' ? `${now.step}_failed` : status;
  return (
    <p className="notice" data-tone="wait">
      <b>{messages.status(failed)}.</b> {asset} Attempt {Number(now.attempt)} of {Number(now.maxAttempts)} failed
      {typeof now.retryAt === 'string' ? <Countdown until={Date.parse(now.retryAt)} /> : '.'}
    </p>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((until - now) / 1000);
  return <>; {seconds > 0 ? `the next one is in ${seconds} s.` : 'the next one begins.'}</>;
}
