import { isErrorCode, NftUpgradeError } from '../errors/index.ts';
import type { Messages } from '../errors/messages.ts';
import { usualOf } from '../machine/durations.ts';
import type { AnyProcess, Snapshot } from '../machine/types.ts';
import type { Asset } from '../protocol/asset.ts';
import type { OperationState } from './operation.ts';

/** Something that went wrong, in words, with what a support team wants to know. */
export interface Problem {
  /**
   * The axis it lies on: the three never speak for one another. `command`: what was asked for last
   * was refused.
   */
  readonly axis: 'operation' | 'connection' | 'wallet' | 'command';
  /** One of the product's codes, or one of a newer server. */
  readonly code: string;
  readonly message: string;
  /** What to do next; may be empty for a code that is not known here. */
  readonly hint: string;
  readonly operationId: string | null;
  readonly asset: Asset | null;
}

/**
 * An operation in words for the person it belongs to. Sentences are empty where there is nothing to
 * say.
 */
export interface Description {
  /** What happens. */
  readonly what: string;
  /** Where the asset is. */
  readonly asset: string;
  /** What to do next. */
  readonly next: string;
  /** How well this client follows it, where that matters. */
  readonly connection: string;
  /**
   * How long this step, and what is left from its begin, usually takes. Empty where the server has
   * not said.
   */
  readonly usual: { readonly step: string; readonly left: string };
  readonly problems: readonly Problem[];
  /** All that a screen reader should say about a change, in one string. */
  readonly spoken: string;
}

const nothing: Description = {
  what: '',
  asset: '',
  next: '',
  connection: '',
  usual: { step: '', left: '' },
  problems: [],
  spoken: '',
};

/**
 * Puts the three axes of an operation into words. Pure; the same state gives the same sentences.
 * @param refusal why the last command was refused, where it was: one more problem, unless an axis
 *   reports the same. Default: none
 */
export function describeOperation(
  process: AnyProcess | null,
  state: OperationState | null,
  messages: Messages,
  refusal: NftUpgradeError | null = null,
): Description {
  if (!process || !state) return nothing;
  const { operation, connection, wallet } = state;
  const usual = usualOf(process, operation);
  const problems = problemsOf(state, messages, refusal);
  const what = operation
    ? messages.status(operation.status)
    : messages.connection(connection.state);
  const asset = operation ? messages.asset(assetOf(process, operation)) : '';
  const walletTurn =
    wallet.state === 'prompting' || wallet.state === 'inspecting' || wallet.state === 'submitting';
  const next =
    walletTurn && isOpen(operation)
      ? messages.wallet(wallet.state)
      : problems[0]?.hint || messages.next(operation?.status ?? '');
  const hearing = operation && !operation.terminal ? messages.connection(connection.state) : '';
  return {
    what,
    asset,
    next,
    connection: hearing,
    usual: {
      step: usual.stepMs === null ? '' : messages.duration(usual.stepMs, 'step'),
      left: usual.leftMs === null ? '' : messages.duration(usual.leftMs, 'left'),
    },
    problems,
    spoken: sentences(
      [what, ...problems.map(({ message }) => message), asset, next, hearing],
      messages.label('full_stop'),
    ),
  };
}

/** Each once, and each with its end: a screen reader pauses there. */
const sentences = (parts: readonly string[], fullStop: string): string =>
  [...new Set(parts)]
    .flatMap((part) => (part === '' ? [] : [/[.。!?！？]$/.test(part) ? part : part + fullStop]))
    .join(' ');

/**
 * “Your NFT is in your wallet” would be untrue where there may be none: in processes that take
 * nothing from the user.
 */
const assetOf = (process: AnyProcess, { asset }: Snapshot): Asset | 'uninvolved' =>
  asset === 'safe' &&
  !Object.values(process.statuses).some((status) => status.asset === 'burned_owed')
    ? 'uninvolved'
    : asset;

/**
 * The wallet's part is not over yet: what it reports still matters. After the burn it is history,
 * whatever it said (W5).
 */
const isOpen = (operation: Snapshot | null): boolean =>
  operation === null ||
  (!operation.terminal && (operation.asset === 'safe' || operation.asset === 'at_risk'));

function problemsOf(
  { id, operation, connection, wallet }: OperationState,
  messages: Messages,
  refusal: NftUpgradeError | null,
): Problem[] {
  const about = { operationId: id, asset: operation?.asset ?? null };
  const problems: Problem[] = [];
  const failure = operation && failureOf(operation, messages);
  if (failure) problems.push({ axis: 'operation', ...about, ...failure });
  if (wallet.error && isOpen(operation))
    problems.push({
      axis: 'wallet',
      ...about,
      code: wallet.error.code,
      ...messages.error(wallet.error),
    });
  // While it still tries by itself there is nothing to report: `connection` says so.
  const final =
    connection.state === 'gave_up' ||
    connection.state === 'auth_required' ||
    connection.state === 'closed';
  if (connection.error && final && !operation?.terminal)
    problems.push({
      axis: 'connection',
      ...about,
      code: connection.error.code,
      ...messages.error(connection.error),
    });
  if (refusal && problems.every(({ code }) => code !== refusal.code))
    problems.push({ axis: 'command', ...about, code: refusal.code, ...messages.error(refusal) });
  return problems;
}

/** The catalogue's words for a known code, the server's own for one of a newer server. */
function failureOf(
  { status, now }: Snapshot,
  messages: Messages,
): Pick<Problem, 'code' | 'message' | 'hint'> | null {
  const { code, error, userMessage } = now;
  // A fresh burn transaction has a code without a sentence: why the one before it came to nothing.
  if (typeof code !== 'string' || !(typeof error === 'string' || isErrorCode(code))) return null;
  const sentence = typeof error === 'string' ? error : code;
  const known = isErrorCode(code)
    ? messages.error(new NftUpgradeError(code, sentence === code ? {} : { message: sentence }))
    : null;
  // “It is tried again by itself” holds for a failed attempt, and no more once people have to look
  // at it.
  const hint = known && status !== 'needs_attention' ? known.hint : messages.next(status);
  return {
    code,
    message: known?.message ?? sentence,
    hint: hint || (typeof userMessage === 'string' ? userMessage : ''),
  };
}
