import type { Asset } from '../protocol/asset.ts';
import type { ErrorCode } from './codes.ts';
import { type Actor, type CodeFacts, otherCodes, ownCodes } from './own-codes.ts';

/** What an error may carry beyond its code. */
export interface ErrorContext {
  /** Replaces the sentence of the code where more is known. Never put a token, key or body here: errors are logged. */
  message?: string;
  /** Replaces the hint of the code. */
  hint?: string;
  /** Replaces the code's own answer to "may the same call succeed later?". */
  retryable?: boolean;
  /** Replaces who the code says can act. */
  actor?: Actor;
  /** Where the asset is, when known. */
  asset?: Asset | undefined;
  /** The operation it happened to. */
  operationId?: string | undefined;
  /** Machine-readable facts: the field, the expected and the actual value. */
  details?: Readonly<Record<string, unknown>>;
  /** The error that led here. */
  cause?: unknown;
}

/** The words of the codes that are loaded. */
const known: { [code: string]: CodeFacts | undefined } = { ...ownCodes };

/** Gives a value of this module out together with the words of more codes, which a bundle then holds only if it holds the value. */
export function withCodes<T>(codes: Readonly<Record<string, CodeFacts>>, value: T): T {
  Object.assign(known, codes);
  return value;
}

/** True for a code that this version knows, with or without its words. */
export const isCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && (Object.hasOwn(ownCodes, value) || otherCodes.split(' ').includes(value));

const brand = Symbol.for('@aiw3/nft-upgrade/error');

/**
 * The one error class of all packages. `code` is for programs and never changes its meaning, `message` is for people, `hint` says what to do
 * next, `docs` leads to the section about the code.
 */
export class NftUpgradeError extends Error {
  override readonly name = 'NftUpgradeError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly actor: Actor;
  readonly hint: string;
  readonly docs: string;
  readonly asset: Asset | undefined;
  readonly operationId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: ErrorCode, context: ErrorContext = {}) {
    const facts = known[code];
    super(context.message ?? facts?.message ?? code, context.cause === undefined ? undefined : { cause: context.cause });
    this.code = code;
    this.retryable = context.retryable ?? facts?.retryable ?? false;
    this.actor = context.actor ?? facts?.actor ?? 'operator';
    this.hint = context.hint ?? facts?.hint ?? '';
    this.docs = `https://github.com/aiw3/nft-upgrade/blob/main/docs/errors.md#${code}`;
    this.asset = context.asset;
    this.operationId = context.operationId;
    this.details = context.details ?? {};
  }

  /** What a log or a report may show: no cause, no stack, no request. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, hint, retryable, actor, asset, operationId, details, docs } = this;
    return { name, code, message, hint, retryable, actor, asset, operationId, details, docs };
  }
}

/** Recognises the error also across two copies of this package in one bundle, where `instanceof` is false. */
export const isNftUpgradeError = (value: unknown): value is NftUpgradeError =>
  typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;

/** Turns anything thrown into an {@link NftUpgradeError}: one of ours stays itself, everything else becomes `fallback` with its cause. */
export function toNftUpgradeError(thrown: unknown, fallback: ErrorCode, context: ErrorContext = {}): NftUpgradeError {
  return isNftUpgradeError(thrown) ? thrown : new NftUpgradeError(fallback, { ...context, cause: thrown });
}

/** The same error with more known about it. */
export function amend(error: NftUpgradeError, more: ErrorContext): NftUpgradeError {
  const { code, message, hint, retryable, actor, asset, operationId, details, cause } = error;
  return new NftUpgradeError(code, { message, hint, retryable, actor, asset, operationId, details, cause, ...more });
}
