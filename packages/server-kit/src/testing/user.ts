import { isNftUpgradeError, type processes, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Principal } from '../http/operations.ts';
import type { Service } from '../service.ts';
import { untilStatus } from './rules.ts';

const inputs = {
  upgrade: { targetTierId: 'tier-2' },
  claim: {},
  badge_activation: { badgeId: 'badge-1' },
} as const;

/** A user of one of the standard processes. */
export interface User {
  readonly process: keyof typeof processes;
  readonly principal: Principal;
  readonly idempotencyKey: string;
  /**
   * The wallet: signs a transaction, base64. Default: gives back what it gets, as the chain in
   * memory wants it.
   */
  sign?(transaction: string): string;
  /** Longest wait for each step. Milliseconds, default 15 000. */
  timeoutMs?: number;
}

/**
 * What a client does: starts, signs whenever it is asked to, waits. A client that comes
 * back does the same again. Resolves with the end.
 */
export async function playUser(
  service: Service,
  { process, principal, idempotencyKey, sign = (given) => given, timeoutMs }: User,
): Promise<Snapshot> {
  const { snapshot } = await service.start({
    process,
    principal,
    input: inputs[process],
    idempotencyKey,
  });
  const query = { process, operationId: snapshot.operationId, principal };
  for (;;) {
    const seen = await untilStatus(service, query, ['awaiting_burn', 'completed'], timeoutMs);
    if (seen.status === 'completed') return seen;
    const { burnTransaction } = seen.now as { burnTransaction: { transaction: string } };
    const confirmation = { signedTransaction: sign(burnTransaction.transaction) };
    await service.confirmBurn({ ...query, confirmation }).catch((error: unknown) => {
      // The chain was faster.
      if (!isNftUpgradeError(error) || error.code !== 'burn_not_expected') throw error;
    });
  }
}
