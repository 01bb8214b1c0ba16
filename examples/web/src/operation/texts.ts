import { type AnyProcess, type Asset, createMessages } from '@aiw3/nft-upgrade';

export const messages = createMessages('en');

/** What a phase is called on this page. */
export const phaseTitles: Readonly<Record<string, string>> = {
  preflight: 'Requirements',
  burn: 'Burn the old NFT',
  metadata: 'Store the metadata',
  mint: 'Mint the new NFT',
  record: 'Records and receipt',
};

const places: Readonly<Record<Asset, string>> = {
  safe: 'In your wallet',
  at_risk: 'Burn under way',
  burned_owed: 'Owed to you',
  delivered: 'Delivered',
};

/** The places an asset passes in a process, in order. A process that burns nothing begins before there is an NFT. */
export function custodyOf(process: AnyProcess): { asset: Asset; name: string; sentence: string }[] {
  const seen = new Set(Object.values(process.statuses).map((status) => status.asset));
  const burns = seen.has('burned_owed');
  return (Object.keys(places) as Asset[])
    .filter((asset) => seen.has(asset))
    .map((asset) => {
      const unminted = asset === 'safe' && !burns;
      return {
        asset,
        name: unminted ? 'Not minted yet' : places[asset],
        sentence: unminted ? 'Nothing was burned and nothing is at risk; the NFT is being made for you.' : messages.asset(asset),
      };
    });
}
