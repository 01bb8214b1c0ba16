export { type Actor, type ErrorCode, errorCodes, isErrorCode } from './codes.ts';
export { type ErrorContext, isNftUpgradeError, NftUpgradeError, toNftUpgradeError } from './error.ts';
