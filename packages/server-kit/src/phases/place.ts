import { knownMintKeys } from '../journal/mint-keys.ts';
import type { MintRequest } from '../ports/chain.ts';
import type { Step } from './driver.ts';
import { mintFault } from './mint-fault.ts';
import { mintRequest, needChain, type Plan } from './plan.ts';

/** As far as a forgotten mint can reach, seen when it was first looked for. */
interface Horizon {
  unknownUntil: number;
}

/**
 * The order as it is carried out, or was. An operation knows its place from the beginning. Where
 * the burn of a forgotten operation was found, that one may have minted under a former key, which
 * leads to another address: what stands there is adopted, and nothing is minted, nor paid instead,
 * until nothing can land any more.
 * @returns null while something still may
 * @throws NftUpgradeError `mint_mismatch`, `mint_address_occupied`, `rpc_unavailable`
 */
export async function placeOf(step: Step, plan: Plan): Promise<MintRequest | null> {
  const request = mintRequest(step, plan);
  if (plan.mintFor === undefined) return request;
  const { mint } = needChain(step);
  const [row] = await step.attempts.list<Horizon>('place');
  if (row?.outcome)
    return { ...request, ...(JSON.parse(row.outcome) as Pick<MintRequest, 'key' | 'standard'>) };
  const places = await mint.elsewhere(request, await knownMintKeys(step.read));

  const decide = async ({ key, standard }: MintRequest): Promise<void> => {
    if (row) await step.attempts.settle('place', 1, JSON.stringify({ key, standard }));
  };
  const here = await mint.observe(request, [], row?.data.unknownUntil);
  if (here.kind === 'minted' || here.kind === 'unexpected') return request;
  let open = here.kind === 'pending';
  for (const place of places) {
    const seen = await mint.observe(place, [], row?.data.unknownUntil);
    if (seen.kind === 'minted') {
      await decide(place);
      return place;
    }
    if (seen.kind === 'unexpected' || seen.kind === 'failed')
      throw mintFault(seen, 'mint_address_occupied');
    open ||= seen.kind === 'pending';
  }
  if (!row) await step.attempts.write('place', 1, { unknownUntil: await mint.horizon() });
  if (open || !row) return null;
  await decide(request);
  return request;
}
