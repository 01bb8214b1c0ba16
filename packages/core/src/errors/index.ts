import { errorCodes } from './codes.ts';
import * as own from './error.ts';

export { type ErrorCode, errorCodes, isErrorCode } from './codes.ts';
export { type ErrorContext, isNftUpgradeError } from './error.ts';
export type { Actor } from './own-codes.ts';

// The same class and function as the client's, with the words of every code: whoever names one of them here may raise any code.
export const NftUpgradeError = /* @__PURE__ */ own.withCodes(errorCodes, own.NftUpgradeError);
export type NftUpgradeError = own.NftUpgradeError;
export const toNftUpgradeError = /* @__PURE__ */ own.withCodes(errorCodes, own.toNftUpgradeError);
