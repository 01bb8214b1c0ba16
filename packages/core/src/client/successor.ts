import type { Snapshot } from '../machine/types.ts';
import type { Api } from './api.ts';
import type { OperationState } from './operation.ts';

/** Address of the NFT that an operation is about, once it is known. */
function mintOf({ facts, now }: Snapshot): unknown {
  const held = (facts.currentNFT ?? now.currentNFT) as { mintAddress?: unknown } | undefined;
  const burn = now.burnTransaction as { mint?: unknown } | undefined;
  return held?.mintAddress ?? burn?.mint ?? null;
}

/**
 * The operation that the server has in place of one that it has lost: a database that was restored
 * knows the NFT from the chain, and has begun again. Looked for only where something is at stake.
 */
export async function successorOf(
  { operation, wallet }: OperationState,
  api: Api,
): Promise<Snapshot | null> {
  const mint = operation && mintOf(operation);
  const atStake = operation?.asset !== 'safe' || !['idle', 'inspecting'].includes(wallet.state);
  if (!mint || !atStake) return null;
  // What is not known now is asked for again after the next 404.
  const active = await api.active().catch(() => []);
  return (
    active.find((one) => mintOf(one) === mint && one.operationId !== operation.operationId) ?? null
  );
}
