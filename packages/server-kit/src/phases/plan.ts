import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { canonicalJson } from '@aiw3/nft-upgrade/receipt';
import type { MintRequest } from '../ports/chain.ts';
import type { NewNft } from '../ports/rules.ts';
import type { Step } from './driver.ts';
import { identityOf } from './identity.ts';
import { needContent } from './needs.ts';

export { needChain, needContent } from './needs.ts';

/** What will be minted, fixed before the burn: the document, its CID, and what goes on chain. */
export interface Plan {
  nft: Omit<NewNft, 'metadata'>;
  /** The metadata document, canonical JSON. */
  json: string;
  cid: string;
  /**
   * What it is minted for, where that is not the operation itself. Nodes of the former version make
   * the address from it as well, so it keeps the name that they know.
   */
  mintFor?: string;
}

/** Makes the plan from what the host describes. The CID is computed here, without the store. */
export async function makePlan(step: Step): Promise<Plan> {
  const { describe } = step.rules;
  if (!describe)
    throw new NftUpgradeError('missing_capability', {
      message: `The process ${step.loaded.process.name} needs the rule describe().`,
    });
  const { metadata, ...nft } = await describe(step.operation);
  const bytes = canonicalJson(metadata);
  const identity = await identityOf(step);
  return {
    nft,
    json: new TextDecoder().decode(bytes),
    cid: await needContent(step).cid(bytes),
    ...(identity !== step.operation.id && { mintFor: identity }),
  };
}

/**
 * The plan as it was written down with the qualification, so that every later attempt has the same
 * bytes and the same address.
 */
export async function readPlan(step: Step): Promise<Plan> {
  const [stored] = await step.attempts.list<Plan>('upload');
  if (stored) return stored.data;
  const plan = await makePlan(step);
  await step.attempts.write('upload', 1, plan);
  const [written] = await step.attempts.list<Plan>('upload');
  return written?.data ?? plan;
}

export function mintRequest(step: Step, plan: Plan): MintRequest {
  const { row } = step.loaded;
  if (!row.wallet)
    throw new NftUpgradeError('wallet_not_connected', {
      message: 'The user has no verified wallet to mint to.',
      operationId: row.id,
    });
  const { standard, name, symbol, attributes = [] } = plan.nft;
  return {
    identity: plan.mintFor ?? row.id,
    key: row.mint_key,
    recipient: row.wallet,
    standard,
    name,
    symbol,
    uri: `ipfs://${plan.cid}`,
    attributes,
  };
}
