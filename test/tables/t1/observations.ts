import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type {
  BurnObservation,
  MintObservation,
} from '../../../packages/server-kit/src/ports/chain.ts';

export const heights = ['alive', 'dead'] as const;
export type Height = (typeof heights)[number];

const proof = { slot: 700, blockHeight: 600 };
const proofAt = (height: Height) => (height === 'dead' ? { proof } : {});
const noise = { code: 'burn_transaction_failed', message: 'The burn failed.' };

/** What the chain is made to answer: by the height, and by what was reported or signed before. */
interface Setup {
  readonly height: Height;
  /** A signature that the engine knows, or one that it does not. */
  readonly signature: string;
  readonly isRuledOut: boolean;
}

const plain = ({ height }: Setup): BurnObservation =>
  height === 'dead' ? { kind: 'dead', proof } : { kind: 'untouched' };
const failed = (setup: Setup): BurnObservation =>
  setup.isRuledOut
    ? plain(setup)
    : { kind: 'failed', signature: setup.signature, ...noise, ...proofAt(setup.height) };

/** Every kind of `BurnObservation`, and the shapes of one that mean different things. */
export const burnObservations = {
  untouched: plain,
  dead: plain,
  failed,
  /** The same, with other bytes of the user stored. */
  failed_beside_others: failed,
  refused: (setup) =>
    setup.isRuledOut
      ? plain(setup)
      : { kind: 'refused', signature: setup.signature, code: 'burn_missing', message: 'No burn.' },
  pending: ({ signature }) => ({ kind: 'pending', signature, commitment: 'confirmed' }),
  unproven: ({ signature }) => ({
    kind: 'pending',
    signature,
    commitment: 'confirmed',
    unproven: 'No node shows it.',
  }),
  burned: ({ signature }) => ({ kind: 'burned', signature, slot: 7 }),
  burned_elsewhere: ({ signature }) => ({ kind: 'burned_elsewhere', signature, slot: 7 }),
  /** The NFT's burn is recorded for another operation. */
  burned_before: ({ signature }) => ({ kind: 'burned', signature, slot: 7 }),
  elsewhere: ({ height }) => ({ kind: 'moved', message: 'In another wallet.', ...proofAt(height) }),
  gone: () => ({ kind: 'gone', message: 'The NFT is burned.' }),
  gone_explained: ({ signature }) => ({
    kind: 'gone',
    message: 'The NFT is burned.',
    signature,
    code: 'burn_missing',
  }),
  /** The same, and its burn is recorded for another operation. */
  gone_spent: () => ({ kind: 'gone', message: 'The NFT is burned.' }),
  /** The same, and operators have decided. */
  gone_honoured: () => ({ kind: 'gone', message: 'The NFT is burned.' }),
  gone_declined: () => ({ kind: 'gone', message: 'The NFT is burned.' }),
  throws_unavailable: () => {
    throw new NftUpgradeError('rpc_unavailable');
  },
  throws_unsupported: () => {
    throw new NftUpgradeError('nft_unsupported');
  },
} satisfies Record<string, (at: Setup) => BurnObservation>;
export type BurnName = keyof typeof burnObservations;
/** A new kind of observation has no answer here, and no cell, until it is named. */
export const everyBurnKind: Readonly<Record<BurnObservation['kind'], BurnName>> = {
  untouched: 'untouched',
  pending: 'pending',
  burned: 'burned',
  burned_elsewhere: 'burned_elsewhere',
  failed: 'failed',
  refused: 'refused',
  dead: 'dead',
  moved: 'elsewhere',
  gone: 'gone',
};

/** Every kind of `MintObservation`. `mint_failed_beside_others`: another attempt may still land. */
export const mintObservations = {
  mint_minted: (mintAddress, signature) => ({
    kind: 'minted',
    mintAddress,
    transactionSignature: signature,
    slot: 9,
  }),
  mint_pending: (_mint, signature) => ({ kind: 'pending', signature }),
  mint_absent: () => ({ kind: 'absent' }),
  mint_failed: (_mint, signature) => ({
    kind: 'failed',
    signature,
    code: 'mint_failed_on_chain',
    message: 'The mint failed.',
  }),
  mint_failed_beside_others: (_mint, signature) => ({
    kind: 'failed',
    signature,
    code: 'mint_failed_on_chain',
    message: 'The mint failed.',
  }),
  mint_unexpected: () => ({
    kind: 'unexpected',
    code: 'mint_mismatch',
    message: 'Not what was ordered.',
  }),
  mint_throws_unavailable: () => {
    throw new NftUpgradeError('rpc_unavailable');
  },
} satisfies Record<string, (mintAddress: string, signature: string) => MintObservation>;
export type MintName = keyof typeof mintObservations;
export const everyMintKind: Readonly<Record<MintObservation['kind'], MintName>> = {
  absent: 'mint_absent',
  pending: 'mint_pending',
  minted: 'mint_minted',
  failed: 'mint_failed',
  unexpected: 'mint_unexpected',
};
