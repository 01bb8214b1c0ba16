import { type NftUpgradeError, toNftUpgradeError } from '../errors/error.ts';
import type { Snapshot } from '../machine/types.ts';
import type { ConfirmBurn } from '../protocol/bodies.ts';
import * as wire from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { createPause } from '../stream/pause.ts';
import type { Limits, Timing } from '../stream/timing.ts';
import { confirmBurn, isJudged, seenBurn } from './confirm.ts';
import { deferred } from './deferred.ts';
import type { Environment } from './environment.ts';
import { createSignedStorage, type SignedPayload } from './signed-storage.ts';
import type { WalletState, WalletStatus } from './wallet-state.ts';

/** What is known once a burn was signed and handed over. */
export interface Signed {
  /** Signature of the burn, base58. A hint until the operation says `burn_verified`. */
  burnTxSignature: string;
}

export interface HandOverOptions {
  readonly environment: Environment;
  readonly timing: Timing;
  readonly limits: Limits;
  snapshot(): Snapshot | null;
  /** Sends it once. */
  send(body: ConfirmBurn, keepalive: boolean): Promise<Signed>;
  show(state: WalletState, rest?: Partial<WalletStatus>): void;
}

/** Brings what was signed to the server, over a reload where there is storage. */
export interface HandOver {
  /** What was signed of a transaction; null when nothing was, or the server has refused it. */
  held(transaction: string): SignedPayload | null;
  /** The hand-over that is under way. */
  pending(): Promise<Signed> | null;
  /** Resolves when one has gone without an answer for so long that nobody need wait for it. */
  unanswered(): Promise<void>;
  /** @throws NftUpgradeError the judgement of the server, or why the burn cannot arrive any more */
  submit(payload: SignedPayload): Promise<Signed>;
  /** Goes on with what a reload has interrupted. Called whenever more is known of the operation. */
  resume(): void;
}

/** Number of the burn attempt that the log waits for; 0 while it waits for none. */
function awaitedAttempt(snapshot: Snapshot | null): number {
  const { burnTransaction } = snapshot?.now ?? {};
  return wire.burnTransaction.check(burnTransaction)
    ? 0
    : (burnTransaction as { attempt: number }).attempt;
}

export function createHandOver(options: HandOverOptions): HandOver {
  const { environment, show, snapshot } = options;
  const storage = createSignedStorage(environment);
  const pause = createPause(environment.clock);
  let held: SignedPayload | null = null;
  let pending: Promise<Signed> | null = null;
  let silence = deferred<void>();
  /** Operations for which the storage was looked at. */
  const resumed = new Set<string>();

  /** False once the operation has ended, or waits for a later transaction: these bytes are dead. */
  const isAwaited = ({ attempt }: SignedPayload): boolean => {
    const now = snapshot();
    return !now?.terminal && awaitedAttempt(now) <= attempt;
  };

  const handOver = async (payload: SignedPayload): Promise<Signed> => {
    const id = snapshot()?.operationId;
    let firm = false;
    const unlisten = environment.onSignal((signal) => {
      if (!firm && signal !== 'offline' && signal !== 'hidden') pause.wake();
    });
    show('submitting');
    try {
      const signed = await confirmBurn(
        // The first one outlives the page: a reload right after the signature must not lose it.
        // Browsers bound what may do so, and refuse the rest.
        (before) => options.send(payload.confirmation, before % 2 === 0),
        {
          ...options,
          random: environment.random,
          awaited: () => isAwaited(payload),
          onUnanswered(error) {
            show('unknown', { error });
            silence.resolve();
            silence = deferred();
          },
          wait(delayMs, isFirm) {
            firm = isFirm;
            return pause.wait(delayMs);
          },
        },
      );
      show('submitted');
      return signed;
    } catch (thrown) {
      const error: NftUpgradeError = toNftUpgradeError(thrown, 'internal');
      // The same bytes would be refused again, so the next `sign()` may prompt.
      const judged = isJudged(error);
      if (judged) held = null;
      show(judged ? 'rejected' : 'unknown', { error });
      throw error;
    } finally {
      unlisten();
      if (id !== undefined) storage.clear(id);
    }
  };

  const submit = (payload: SignedPayload): Promise<Signed> => {
    held = payload;
    const id = snapshot()?.operationId;
    if (id !== undefined) storage.write(id, payload);
    const own = handOver(payload).finally(() => {
      if (pending === own) pending = null;
    });
    pending = own;
    return own;
  };

  return {
    held: (transaction) => (held?.transaction === transaction ? held : null),
    pending: () => pending,
    unanswered: () => silence.promise,
    submit,
    resume() {
      const now = snapshot();
      if (!now || resumed.has(now.operationId)) return;
      resumed.add(now.operationId);
      const payload = storage.read(now.operationId);
      if (!payload || pending) return;
      if (seenBurn(now) !== null || !isAwaited(payload)) storage.clear(now.operationId);
      // Nobody waits for it here: the wallet axis tells what becomes of it.
      else submit(payload).catch(() => {});
    },
  };
}

/** Reads the server's answer to a signed burn. */
export const readSigned = (answer: unknown): Signed => ({
  burnTxSignature: read(wire.confirmBurnResult, answer).burnTxSignature,
});
