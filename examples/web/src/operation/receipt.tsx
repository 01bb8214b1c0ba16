import type { Snapshot } from '@aiw3/nft-upgrade';
import type { ReactNode } from 'react';
import { ChainLink, ContentLink } from '../ui/chain-link.tsx';
import { duration } from '../ui/format.ts';
import { ReceiptCheck } from './receipt-check.tsx';

/** What was exchanged for what, with where to check it. */
export function Receipt({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
  const { facts, startedAt, updatedAt } = snapshot;
  const text = (field: string) => (typeof facts[field] === 'string' ? facts[field] : null);
  const [burned, minted, receipt] = [facts.currentNFT, facts.newNFT, facts.receipt].map(
    (fact) => fact as Record<string, unknown> | undefined,
  );
  const burn = text('burnTxSignature');
  const mint = text('transactionSignature');
  const cid = text('ipfsHash');
  const rows: [string, ReactNode][] = [
    ['New NFT', minted && <ChainLink kind="address" value={String(minted.mintAddress)} />],
    ['Mint transaction', mint && <ChainLink kind="tx" value={mint} />],
    ['Burned NFT', burned && <ChainLink kind="address" value={String(burned.mintAddress)} />],
    ['Burn transaction', burn && <ChainLink kind="tx" value={burn} />],
    ['Metadata', cid && <ContentLink cid={cid} />],
    ['Receipt', receipt && <span className="mono">{String(receipt.id)}</span>],
    ['Verified', receipt && <ReceiptCheck receipt={receipt} />],
    ['Took', duration(Date.parse(updatedAt) - Date.parse(startedAt))],
  ];
  return (
    <section className="receipt" aria-labelledby="receipt">
      <h3 id="receipt">Receipt</h3>
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
          Done
        </button>
      </div>
    </section>
  );
}
