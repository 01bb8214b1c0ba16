import type { Snapshot } from '@aiw3/nft-upgrade';
import type { ReactNode } from 'react';
import { useText } from '../preferences/preferences.ts';
import { ChainLink, ContentLink } from '../ui/chain-link.tsx';
import { ReceiptCheck } from './receipt-check.tsx';

/** What was exchanged for what, with where to check it. */
export function Receipt({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
  const { receipt: words, duration } = useText();
  const { facts, startedAt, updatedAt } = snapshot;
  const text = (field: string) => (typeof facts[field] === 'string' ? facts[field] : null);
  const [burned, minted, receipt] = [facts.currentNFT, facts.newNFT, facts.receipt].map(
    (fact) => fact as Record<string, unknown> | undefined,
  );
  const burn = text('burnTxSignature');
  const mint = text('transactionSignature');
  const cid = text('ipfsHash');
  const rows: [string, ReactNode][] = [
    [words.newNft, minted && <ChainLink kind="address" value={String(minted.mintAddress)} />],
    [words.mint, mint && <ChainLink kind="tx" value={mint} />],
    [words.burned, burned && <ChainLink kind="address" value={String(burned.mintAddress)} />],
    [words.burn, burn && <ChainLink kind="tx" value={burn} />],
    [words.metadata, cid && <ContentLink cid={cid} />],
    [words.receipt, receipt && <span className="mono">{String(receipt.id)}</span>],
    [words.verified, receipt && <ReceiptCheck receipt={receipt} />],
    [words.took, duration(Date.parse(updatedAt) - Date.parse(startedAt))],
  ];
  return (
    <section className="receipt" aria-labelledby="receipt">
      <h3 id="receipt">{words.title}</h3>
      <dl className="facts">
        {rows
          .filter(([, value]) => Boolean(value))
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div className="actions">
        <button type="button" className="button primary" onClick={onClose}>
          {words.done}
        </button>
      </div>
    </section>
  );
}
