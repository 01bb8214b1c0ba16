import type { Asset } from '../protocol/asset.ts';
import type { ErrorCode } from './codes.ts';
import { type Actor, type CodeFacts, ownCodes, usualFacts } from './own-codes.ts';

/** What an error may carry beyond its code. */
export interface ErrorContext {
  /**
   * Replaces the sentence of the code where more is known. Never put a token, key or body here:
   * errors are logged.
   */
  message?: string | undefined;
  /** Replaces the hint of the code. */
  hint?: string | undefined;
  /** Replaces the code's own answer to "may the same call succeed later?". */
  retryable?: boolean | undefined;
  /** Replaces who the code says can act. */
  actor?: Actor | undefined;
  /** Where the asset is, when known. */
  asset?: Asset | undefined;
  /** The operation it happened to. */
  operationId?: string | undefined;
  /** Machine-readable facts: the field, the expected and the actual value. */
  details?: Readonly<Record<string, unknown>>;
  /** The error that led here. */
  cause?: unknown;
}

interface Known extends CodeFacts {
  readonly message?: string | ((details: Readonly<Record<string, unknown>>) => string);
  readonly hint?: string;
}

/** What is loaded of the codes, and of their cases by `code:problem`. */
const known = new Map<string, Known>(Object.entries(ownCodes));

/**
 * Gives a value out together with what is to be known of more codes, which a bundle then holds only
 * if it holds the value.
 */
export function withCodes<T>(codes: Readonly<Record<string, Partial<Known>>>, value: T): T {
  for (const code in codes) known.set(code, { ...usualFacts, ...codes[code], ...known.get(code) });
  return value;
}

/**
 * True for what may be a code. A newer server may send one that is not known here; it is passed on.
 */
export const isCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && /^[a-z][a-z\d_]*$/.test(value);

const brand = Symbol.for('@aiw3/nft-upgrade/error');

/**
 * The one error class of all packages. `code` is for programs and never changes its meaning,
 * `message` is for people, `hint` says what to do next, `docs` leads to the section about the code.
 * Where a bundle holds no words, `message` is the code with that link.
 */
export class NftUpgradeError extends Error {
  override readonly name = 'NftUpgradeError';
  declare readonly code: ErrorCode;
  declare readonly retryable: boolean;
  declare readonly actor: Actor;
  declare readonly hint: string;
  declare readonly docs: string;
  declare readonly asset: Asset | undefined;
  declare readonly operationId: string | undefined;
  declare readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, context: ErrorContext = {}) {
    const { details = {} } = context;
    const facts: Known = known.get(code) ?? usualFacts;
    const { message = facts.message, hint = facts.hint } =
      known.get(`${code}:${String(details.problem)}`) ?? facts;
    const docs = `https://github.com/aiw3/nft-upgrade/blob/main/docs/errors.md#${code}`;
    super(
      context.message ??
        (typeof message === 'function' ? message(details) : message) ??
        `${code}: ${docs}`,
      context.cause == null ? undefined : { cause: context.cause },
    );
    const { retryable = facts.retryable, actor = facts.actor, asset, operationId } = context;
    Object.assign(this, {
      code,
      retryable,
      actor,
      hint: context.hint ?? hint ?? '',
      docs,
      asset,
      operationId,
      details,
    });
  }

  /** What a log or a report may show: no cause, no stack, no request. */
  toJSON(): Record<string, unknown> {
    return { ...(this as object), message: this.message };
  }
}

/**
 * Recognises the error also across two copies of this package in one bundle, where `instanceof` is
 * false.
 */
export const isNftUpgradeError = (value: unknown): value is NftUpgradeError =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;

/**
 * Turns anything thrown into an {@link NftUpgradeError}: one of ours stays itself, everything else
 * becomes `fallback` with its cause.
 */
export function toNftUpgradeError(
  thrown: unknown,
  fallback: ErrorCode,
  context: ErrorContext = {},
): NftUpgradeError {
  return isNftUpgradeError(thrown)
    ? thrown
    : new NftUpgradeError(fallback, { ...context, cause: thrown });
}
