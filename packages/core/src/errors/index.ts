import { everyCode } from './codes.ts';
import * as own from './error.ts';

export { type ErrorCode, errorCodes, isErrorCode } from './codes.ts';
export { type ErrorContext, isNftUpgradeError } from './error.ts';
export type { Actor } from './own-codes.ts';

// The same class and function as the client's, with the words of every code: code that
// imports them from here may raise any code.
/** The one error of the product: a code, a sentence, what to do next, and where the asset is. */
export const NftUpgradeError = /* @__PURE__ */ own.withCodes(everyCode, own.NftUpgradeError);
/** An error of the product. */
export type NftUpgradeError = own.NftUpgradeError;
/** Makes an error of the product of whatever was thrown; one that is one stays as it is. */
export const toNftUpgradeError = /* @__PURE__ */ own.withCodes(everyCode, own.toNftUpgradeError);
