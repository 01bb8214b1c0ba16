import {
  type AnyProcess,
  type EventOf,
  foldAll,
  NftUpgradeError,
  nextEvent,
  type OperationEvent,
  type PayloadOf,
  parseEvent,
  type Snapshot,
  type StatusOf,
} from '../protocol/index.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const owner = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
const signature =
  '5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW';
const failure = {
  error: 'The provider answered 503.',
  code: 'metadata_upload_failed',
  retryable: true,
  actor: 'network',
};
const attempts = { attempt: 1, maxAttempts: 8 };
const at = '2026-11-23T10:05:00.000Z';

/** A valid payload for every status of the standard processes. */
export const samplePayloads: Readonly<Record<string, object>> = {
  initializing: { version: 2, input: { targetTierId: 'tier-2' }, message: 'Starting' },
  qualification_verified: {
    currentNFT: { nftId: 'nft-1', mintAddress: mint, tierId: 'tier-1', tierName: 'Tech Chicken' },
    targetTier: { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 },
  },
  qualification_failed: {
    ...failure,
    code: 'not_qualified',
    requirements: [
      {
        code: 'trading_volume',
        required: 500_000,
        actual: 120_000,
        message: 'Trade 380,000 USDT more',
      },
    ],
  },
  awaiting_burn: {
    burnTransaction: {
      transaction: 'AQID',
      version: 'legacy',
      mint,
      owner,
      attempt: 1,
      lastValidBlockHeight: 150,
    },
    instructions: 'Approve the transaction to burn your current NFT',
    deadline: at,
  },
  verifying_burn: {
    burnTxSignature: signature,
    commitment: 'confirmed',
    walletChanges: [{ kind: 'added', what: 'computeUnitPrice 50000' }],
  },
  burn_verified: {
    burnTxSignature: signature,
    slot: 42,
    message: 'Old NFT burned — 旧的NFT已销毁',
  },
  burn_failed: { ...failure, retryAction: 'restart_from_burn' },
  cancelling: { until: 150 },
  cancelled: {},
  error: failure,
  uploading_metadata: {},
  upload_failed: { ...failure, ...attempts },
  metadata_uploaded: {
    ipfsHash: 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
    metadataUri: 'ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
  },
  minting_new_nft: {},
  mint_failed: { ...failure, code: 'mint_failed_on_chain', ...attempts },
  recovering: { step: 'mint', ...attempts, retryAt: at },
  needs_attention: {
    ...failure,
    compensationId: 'cmp_1',
    requiresSupport: true,
    userMessage: 'Our team has been notified.',
  },
  compensated: { compensation: { id: 'cmp_1', kind: 'refund', settledAt: at } },
  updating_records: { mintAddress: mint, transactionSignature: signature },
  completed: {
    newNFT: {
      nftId: 'nft-2',
      tierId: 'tier-2',
      tierName: 'Quant Ape',
      mintAddress: mint,
      transactionSignature: signature,
      metadataUri: 'ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
      benefits: { tradingFeeReduction: '20%', aiAgentUses: 20 },
    },
    receipt: { id: 'rcp_1' },
  },
};

const badge = { badge: { badgeId: 'badge-1', name: 'Early Bird', status: 'activated' } };

/** What a process sends with a status where it differs from the others. */
const ofProcess: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  claim: {
    qualification_verified: {
      targetTier: { tierId: 'tier-1', tierName: 'Tech Chicken', level: 1 },
    },
  },
  badge_activation: { qualification_verified: badge, updating_records: {}, completed: badge },
};

/**
 * A payload with which `status` can be emitted in `process`. @throws NftUpgradeError
 * `invalid_option` for a status that has no sample
 */
export function samplePayload(process: AnyProcess, status: string): object {
  const payload = ofProcess[process.name]?.[status] ?? samplePayloads[status];
  if (!payload)
    throw new NftUpgradeError('invalid_option', {
      message: `There is no sample payload for ${status}.`,
    });
  return payload;
}

/**
 * The events of one run of a process through the given statuses, one second apart. @throws
 * NftUpgradeError `illegal_transition` when they may not follow one another
 */
export function sampleEvents(
  process: AnyProcess,
  statuses: readonly string[],
  operationId = `${process.idPrefix}_sample`,
): OperationEvent[] {
  let snapshot: Snapshot | null = null;
  return statuses.map((status, index) => {
    const event = nextEvent(process, snapshot, status, samplePayload(process, status), {
      operationId,
      at: new Date(Date.UTC(2026, 10, 23, 10, 0, index)),
    });
    snapshot = foldAll(process, [event], snapshot);
    return event;
  });
}

/**
 * One event of a status, for a test that needs no run: typed by its status, with sample payload
 * where none is given.
 */
export function sampleEvent<P extends AnyProcess, K extends StatusOf<P>>(
  process: P,
  status: K,
  payload: Partial<PayloadOf<P, K>> = {},
  {
    seq = 1,
    operationId = `${process.idPrefix}_sample`,
  }: { seq?: number; operationId?: string } = {},
): Extract<EventOf<P>, { status: K }> {
  const definition = process.statuses[status];
  const event = {
    operationId,
    ...(process.idAlias === undefined ? {} : { [process.idAlias]: operationId }),
    process: process.name,
    seq,
    status,
    progress: typeof definition?.progress === 'number' ? definition.progress : 0,
    asset: definition?.asset,
    timestamp: new Date(Date.UTC(2026, 10, 23, 10, 0, seq)).toISOString(),
    ...samplePayload(process, status),
    ...payload,
  };
  return parseEvent(process, event) as unknown as Extract<EventOf<P>, { status: K }>;
}
