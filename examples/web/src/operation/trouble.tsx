import type { Snapshot } from '@aiw3/nft-upgrade';
import { useEffect, useState } from 'react';
import { Failure } from './failure.tsx';
import { messages } from './texts.ts';
import { useCommand } from './use-command.ts';
import type { Run } from './use-run.ts';
import { CancelButton } from './wallet-step.tsx';

/** What went wrong, told as it is: what happened, where the asset is, what happens next. Nothing while all is well. */
export function Trouble({ run }: { run: Run }) {
  const now = run.state.operation;
  const retry = useCommand(run.retry);
  const { connection } = run.state;
  const lost = connection.state === 'gave_up' || connection.state === 'auth_required';
  const refused = !now && connection.state === 'closed';
  // Beside the button that signs, the wallet step has its own.
  const canCancel = run.actions.includes('cancel') && !run.actions.includes('sign');
  const over = refused || (now?.terminal && now.status !== 'completed');
  const canRetry = run.actions.includes('retry') || lost;
  return (
    <>
      {now && <Told now={now} />}
      {lost && (
        <p className="notice" role="alert" data-tone="wait">
          <b>This page lost its connection.</b> {now && messages.asset(now.asset)} The operation goes on at the server; connect again to see
          it.
        </p>
      )}
      {connection.state === 'offline' && (
        <p className="notice" role="status" data-tone="wait">
          <b>You are offline.</b> What you see is the last that was heard. The operation goes on at the server, and this page catches up by
          itself.
        </p>
      )}
      {refused && <Failure error={connection.error} asset={undefined} />}
      {retry.error && <Failure error={retry.error} asset={now?.asset} />}
      {(canRetry || canCancel || over) && (
        <div className="actions">
          {canRetry && (
            <button type="button" className="button primary" disabled={retry.busy} onClick={retry.call}>
              {lost ? 'Connect again' : 'Try again now'}
            </button>
          )}
          {canCancel && <CancelButton run={run} />}
          {over && (
            <button type="button" className="button primary" onClick={run.dismiss}>
              Back
            </button>
          )}
        </div>
      )}
    </>
  );
}

/** By status, from its own fields; the catalogue says the rest. */
function Told({ now: { status, now, asset } }: { now: Snapshot }) {
  const text = (field: string) => (typeof now[field] === 'string' || typeof now[field] === 'number' ? String(now[field]) : '');
  switch (status) {
    case 'upload_failed':
    case 'mint_failed':
    case 'recovering':
      return (
        <p className="notice" role="status" data-tone="wait">
          <b>{messages.status(text('step') ? `${text('step')}_failed` : status)}.</b> {messages.asset(asset)} Attempt {text('attempt')} of{' '}
          {text('maxAttempts')} failed
          {now.retryAt ? <Countdown until={Date.parse(text('retryAt'))} /> : '; it is tried again.'}
        </p>
      );
    case 'needs_attention':
      return (
        <p className="notice" role="alert" data-tone="trouble">
          <b>{text('error')}</b> {text('userMessage')} Your reference is <span className="mono">{text('compensationId')}</span>.{' '}
          <a href="mailto:support@example.com">Write to support</a>
        </p>
      );
    case 'qualification_failed':
    case 'burn_failed':
    case 'error':
      return (
        <p className="notice" role="alert" data-tone="trouble">
          <b>{text('error')}</b> {messages.asset(asset)} You can start again.
        </p>
      );
    case 'cancelled':
    case 'compensated':
      return (
        <p className="notice" role="status">
          <b>{messages.status(status)}.</b> {messages.asset(asset)}
        </p>
      );
    case 'cancelling':
      return (
        <p className="notice" role="status" data-tone="wait">
          A burn that you may have signed could still land until block {text('until')}. When it cannot any more, this ends with your NFT in
          your wallet; if it lands, the new NFT is delivered.
        </p>
      );
    default:
      return null;
  }
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
