import type { MintObservation } from '../ports/chain.ts';

/** Statuses in which the chain is asked what became of a mint. */
export const mintStatuses = ['minting_new_nft', 'needs_attention'] as const;
export type MintStatus = (typeof mintStatuses)[number];

/** What is done about an observation. */
export type MintAction =
  /** The status stands. */
  | 'wait'
  /** The same; the newest signed bytes are sent once more. */
  | 'resend'
  /** → the phase that records the new NFT. */
  | 'deliver'
  /** A transaction is signed, written down and sent. */
  | 'attempt'
  /** → `mint_failed`; the next attempt comes after a pause, within a budget. */
  | 'retry'
  /** → `mint_failed`, and then `needs_attention`: another attempt would not help. */
  | 'report'
  /** → `recovering`: the NFT stands there after all, and is delivered without anybody. */
  | 'adopt';

/**
 * What follows from each observation, by status. While people are waited for, what was signed
 * before may still land: it is adopted, and nothing else is done.
 */
export const mintDecisions: Readonly<
  Record<MintStatus, Readonly<Record<MintObservation['kind'], MintAction>>>
> = {
  minting_new_nft: {
    minted: 'deliver',
    pending: 'resend',
    absent: 'attempt',
    failed: 'retry',
    unexpected: 'report',
  },
  needs_attention: {
    minted: 'adopt',
    pending: 'wait',
    absent: 'wait',
    failed: 'wait',
    unexpected: 'wait',
  },
};
