import type { Snapshot } from '@aiw3/nft-upgrade';
import { type SupportedDescription, useMessages } from '@aiw3/nft-upgrade-react';
import { useEffect, useState } from 'react';
import { useText } from '../preferences/preferences.ts';

const TRIED_AGAIN = ['upload_failed', 'mint_failed', 'recovering'];

/**
 * A problem: what happened, where the asset is, what to do next. Shows nothing while all is well.
 */
export function Problems({
  description,
  now,
}: {
  description: SupportedDescription;
  now: Snapshot | null;
}) {
  const text = useText().operation;
  const again = now !== null && TRIED_AGAIN.includes(now.status);
  const problems = again ? [] : description.problems;
  return (
    <>
      {again && <Recovery now={now} asset={description.asset} />}
      {problems.map((problem) => (
        <p
          key={problem.axis}
          className="notice"
          role="alert"
          data-tone="trouble"
          data-code={problem.code}
        >
          <b>{problem.message}</b> {description.asset} {problem.hint}
          {typeof now?.now.compensationId === 'string' && (
            <>
              {' '}
              {text.reference} <span className="mono">{now.now.compensationId}</span>.
            </>
          )}{' '}
          {problem.support}
        </p>
      ))}
      {description.connection && (
        <p className="notice" data-tone="wait">
          {description.connection} {text.lastReceived}
        </p>
      )}
    </>
  );
}

/** A failed attempt after the burn: how many there were, and when the next one comes. */
function Recovery({ now: { status, now }, asset }: { now: Snapshot; asset: string }) {
  const messages = useMessages();
  const { recovery } = useText();
  const failed = typeof now.step === 'string' ? `${now.step}_failed` : status;
  return (
    <p className="notice" data-tone="wait">
      <b>
        {messages.status(failed)}
        {messages.label('full_stop')}
      </b>{' '}
      {asset} {recovery.attempt(Number(now.attempt), Number(now.maxAttempts))}
      {typeof now.retryAt === 'string' ? (
        <Countdown until={Date.parse(now.retryAt)} />
      ) : (
        recovery.over
      )}
    </p>
  );
}

function Countdown({ until }: { until: number }) {
  const { recovery } = useText();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return recovery.nextIn(Math.ceil((until - now) / 1000));
}
