import type { BurnTransaction, WalletState } from '@aiw3/nft-upgrade';
import { explainFinding } from '@aiw3/nft-upgrade/solana';
import { type ActionProps, useMessages } from '@aiw3/nft-upgrade-react';
import { useMemo } from 'react';
import { useText } from '../preferences/preferences.ts';
import { guard } from '../session/session.ts';
import { short, sol } from '../ui/format.ts';

interface WalletStepProps {
  burn: BurnTransaction;
  operationId: string;
  wallet: WalletState;
  action: Pick<ActionProps<never>, 'sign' | 'cancel'>;
}

/**
 * The one irreversible click: what it does is read from the bytes, on this device, before anything
 * is asked.
 */
export function WalletStep({ burn, operationId, wallet, action }: WalletStepProps) {
  const messages = useMessages();
  const { signing } = useText();
  const verdict = useMemo(() => {
    const { transaction, mint, owner, tokenProgram } = burn;
    return guard.inspect(
      transaction,
      { operationId, mint, owner, ...(tokenProgram && { tokenProgram }) },
      'before',
    );
  }, [burn, operationId]);
  return (
    <section className="wallet-step" aria-labelledby="wallet-step">
      <h3 id="wallet-step">{signing.title}</h3>
      {verdict.safe ? (
        <>
          <p className="sentence">
            {signing.sentence({
              sentence: verdict.sentence,
              mint: short(burn.mint),
              fee: sol(verdict.maxFeeLamports),
            })}
          </p>
          <p className="quiet small">{signing.readHere}</p>
        </>
      ) : (
        <p className="notice" role="alert" data-tone="trouble">
          {signing.refused}{' '}
          <span lang="en">{verdict.findings.slice(0, 1).map(explainFinding)}</span>
        </p>
      )}
      <div className="actions">
        <button
          className="button primary"
          {...action.sign(wallet === 'rejected' ? { children: signing.again } : {})}
        />
        <button className="button" {...action.cancel()} />
        <p className="quiet small">{wallet === 'rejected' ? '' : messages.wallet(wallet)}</p>
      </div>
    </section>
  );
}
