import type { ConfirmBurn } from '../protocol/bodies.ts';
import * as wire from '../protocol/wire.ts';
import { type Environment, quietly, storageOf } from './environment.ts';

/**
 * What the wallet gave for a transaction, kept until the server has it: nobody is prompted twice
 * for the same bytes.
 */
export interface SignedPayload {
  readonly transaction: string;
  /** Number of the attempt that the transaction belongs to. */
  readonly attempt: number;
  readonly confirmation: ConfirmBurn;
}

/** Keeps a signed burn over a reload, by operation. Without storage it keeps nothing. */
export interface SignedStorage {
  read(operationId: string): SignedPayload | null;
  write(operationId: string, payload: SignedPayload): void;
  clear(operationId: string): void;
}

const nameOf = (operationId: string): string => `aiw3-nft-upgrade:signed:${operationId}`;

export const createSignedStorage = (environment: Pick<Environment, 'storage'>): SignedStorage => ({
  read: (operationId) =>
    quietly(() => {
      const text = storageOf(environment)?.getItem(nameOf(operationId));
      const { transaction, attempt, confirmation } = JSON.parse(text ?? '{}') as SignedPayload;
      const isWhole = typeof transaction === 'string' && typeof attempt === 'number';
      return isWhole && !wire.confirmBurn.check(confirmation)
        ? { transaction, attempt, confirmation }
        : null;
    }) ?? null,
  write(operationId, payload) {
    quietly(() => storageOf(environment)?.setItem(nameOf(operationId), JSON.stringify(payload)));
  },
  clear(operationId) {
    quietly(() => storageOf(environment)?.removeItem(nameOf(operationId)));
  },
});
