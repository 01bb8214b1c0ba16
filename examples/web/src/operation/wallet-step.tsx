import type { BurnTransaction, WalletState } from '@aiw3/nft-upgrade';
import { type ActionProps, useMessages } from '@aiw3/nft-upgrade-react';
import { useMemo } from 'react';
import { guard } from '../session/session.ts';

interface WalletStepProps {
  burn: BurnTransaction;
  operationId: string;
  wallet: WalletState;
  action: Pick<ActionProps<never>, 'sign' | 'cancel'>;
}

/** The one irreversible click: what it does is read from the bytes, on this device, before anything is asked. */
export function WalletStep({ burn, operationId, wallet, action }: WalletStepProps) {
  const messages = useMessages();
  const verdict = useMemo(() => {
    const { transaction, mint, owner, tokenProgram } = burn;
    return guard.inspect(transaction, { operationId, mint, owner, ...(tokenProgram && { tokenProgram }) }, 'before');
  }, [burn, operationId]);
  return (
    <section className="wallet-step" aria-labelledby="wallet-step">
      <h3 id="wallet-step">What you sign</h3>
      {verdict.safe ? (
        <>
          <p className="sentence">{verdict.sentence}</p>
          <p className="quiet small">Read from the transaction itself, on this device. Anything else would not be shown to your wallet.</p>
        </>
      ) : (
        <p className="notice" role="alert" data-tone="trouble">
          This transaction does more than burn your NFT, so it is not shown to your wallet: {verdict.findings[0]?.message}
        </p>
      )}
      <div className="actions">
        <button className="button primary" {...action.sign(wallet === 'rejected' ? { children: 'Sign again' } : {})} />
        <button className="button" {...action.cancel()} />
        <p className="quiet small">{wallet === 'rejected' ? '' : messages.wallet(wallet)}</p>
      </div>
    </section>
  );
}
