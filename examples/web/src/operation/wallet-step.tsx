import type { BurnTransaction } from '@aiw3/nft-upgrade';
import { useMemo } from 'react';
import { guard } from '../session/session.ts';
import { Failure } from './failure.tsx';
import { useCommand } from './use-command.ts';
import type { Run } from './use-run.ts';

const busy: Readonly<Record<string, string>> = {
  inspecting: 'Checking the transaction …',
  prompting: 'Waiting for your wallet …',
  submitting: 'Handing it to the server …',
  submitted: 'The server has it',
};

/** The one irreversible click: what it does is read from the bytes, on this device, before anything is asked. */
export function WalletStep({ run, burn }: { run: Run; burn: BurnTransaction }) {
  const { wallet } = run.state;
  const sign = useCommand(run.sign);
  const verdict = useMemo(() => {
    const { transaction, mint, owner, tokenProgram } = burn;
    return guard.inspect(transaction, { operationId: run.state.id ?? '', mint, owner, ...(tokenProgram && { tokenProgram }) }, 'before');
  }, [burn, run.state.id]);
  const waiting = busy[wallet.state];
  return (
    <section className="wallet-step" aria-labelledby="wallet-step">
      <h3 id="wallet-step">What you sign</h3>
      {verdict.safe ? (
        <>
          <p className="sentence">{verdict.sentence}</p>
          <p className="quiet small">Read from the transaction itself on this device. Anything else would not be shown to your wallet.</p>
        </>
      ) : (
        <p className="notice" role="alert" data-tone="trouble">
          This transaction does more than burn your NFT, so it is not shown to your wallet: {verdict.findings[0]?.message}
        </p>
      )}
      {(wallet.error ?? sign.error) && <Failure error={wallet.error ?? sign.error} asset={run.state.operation?.asset} />}
      <div className="actions">
        <button type="button" className="button primary" disabled={!verdict.safe || waiting !== undefined || sign.busy} onClick={sign.call}>
          {waiting ?? (wallet.error ? 'Sign again' : 'Sign in your wallet')}
        </button>
        <CancelButton run={run} />
      </div>
    </section>
  );
}

export function CancelButton({ run }: { run: Run }) {
  const cancel = useCommand(run.cancel);
  if (!run.actions.includes('cancel')) return null;
  return (
    <>
      <button type="button" className="button" disabled={cancel.busy} onClick={cancel.call}>
        Cancel
      </button>
      {cancel.error && <Failure error={cancel.error} asset={run.state.operation?.asset} />}
    </>
  );
}
