import { useText } from '../preferences/preferences.ts';
import { usePage } from '../session/provider.tsx';
import { short } from './format.ts';

/** An address or a transaction, as a link to the explorer of the cluster. */
export function ChainLink({ kind, value }: { kind: 'address' | 'tx'; value: string }) {
  const { site } = usePage();
  const { links } = useText();
  const cluster = new URLSearchParams(
    site.rpcUrl ? { cluster: 'custom', customUrl: site.rpcUrl } : { cluster: site.cluster },
  );
  return (
    <OutLink
      href={`https://explorer.solana.com/${kind}/${value}?${cluster}`}
      label={links.explorer(short(value))}
    >
      {short(value)}
    </OutLink>
  );
}

export const ContentLink = ({ cid }: { cid: string }) => (
  <OutLink href={`/ipfs/${cid}`} label={useText().links.metadata(short(cid))}>
    {short(cid)}
  </OutLink>
);

const OutLink = ({ href, label, children }: { href: string; label: string; children: string }) => (
  <a className="mono" href={href} target="_blank" rel="noreferrer" aria-label={label}>
    {children}
    <svg className="out" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M4 2.5h5.5V8M9.3 2.7 2.8 9.2" />
    </svg>
  </a>
);
