import { setTimeout as sleep } from 'node:timers/promises';
import { NftUpgradeError, type processes, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { ContentStore } from '../ports/content-store.ts';
import type { ProcessRules } from '../ports/rules.ts';
import type { Service } from '../service.ts';

/** Rules for each of the standard processes. */
export type StandardRules = { [K in keyof typeof processes]: ProcessRules<(typeof processes)[K]> };

/**
 * Rules that let everybody through, and count what was asked of them. `nft` is the NFT every user
 * has, or tells it; `standard` that of the new one.
 */
export function permissiveRules(nft: string | (() => string), standard = 'memory') {
  const held = () => (typeof nft === 'string' ? nft : nft());
  const recorded: string[] = [];
  const released: string[] = [];
  const tier = { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 };
  const describe = async () => ({
    standard,
    name: tier.tierName,
    symbol: 'AIW3',
    metadata: { name: tier.tierName, level: 2 },
  });
  const record = async ({
    id,
    facts,
  }: {
    id: string;
    facts: Readonly<Record<string, unknown>>;
  }) => {
    recorded.push(id);
    const newNFT = {
      nftId: `nft_${id}`,
      tierName: tier.tierName,
      mintAddress: String(facts.mintAddress),
      transactionSignature: String(facts.transactionSignature),
      metadataUri: String(facts.metadataUri),
      benefits: { tradingFeeReduction: '20%' },
    };
    return { newNFT };
  };
  const release = async ({ id }: { id: string }) => void released.push(id);
  const rules: StandardRules = {
    upgrade: {
      subject: async () => `nft:${held()}`,
      qualify: async () => ({
        qualified: true,
        facts: {
          currentNFT: { mintAddress: held(), tierId: 'tier-1', tierName: 'Tech Chicken' },
          targetTier: tier,
        },
      }),
      describe,
      record,
      release,
    },
    claim: {
      subject: async ({ principal }) => principal.id,
      qualify: async () => ({ qualified: true, facts: { targetTier: tier } }),
      describe,
      record,
      release,
    },
    badge_activation: {
      subject: async ({ input }) => input.badgeId,
      qualify: async ({ input }) => ({
        qualified: true,
        facts: { badge: { badgeId: input.badgeId, name: 'Early Bird', status: 'owned' } },
      }),
      record: async ({ id, input }) => {
        recorded.push(id);
        return { badge: { badgeId: input.badgeId, name: 'Early Bird', status: 'activated' } };
      },
      release,
    },
  };
  return { rules, recorded, released };
}

/** A content store that fails as often as it is told to. */
export function memoryContent() {
  const stored = new Map<string, Uint8Array>();
  const faults: NftUpgradeError[] = [];
  const cid = async (bytes: Uint8Array) => {
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
    return `mem${Buffer.from(digest).toString('hex')}`;
  };
  const store: ContentStore = {
    cid,
    async put(bytes) {
      const fault = faults.shift();
      if (fault) throw fault;
      const key = await cid(bytes);
      stored.set(key, bytes);
      return key;
    },
    get: async (key) => stored.get(key) ?? null,
  };
  return {
    store,
    stored,
    /** The next uploads fail, one error each. */
    fail: (...errors: NftUpgradeError[]) => void faults.push(...errors),
  };
}

/**
 * Waits until an operation shows one of the statuses. @throws NftUpgradeError
 * `temporarily_unavailable` with the status it stayed in, after `timeoutMs` (default 15 000)
 */
export async function untilStatus(
  service: Service,
  query: Parameters<Service['snapshot']>[0],
  statuses: readonly string[],
  timeoutMs = 15_000,
): Promise<Snapshot> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const snapshot = await service.snapshot(query);
    if (statuses.includes(snapshot.status)) return snapshot;
    if (Date.now() > end || snapshot.terminal) {
      throw new NftUpgradeError('temporarily_unavailable', {
        message: `Waited for ${statuses.join(' or ')}, saw ${snapshot.status}.`,
        details: { now: snapshot.now },
      });
    }
    await sleep(20);
  }
}
