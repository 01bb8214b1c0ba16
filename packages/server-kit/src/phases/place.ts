import { readBurnMemo } from '@aiw3/nft-upgrade/solana';
import { knownMintKeys } from '../journal/mint-keys.ts';
import type { FoundBurn, MintRequest } from '../ports/chain.ts';
import type { Step } from './driver.ts';
import { foundBurn, storedOperation } from './found-burn.ts';
import { identityOfBurn, identityOfClaim } from './identity.ts';
import { mintFault } from './mint-fault.ts';
import { needChain } from './needs.ts';
import { mintRequest, type Plan } from './plan.ts';
import { target } from './target.ts';

/** As far as a forgotten mint can reach, seen when it was first looked for. */
interface Horizon {
  unknownUntil: number;
}

/** Where the NFT stands, once that is decided. Nodes of the former version know no identity. */
type Decided = Pick<MintRequest, 'key' | 'standard'> & Partial<Pick<MintRequest, 'identity'>>;

/**
 * The order as it is carried out, or was. What was minted for the same identity already is adopted,
 * wherever it stands: under a former key, in another standard, at the address of a forgotten
 * operation. Where the burn of a forgotten operation was found, nothing is minted, nor paid
 * instead, until nothing can land any more that this one signed.
 * @returns null while something still may
 * @throws NftUpgradeError `mint_mismatch`, `mint_address_occupied`, `rpc_unavailable`
 */
export async function placeOf(step: Step, plan: Plan): Promise<MintRequest | null> {
  const [row] = await step.attempts.list<Horizon>('place');
  const planned = mintRequest(step, plan);
  if (row?.outcome) return { ...planned, ...(JSON.parse(row.outcome) as Decided) };
  // What was signed here decides: where it may land, nothing else is minted.
  if ((await step.attempts.list('mint')).length > 0) return planned;
  const request = await ownPlace(step, planned);
  const found = await foundBurn(step);
  const { mint } = needChain(step);
  const others = await otherPlaces(step, request, found);
  if (!found) {
    const standing = await mint.standing(others);
    return standing.length === 0 ? request : adopted(step, standing);
  }

  const until = row?.data.unknownUntil;
  const here = await mint.observe(request, [], until);
  if (here.kind === 'minted' || here.kind === 'unexpected') return request;
  let open = here.kind === 'pending';
  for (const place of others) {
    const seen = await mint.observe(place, [], until);
    if (seen.kind === 'minted') return adopt(step, place, row !== undefined);
    open ||= seen.kind === 'pending';
    // What stands at the address of an operation that a memo names may well be somebody else's.
    const isOurs = place.identity === request.identity;
    if (isOurs && (seen.kind === 'unexpected' || seen.kind === 'failed'))
      throw mintFault(seen, 'mint_address_occupied');
  }
  if (!row) await step.attempts.write('place', 1, { unknownUntil: await mint.horizon() });
  if (open || !row) return null;
  return adopt(step, request, true);
}

/**
 * Every other order under which the NFT may stand already: other keys and standards, the identities
 * of other keys for a claim, the one of a former definition, and the operation that a memo of the
 * former form names, at whose address nothing is ever minted.
 */
export async function otherPlaces(
  step: Step,
  request: MintRequest,
  found: FoundBurn | null,
): Promise<MintRequest[]> {
  const { mint } = needChain(step);
  const known = await knownMintKeys(step.read);
  const identities = new Set([request.identity]);
  if (step.loaded.process.phases.includes('burn'))
    identities.add(identityOfBurn(target(step).mint));
  else for (const key of mint.keys) identities.add(await identityOfClaim(step, key));
  const named = found?.memo == null ? null : readBurnMemo(found.memo);
  if (named?.version === 1) {
    const stored = await storedOperation(step, named);
    if (!stored || stored.mint === target(step).mint) identities.add(named.operation);
  }
  const places = await Promise.all(
    [...identities].map(async (identity) => {
      const own = { ...request, identity };
      const elsewhere = await mint.elsewhere(own, known);
      return identity === request.identity ? elsewhere : [own, ...elsewhere];
    }),
  );
  return places.flat();
}

/** What stands there is the NFT, or in its way. Null while that is not final. */
async function adopted(step: Step, standing: readonly MintRequest[]): Promise<MintRequest | null> {
  for (const place of standing) {
    const seen = await needChain(step).mint.observe(place, []);
    if (seen.kind === 'minted') return adopt(step, place, false);
    if (seen.kind === 'unexpected' || seen.kind === 'failed')
      throw mintFault(seen, 'mint_address_occupied');
  }
  return null;
}

async function adopt(step: Step, place: MintRequest, begun: boolean): Promise<MintRequest> {
  const { identity, key, standard } = place;
  if (!begun) await step.attempts.write('place', 1, { unknownUntil: 0 });
  await step.attempts.settle('place', 1, JSON.stringify({ identity, key, standard }));
  return place;
}

/**
 * A node of the former version took the address from a memo, which anybody can write: where the
 * operation that it names is about another NFT, the address belongs to that one.
 */
async function ownPlace(step: Step, planned: MintRequest): Promise<MintRequest> {
  const { identity } = planned;
  if (identity === step.operation.id || identity.includes(':')) return planned;
  const stored = await storedOperation(step, {
    version: 1,
    deployment: null,
    operation: identity,
  });
  const { mint } = target(step);
  return stored && stored.mint !== mint ? { ...planned, identity: identityOfBurn(mint) } : planned;
}
