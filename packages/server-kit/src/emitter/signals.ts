import type { Clock } from '@aiw3/nft-upgrade';
import { type ConfirmBurn, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Journal, Signal } from './journal.ts';

/**
 * Signals that the routes of the protocol send. A host sends others of its own with
 * `emitter.signal`.
 */
export interface StandardSignals {
  /**
   * The client reported the burn, or handed over the signed bytes. A hint: look at the chain before
   * you believe it.
   */
  burn: ConfirmBurn;
  /** The user asks to cancel. `seq`: the event it was asked after. */
  cancel: { seq: number };
  /** The user asks to run a waiting recovery now. */
  retry: { seq: number };
}

/** Name of a signal: of the protocol, or of the host. */
export type SignalName = keyof StandardSignals | (string & Record<never, never>);
/** What a signal carries, by its name. */
export type SignalValue<N extends string> = N extends keyof StandardSignals
  ? StandardSignals[N]
  : unknown;
/** One of several signals, by its name. */
export type SignalOf<N extends string> = {
  [K in N]: { readonly name: K; readonly value: SignalValue<K> };
}[N];

/** How long a signal is waited for. */
export interface WaitOptions {
  /**
   * Milliseconds after which the wait rejects with `signal_timeout`. Default: it waits until the
   * operation ends.
   */
  timeout?: number;
  /** Ends the wait with `aborted`. */
  signal?: AbortSignal;
}

export interface WaitFor extends WaitOptions {
  journal: Journal;
  operationId: string;
  names: readonly string[];
  /** Numbers of signals that were given out before. */
  taken: Set<number>;
  /** True when no signal can matter any more. */
  ended(): Promise<boolean>;
  clock: Clock;
}

/**
 * Waits for a signal, also one that came before. The journal wakes it; it never polls.
 * @throws NftUpgradeError `signal_timeout`, `aborted`, or `operation_ended`
 */
export async function waitForSignal(options: WaitFor): Promise<Signal> {
  const { journal, operationId, names, taken, timeout, signal, clock } = options;
  let news = true;
  let late = false;
  let resume = () => {};
  const unwatch = journal.watch(operationId, () => {
    news = true;
    resume();
  });
  const timer =
    timeout === undefined
      ? null
      : clock.setTimeout(() => {
          late = true;
          resume();
        }, timeout);
  const abort = () => resume();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      if (signal?.aborted)
        throw new NftUpgradeError('aborted', { operationId, cause: signal.reason });
      if (news) {
        // Before the read: what comes during it is looked for again.
        news = false;
        const found = (await journal.signals(operationId)).find(
          (one) => names.includes(one.name) && !taken.has(one.number),
        );
        if (found) {
          taken.add(found.number);
          return found;
        }
        if (await options.ended()) throw new NftUpgradeError('operation_ended', { operationId });
      } else if (late) {
        throw new NftUpgradeError('signal_timeout', {
          operationId,
          details: { waitedFor: names.join(', '), timeoutMs: timeout },
        });
      } else {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
    }
  } finally {
    unwatch();
    if (timer !== null) clock.clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
