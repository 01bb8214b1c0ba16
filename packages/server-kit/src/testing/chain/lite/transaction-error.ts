import type { FailedTransactionMetadata } from 'litesvm/dist/internal.js';
import type { Native } from './svm.ts';

/**
 * A transaction error as JSON-RPC writes it: `'BlockhashNotFound'`,
 * `{ InstructionError: [0, { Custom: 1 }] }`.
 */
export type TransactionError = string | { readonly [kind: string]: unknown };

// LiteSVM declares both lists as `const enum`, which leaves no names at run time. The order is
// theirs and that of Agave.
const transactionErrors = (
  'AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound ' +
  'InsufficientFundsForFee InvalidAccountForFee AlreadyProcessed BlockhashNotFound ' +
  'CallChainTooDeep MissingSignatureForFee InvalidAccountIndex SignatureFailure ' +
  'InvalidProgramForExecution SanitizeFailure ClusterMaintenance AccountBorrowOutstanding ' +
  'WouldExceedMaxBlockCostLimit UnsupportedVersion InvalidWritableAccount ' +
  'WouldExceedMaxAccountCostLimit WouldExceedAccountDataBlockLimit TooManyAccountLocks ' +
  'AddressLookupTableNotFound InvalidAddressLookupTableOwner InvalidAddressLookupTableData ' +
  'InvalidAddressLookupTableIndex InvalidRentPayingAccount WouldExceedMaxVoteCostLimit ' +
  'WouldExceedAccountDataTotalLimit MaxLoadedAccountsDataSizeExceeded ResanitizationNeeded ' +
  'InvalidLoadedAccountsDataSizeLimit UnbalancedTransaction ProgramCacheHitMaxLimit ' +
  'CommitCancelled'
).split(' ');
const instructionErrors = (
  'GenericError InvalidArgument InvalidInstructionData InvalidAccountData ' +
  'AccountDataTooSmall InsufficientFunds IncorrectProgramId MissingRequiredSignature ' +
  'AccountAlreadyInitialized UninitializedAccount UnbalancedInstruction ModifiedProgramId ' +
  'ExternalAccountLamportSpend ExternalAccountDataModified ReadonlyLamportChange ' +
  'ReadonlyDataModified DuplicateAccountIndex ExecutableModified RentEpochModified ' +
  'NotEnoughAccountKeys AccountDataSizeChanged AccountNotExecutable AccountBorrowFailed ' +
  'AccountBorrowOutstanding DuplicateAccountOutOfSync InvalidError ExecutableDataModified ' +
  'ExecutableLamportChange ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth ' +
  'MissingAccount ReentrancyNotAllowed MaxSeedLengthExceeded InvalidSeeds InvalidRealloc ' +
  'ComputationalBudgetExceeded PrivilegeEscalation ProgramEnvironmentSetupFailure ' +
  'ProgramFailedToComplete ProgramFailedToCompile Immutable IncorrectAuthority ' +
  'AccountNotRentExempt InvalidAccountOwner ArithmeticOverflow UnsupportedSysvar ' +
  'IllegalOwner MaxAccountsDataAllocationsExceeded MaxAccountsExceeded ' +
  'MaxInstructionTraceLengthExceeded BuiltinProgramsMustConsumeComputeUnits BorshIoError'
).split(' ');

/** Names what went wrong, in the spelling of JSON-RPC. */
export function transactionError(
  native: Native,
  failed: FailedTransactionMetadata,
): TransactionError {
  const error = failed.err();
  if (typeof error === 'number') return transactionErrors[error] ?? `Unknown${error}`;
  if (error instanceof native.TransactionErrorInsufficientFundsForRent)
    return { InsufficientFundsForRent: { account_index: error.accountIndex } };
  if (error instanceof native.TransactionErrorProgramExecutionTemporarilyRestricted)
    return { ProgramExecutionTemporarilyRestricted: { account_index: error.accountIndex } };
  if (!(error instanceof native.TransactionErrorInstructionError))
    return { DuplicateInstruction: 'index' in error ? error.index : 0 };
  const inner = error.err();
  if (typeof inner === 'number')
    return { InstructionError: [error.index, instructionErrors[inner] ?? `Unknown${inner}`] };
  return {
    InstructionError: [
      error.index,
      inner instanceof native.InstructionErrorCustom ? { Custom: inner.code } : 'BorshIoError',
    ],
  };
}

/**
 * True for an error that keeps a transaction out of every block: it never pays a fee and leaves no
 * trace. The others land with their error in the metadata, and the fee is gone.
 */
export const neverLands = (error: TransactionError): boolean => typeof error === 'string';

/** The sentence that Agave writes in front of an error. */
export function errorSentence(error: TransactionError): string {
  if (error === 'AlreadyProcessed') return 'This transaction has already been processed';
  if (error === 'BlockhashNotFound') return 'Blockhash not found';
  if (error === 'AccountNotFound')
    return 'Attempt to debit an account but found no record of a prior credit.';
  if (typeof error === 'string') return error;
  const instruction = error.InstructionError;
  if (!Array.isArray(instruction)) return JSON.stringify(error);
  const [index, what]: readonly unknown[] = instruction;
  const custom =
    typeof what === 'object' && what !== null && 'Custom' in what ? what.Custom : undefined;
  const reason =
    typeof custom === 'number' ? `custom program error: 0x${custom.toString(16)}` : String(what);
  return `Error processing Instruction ${String(index)}: ${reason}`;
}
