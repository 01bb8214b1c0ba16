import type { ReceiptVerdict } from '@aiw3/nft-upgrade/receipt';
import { useEffect, useState } from 'react';
import { useText } from '../preferences/preferences.ts';
import { callLocalChain } from '../session/api.ts';
import { usePage } from '../session/provider.tsx';
import { short } from '../ui/format.ts';

/** Loaded when there is a receipt to check. */
const receipts = () => import('@aiw3/nft-upgrade/receipt');

type Checked = { readonly where: 'signature' | 'chain'; readonly verdict: ReceiptVerdict };

/**
 * Checks the receipt on this device: by the public key of the issuer, and on the local chain
 * against the transactions as well. On a public cluster its holder asks a node they
 * trust.
 */
export function ReceiptCheck({ receipt }: { receipt: unknown }) {
  const { site } = usePage();
  const { receipt: words } = useText();
  const [checked, setChecked] = useState<Checked | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    let wanted = true;
    const check = async () => {
      const { verifyReceipt } = await receipts();
      const offline = await verifyReceipt(receipt, { keys: site.receiptKeys });
      if (wanted) setChecked({ where: 'signature', verdict: offline });
      if (!offline.valid || site.cluster !== 'local') return;
      const verdict = await verifyReceipt(receipt, { keys: site.receiptKeys, rpc: callLocalChain });
      if (wanted) setChecked({ where: 'chain', verdict });
    };
    check().catch(() => wanted && setFailed(true));
    return () => {
      wanted = false;
    };
  }, [receipt, site]);

  const [key = ''] = site.receiptKeys;
  if (failed && !checked) return <span className="quiet">{words.unchecked}</span>;
  if (!checked) return <span className="quiet">{words.checking}</span>;
  if (!checked.verdict.valid)
    return (
      <span lang="en" data-tone="trouble">
        {checked.verdict.findings.map(({ message }) => message).join(' ')}
      </span>
    );
  return (
    <span title={key}>
      {words.signedBy} <span className="mono">{short(key)}</span>
      {checked.where === 'chain' && words.chainAgrees}
    </span>
  );
}
