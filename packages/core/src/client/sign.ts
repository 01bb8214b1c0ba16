import type { ErrorCode } from '../errors/codes.ts';
import { isCode, NftUpgradeError, toNftUpgradeError, withCodes } from '../errors/error.ts';
import { signingCodes } from '../errors/own-codes.ts';
import { isFormer } from '../machine/former.ts';
import { actionsOf } from '../machine/select.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import type { BurnTransaction } from '../phases/burn.ts';
import type { OperationRoute } from '../protocol/routes.ts';
import * as wire from '../protocol/wire.ts';
import { read } from '../schema/index.ts';
import { formerBurnMemo } from '../solana/memo.ts';
import { linkAbort, onAbort, orAborted } from '../stream/abort.ts';
import type { Limits, Timing } from '../stream/timing.ts';
import type { CallOptions, CommandRequest } from './api.ts';
import type { Environment } from './environment.ts';
import type { BurnExpectation, Guard, GuardFinding, GuardVerdict } from './guard.ts';
import { createHandOver, readSigned, type Signed } from './hand-over.ts';
import { withSignLock } from './lock.ts';
import type { WalletOutcome, WalletPort } from './wallet.ts';
import type { WalletState, WalletStatus } from './wallet-state.ts';

/** What signs, and what reads before it. */
export interface WalletSigningOptions {
  wallet: WalletPort;
  /** Reads every transaction before the wallet sees it. For Solana: `solanaGuard()`. */
  guard: Guard;
}

export type { Signed } from './hand-over.ts';

/** One operation that may have to be signed. */
export interface SignContext {
  readonly process: AnyProcess;
  readonly environment: Environment;
  readonly timing: Timing;
  readonly limits: Limits;
  /** The operation as it stands; null before its first event. */
  snapshot(): Snapshot | null;
  /** Asks the server for something, once. Resolves with what `parse` makes of the answer. */
  command<T>(
    route: OperationRoute,
    options: CallOptions | undefined,
    request: CommandRequest,
    parse: (answer: unknown) => T,
  ): Promise<T>;
  /** Told of each change of the wallet axis. */
  onWallet(status: WalletStatus): void;
}

/** How a client signs, as `walletSigning()` makes it. A client that was given none watches. */
export type Signing = (operation: SignContext) => Signer;

/** Signs one operation. */
export interface Signer {
  /** See `Operation.sign`. */
  sign(options?: CallOptions): Promise<Signed>;
  /** See `Operation.renewBurn`. */
  renew(options?: CallOptions): Promise<BurnTransaction>;
  /** More is known of the operation: what was signed before a reload is handed over. */
  resume?(): void;
}

/**
 * Codes that a guard may name as its rule; everything else it finds is shown as the general code of
 * the stage.
 */
const TELLING_RULES: readonly string[] = ['wrong_account', 'signature_missing'];

/**
 * The one way to a wallet prompt: only when the server waits for it, only for what the guard has
 * read, one at a time.
 * @throws NftUpgradeError `guard_missing`: without a guard nothing is ever shown to the wallet
 * @example
 * const signing = walletSigning({ wallet: walletAdapter(adapter), guard: solanaGuard() });
 * const client = createUpgradeClient({ baseUrl: '', signing });
 */
export const walletSigning: (options: WalletSigningOptions) => Signing = /* @__PURE__ */ withCodes(
  signingCodes,
  ({ wallet, guard }) => {
    if (typeof guard?.inspect !== 'function') throw new NftUpgradeError('guard_missing');
    return (operation) => signerOf(operation, wallet, guard);
  },
);

function signerOf(options: SignContext, wallet: WalletPort, guard: Guard): Signer {
  const { process, environment, timing } = options;
  let renewed: BurnTransaction | null = null;

  const show = (state: WalletState, rest: Partial<WalletStatus> = {}) => {
    options.onWallet(
      Object.freeze({ state, error: null, sentence: null, maxFeeLamports: null, ...rest }),
    );
  };

  const handOver = createHandOver({
    ...options,
    show,
    send: (body, keepalive) =>
      options.command('confirm-burn', undefined, { method: 'PATCH', body, keepalive }, readSigned),
  });

  const sign = async ({ signal }: CallOptions = {}): Promise<Signed> => {
    const pending = handOver.pending();
    if (pending) return orAborted(pending, signal);
    const { burn, snapshot } = expectBurn();
    let signing: Promise<Signed> | undefined;
    const locked = withSignLock(environment, burn.owner, async () => {
      signing = signLocked(burn, snapshot, signal);
      // A server that is away must not keep the account from other NFTs: the prompt is over.
      await Promise.race([signing, handOver.unanswered()]);
    });
    // A caller that aborts is answered at once. The prompt stays, and with it the lock: wallets
    // cannot take it back, and a second one must not open on top of it.
    return orAborted(
      locked.then(() => signing as Promise<Signed>),
      signal,
    );
  };

  /** Hands over what was signed before, or prompts. */
  const signLocked = async (
    burn: BurnTransaction,
    snapshot: Snapshot,
    signal: AbortSignal | undefined,
  ): Promise<Signed> => {
    const held = handOver.held(burn.transaction);
    if (held) return handOver.submit(held);
    if (signal?.aborted) throw new NftUpgradeError('aborted');
    const expected: BurnExpectation = {
      operationId: snapshot.operationId,
      mint: burn.mint,
      owner: burn.owner,
      ...(burn.tokenProgram !== undefined && { tokenProgram: burn.tokenProgram }),
      ...(isFormer(process, snapshot) && { memo: formerBurnMemo(snapshot.operationId) }),
    };
    const port = readyWallet(burn);
    show('inspecting');
    const verdict = inspect(guard, burn.transaction, expected, 'before');
    if (!verdict.safe) throw refuse('unsafe_transaction', verdict.findings, 'rejected');
    show('prompting', {
      sentence: verdict.sentence,
      maxFeeLamports: String(verdict.maxFeeLamports),
    });
    return prompt(port, burn, expected, signal);
  };

  /** @throws NftUpgradeError `burn_not_expected`, `protocol_unsupported` */
  const expectBurn = (): { burn: BurnTransaction; snapshot: Snapshot } => {
    const snapshot = options.snapshot();
    if (!snapshot || snapshot.terminal || !actionsOf(process, snapshot).includes('sign')) {
      throw new NftUpgradeError('burn_not_expected', {
        details: { status: snapshot?.status ?? null },
      });
    }
    // Under a newer version the events may mean what this client does not know; the last moment to
    // refuse is before the burn.
    if (snapshot.version > process.version) {
      const message =
        'The operation runs under a newer version than this client knows. Nothing was signed.';
      throw new NftUpgradeError('protocol_unsupported', {
        message,
        details: { server: snapshot.version, client: process.version },
      });
    }
    const given = snapshot.now.burnTransaction;
    if (wire.burnTransaction.check(given))
      throw new NftUpgradeError('invalid_event', {
        details: { field: 'burnTransaction', expected: 'burn transaction' },
      });
    const burn = given as BurnTransaction;
    return { burn: renewed && renewed.attempt > burn.attempt ? renewed : burn, snapshot };
  };

  /** @throws NftUpgradeError `wallet_not_connected`, `wrong_account` */
  const readyWallet = (burn: BurnTransaction): WalletPort => {
    const account = accountOf(wallet);
    let error: NftUpgradeError | null = null;
    if (account === null) error = new NftUpgradeError('wallet_not_connected');
    else if (account !== burn.owner) {
      const message = 'Another account is selected in the wallet than the one that holds the NFT.';
      error = new NftUpgradeError('wrong_account', {
        message,
        details: { expected: burn.owner, actual: account },
      });
    } else return wallet;
    show('rejected', { error });
    throw error;
  };

  const refuse = (
    code: ErrorCode,
    findings: readonly GuardFinding[],
    state: WalletState,
  ): NftUpgradeError => {
    const telling = findings.find(({ rule }) => TELLING_RULES.includes(rule))?.rule;
    const error = new NftUpgradeError(isCode(telling) ? telling : code, { details: { findings } });
    show(state, { error });
    return error;
  };

  const prompt = async (
    port: WalletPort,
    burn: BurnTransaction,
    expected: BurnExpectation,
    signal: AbortSignal | undefined,
  ): Promise<Signed> => {
    const late = linkAbort(undefined, environment.clock, timing.promptMs);
    // The wallet is notified of both. Only the time ends the waiting here: a caller that stops
    // waiting leaves the prompt open.
    const wanted = new AbortController();
    const dismiss = () => wanted.abort();
    const unlisten = onAbort(signal, dismiss);
    onAbort(late.signal, dismiss);
    const onAborted = () => show('unknown', { error: new NftUpgradeError('aborted') });
    signal?.addEventListener('abort', onAborted);
    const request = {
      transaction: burn.transaction,
      version: burn.version,
      owner: burn.owner,
      signal: wanted.signal,
    };
    const answer = ask(port, request);
    let outcome: WalletOutcome;
    try {
      outcome = await orAborted(answer, late.signal);
    } catch {
      // What the user still signs there is not lost: it goes to the server as soon as it comes.
      answer
        .then((tardy) => (isSignature(tardy) ? settle(tardy, burn, expected) : null))
        .catch(() => undefined);
      const error = new NftUpgradeError('wallet_timeout', {
        details: { promptMs: timing.promptMs },
      });
      show('unknown', { error });
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAborted);
      late.stop();
      unlisten();
    }
    return settle(outcome, burn, expected);
  };

  const settle = async (
    outcome: WalletOutcome,
    burn: BurnTransaction,
    expected: BurnExpectation,
  ): Promise<Signed> => {
    if (!isSignature(outcome)) {
      show(outcome.kind === 'unknown' ? 'unknown' : 'rejected', { error: outcome.error });
      throw outcome.error;
    }
    if (outcome.kind === 'signed') {
      const verdict = inspect(guard, outcome.signedTransaction, expected, 'after');
      if (!verdict.safe) throw refuse('modified_beyond_policy', verdict.findings, 'rejected');
    }
    const confirmation =
      outcome.kind === 'signed'
        ? { signedTransaction: outcome.signedTransaction }
        : { burnTxSignature: outcome.signature };
    if (wire.confirmBurn.check(confirmation)) {
      const error = new NftUpgradeError('wallet_failed', {
        message: 'The wallet answered with something that is no signature.',
      });
      show('unknown', { error });
      throw error;
    }
    const { transaction, attempt } = burn;
    return handOver.submit({ transaction, attempt, confirmation });
  };

  return {
    sign,
    async renew(given) {
      const post = { method: 'POST', body: {} } as const;
      renewed = await options.command(
        'burn-transaction',
        given,
        post,
        (answer) => read(wire.burnTransactionResult, answer).burnTransaction,
      ); // newer than what the log has brought so far
      return renewed;
    },
    resume: handOver.resume,
  };
}

/**
 * A guard or a wallet that throws has broken its contract; neither may end in a prompt or in a lost
 * answer.
 */
function inspect(
  guard: Guard,
  transaction: string,
  expected: BurnExpectation,
  stage: 'before' | 'after',
): GuardVerdict {
  try {
    return guard.inspect(transaction, expected, stage);
  } catch {
    return {
      safe: false,
      findings: [{ rule: 'guard_failed', message: 'The guard could not read the transaction.' }],
    };
  }
}

const isSignature = (
  outcome: WalletOutcome,
): outcome is Extract<WalletOutcome, { kind: 'signed' | 'submitted' }> =>
  outcome.kind === 'signed' || outcome.kind === 'submitted';

function accountOf(wallet: WalletPort): string | null {
  try {
    return wallet.publicKey();
  } catch {
    return null;
  }
}

async function ask(
  port: WalletPort,
  request: Parameters<WalletPort['sign']>[0],
): Promise<WalletOutcome> {
  try {
    return await port.sign(request);
  } catch (thrown) {
    return { kind: 'unknown', error: toNftUpgradeError(thrown, 'wallet_failed') };
  }
}
