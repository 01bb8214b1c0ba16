import type { Guard } from '@aiw3/nft-upgrade';
import type { PriorityFee } from '../fees.ts';
import type { HistoryReader } from '../rpc/history.ts';
import type { Rpc } from '../rpc.ts';
import type { Standards } from '../standards/index.ts';
import type { HeldMemory } from './held.ts';

/** What every part of the burn side has at hand. */
export interface BurnContext {
  readonly rpc: Rpc;
  readonly standards: Standards;
  readonly guard: Guard;
  readonly priorityFee: Required<PriorityFee>;
  readonly version: 'legacy' | 0;
  readonly history: HistoryReader;
  readonly held: HeldMemory;
}
