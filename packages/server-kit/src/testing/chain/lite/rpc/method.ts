import type { Bank } from '../bank.ts';
import type { Commitment } from '../ledger.ts';
import type { Config } from './params.ts';
import { Refusal } from './refusal.ts';

/**
 * One method of the API: parameters in, `result` out. Throws a {@link Refusal} for an error answer.
 */
export type Method = (bank: Bank, params: readonly unknown[]) => unknown;

/** The commitment of a call; what the API takes when none is given. */
export const commitmentOf = ({ commitment = 'finalized' }: Config): Commitment => commitment;

/**
 * Slot of the bank that answers. @throws Refusal when it is older than the caller has already seen
 */
export function contextSlot(bank: Bank, options: Config): number {
  const { slot } = bank.ledger.at(commitmentOf(options));
  if (options.minContextSlot !== undefined && slot < options.minContextSlot) {
    throw new Refusal('minContextSlotNotReached', 'Minimum context slot has not been reached', {
      contextSlot: slot,
    });
  }
  return slot;
}

/** A value with the slot it was true in. */
export const inContext = <Value>(
  slot: number,
  value: Value,
): { context: { slot: number }; value: Value } => ({ context: { slot }, value });
