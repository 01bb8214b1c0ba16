import type { ErrorCode } from '../errors/index.ts';
import type { ErrorLink } from './error-links.ts';

/** One line of the table: which error, what it means, and who says so. */
export interface OutcomeRule {
  /** Where the meaning is documented or was seen. */
  source: string;
  when: (link: ErrorLink) => boolean;
  kind: 'rejected' | 'not_prompted' | 'unknown';
  code: ErrorCode;
  message?: string;
  hint?: string;
}

const named =
  (...names: string[]) =>
  (link: ErrorLink): boolean =>
    link.name !== undefined && names.includes(link.name);
const coded =
  (...codes: number[]) =>
  (link: ErrorLink): boolean =>
    typeof link.code === 'number' && codes.includes(link.code);
const word =
  (...codes: string[]) =>
  (link: ErrorLink): boolean =>
    typeof link.code === 'string' && codes.includes(link.code);
/**
 * Phantom and others pass a hardware wallet's answer on as text only, such as
 * `Ledger device: UNKNOWN_ERROR (0x6808)`.
 */
const status =
  (...words: number[]) =>
  (link: ErrorLink): boolean =>
    words.some(
      (word) =>
        link.statusCode === word || link.message.toLowerCase().includes(`(0x${word.toString(16)})`),
    );
const matches =
  (...patterns: readonly RegExp[]) =>
  (link: ErrorLink): boolean =>
    patterns.some((pattern) => pattern.test(link.message));
const both =
  (first: (link: ErrorLink) => boolean, second: (link: ErrorLink) => boolean) =>
  (link: ErrorLink): boolean =>
    first(link) && second(link);

const mobileProtocol = named('SolanaMobileWalletAdapterProtocolError');
const mobile = named('SolanaMobileWalletAdapterError');
const mobileCode = (code: string) => both(mobile, (link) => link.code === code);

/**
 * What wallets throw, most reliable sign first: a hardware wallet's status word, a provider's
 * number, a class name, and only then text. A rule is tried on every error of the chain before the
 * next one. `not_prompted` is claimed only where the request cannot have reached the user.
 */
export const outcomeRules: readonly OutcomeRule[] = [
  // Ledger: https://github.com/LedgerHQ/ledger-live, @ledgerhq/errors StatusCodes
  {
    source: 'Ledger 0x5515 LOCKED_DEVICE',
    when: status(0x5515),
    kind: 'not_prompted',
    code: 'wallet_locked',
  },
  {
    source: 'Ledger 0x6982 SECURITY_STATUS_NOT_SATISFIED',
    when: status(0x6982),
    kind: 'not_prompted',
    code: 'wallet_locked',
  },
  {
    source: '@ledgerhq/errors',
    when: named('LockedDeviceError', 'ManagerDeviceLocked'),
    kind: 'not_prompted',
    code: 'wallet_locked',
  },
  {
    source: 'Ledger Solana app, 0x6808 (project-serum/spl-token-wallet#71)',
    when: status(0x6808),
    kind: 'not_prompted',
    code: 'wallet_blind_signing',
  },
  {
    source: 'Ledger 0x6985 CONDITIONS_OF_USE_NOT_SATISFIED, 0x5501 USER_REFUSED_ON_DEVICE',
    when: status(0x6985, 0x5501),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: '@ledgerhq/errors',
    when: named('UserRefusedOnDevice'),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source:
      'Ledger Solana app 0x6a80, 0x6a82, 0x6a83 (src/apdu.h, InvalidMessage…): it cannot ' +
      'parse the transaction, so it shows nothing',
    when: status(0x6a80, 0x6a82, 0x6a83),
    kind: 'not_prompted',
    code: 'wallet_unsupported',
    message: 'The hardware wallet cannot read this transaction.',
    hint: 'Update the Solana app on the device, or use another wallet.',
  },
  {
    source:
      'Ledger Solana app 0x6a81 InvalidMessageHeader: the account of the device is not among ' +
      'the signers',
    when: status(0x6a81),
    kind: 'not_prompted',
    code: 'wrong_account',
  },
  {
    source:
      'Ledger 0x6d00, 0x6d02, 0x6e00, 0x6e01, 0x6511: another app, or none, is open on the device',
    when: status(0x6d00, 0x6d02, 0x6e00, 0x6e01, 0x6511),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
    message: 'The Solana app is not open on the hardware wallet.',
    hint: 'Open it on the device and sign again.',
  },
  {
    source: '@ledgerhq/errors: the device list was closed',
    when: named('TransportOpenUserCancelled'),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
  },
  {
    source: '@ledgerhq/errors',
    when: named('TransportRaceCondition'),
    kind: 'not_prompted',
    code: 'sign_in_progress',
  },
  {
    source: '@ledgerhq/errors: pulled out, before the approval or after it',
    when: named('DisconnectedDevice', 'DisconnectedDeviceDuringOperation'),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  // Trezor: https://github.com/trezor/trezor-suite, @trezor/connect constants/errors.ts and the
  // device's own Failure codes
  {
    source: '@trezor/connect, Trezor Failure_ActionCancelled',
    when: word('Failure_ActionCancelled', 'Method_Cancel'),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: '@trezor/connect',
    when: word('Device_CallInProgress'),
    kind: 'not_prompted',
    code: 'sign_in_progress',
  },
  {
    source: '@trezor/connect',
    when: word('Device_NotFound', 'Transport_Missing', 'Popup_ConnectionMissing'),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
  },
  // Wallet Standard: https://github.com/wallet-standard/wallet-standard, @wallet-standard/errors
  // codes.ts
  {
    source: 'Wallet Standard USER__REQUEST_REJECTED',
    when: coded(4_001_000),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: 'Wallet Standard WALLET_NOT_FOUND',
    when: coded(3_834_000),
    kind: 'not_prompted',
    code: 'wallet_not_installed',
  },
  {
    source: 'Wallet Standard WALLET_ACCOUNT_NOT_FOUND',
    when: coded(3_834_001),
    kind: 'not_prompted',
    code: 'wrong_account',
  },
  {
    source: 'Wallet Standard CHAIN_UNSUPPORTED, FEATURE_UNIMPLEMENTED',
    when: coded(6_160_000, 6_160_001, 6_160_002),
    kind: 'not_prompted',
    code: 'wallet_unsupported',
  },
  // Mobile Wallet Adapter: https://solana-mobile.github.io/mobile-wallet-adapter/spec/spec.html.
  // Its numbers are its own: before the providers' ones.
  {
    source: 'MWA ERROR_AUTHORIZATION_FAILED',
    when: both(mobileProtocol, coded(-1)),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
  },
  {
    source: 'MWA ERROR_INVALID_PAYLOADS',
    when: both(mobileProtocol, coded(-2)),
    kind: 'unknown',
    code: 'wallet_unsupported',
  },
  {
    source: 'MWA ERROR_NOT_SIGNED',
    when: both(mobileProtocol, coded(-3)),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: 'MWA, signed and perhaps sent: ERROR_NOT_SUBMITTED',
    when: both(mobileProtocol, coded(-4)),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  {
    source: 'MWA',
    when: mobileCode('ERROR_WALLET_NOT_FOUND'),
    kind: 'not_prompted',
    code: 'wallet_not_installed',
  },
  // RPC nodes, behind sendTransaction. Before -32002, which a node uses for a failed simulation and
  // a wallet for an open request.
  {
    source:
      'agave: InsufficientFundsForFee, AccountNotFound, and the System program, in the answer ' +
      'of a node',
    when: matches(/insufficient lamports|insufficient funds for fee|no record of a prior credit/i),
    kind: 'unknown',
    code: 'insufficient_sol',
  },
  {
    source:
      'agave SendTransactionPreflightFailure, web3.js SendTransactionError: perhaps signed, ' +
      'and refused by this one node',
    when: (link) =>
      link.hasLogs ||
      /simulation failed|failed to simulate|blockhash not found/i.test(link.message),
    kind: 'unknown',
    code: 'simulation_failed',
    message: 'The node that the wallet uses refused the transaction.',
    hint:
      'Wait: the server watches the chain, and offers a fresh transaction when this one cannot ' +
      'land any more.',
  },
  // Providers: https://docs.phantom.com/solana/errors, EIP-1193, EIP-1474
  {
    source: 'EIP-1193 User Rejected Request',
    when: coded(4001),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: 'EIP-1193 Unauthorized',
    when: coded(4100),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
  },
  {
    source: 'EIP-1193 Unsupported Method, JSON-RPC Method Not Found',
    when: coded(4200, -32601),
    kind: 'not_prompted',
    code: 'wallet_unsupported',
  },
  {
    source: 'EIP-1193 Disconnected: before the prompt or after it',
    when: coded(4900, 4901),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  {
    source: 'Phantom: another approval is open',
    when: coded(-32002),
    kind: 'not_prompted',
    code: 'sign_in_progress',
  },
  {
    source: 'Phantom Invalid Input, Transaction Rejected, JSON-RPC Invalid Params',
    when: coded(-32000, -32602, -32003),
    kind: 'unknown',
    code: 'wallet_unsupported',
  },
  // WalletConnect: https://specs.walletconnect.com/2.0/specs/clients/sign/error-codes
  {
    source: 'WalletConnect User Rejected, …Chains, …Methods',
    when: coded(5000, 5001, 5002),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: 'WalletConnect Unsupported chains, methods, accounts',
    when: coded(5100, 5101, 5103),
    kind: 'not_prompted',
    code: 'wallet_unsupported',
  },
  {
    source: 'WalletConnect User disconnected: before the prompt or after it',
    when: coded(6000),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  {
    source: 'WalletConnect Session request expired',
    when: coded(8000),
    kind: 'unknown',
    code: 'wallet_timeout',
  },
  // Text, in front of the classes and of -32603: wallets wrap a refusal in either.
  {
    source:
      'Phantom, Solflare, Backpack, Coinbase: "User rejected the request.", "Transaction ' +
      'cancelled", "Approval Denied", "Plugin Closed"',
    when: matches(
      /\buser (has )?(rejected|denied|declined|cancell?ed|disapproved)/i,
      /\b(rejected|denied|declined|cancell?ed) by (the )?user\b/i,
      /^(transaction|request|signing) (rejected|denied|declined|cancell?ed)\.?$/i,
      /^(approval denied|plugin closed)\.?$/i,
    ),
    kind: 'rejected',
    code: 'wallet_rejected',
  },
  {
    source: 'browsers and wallets: pop-up blocked',
    when: matches(/pop-?up.{0,20}blocked|blocked.{0,20}pop-?up/i),
    kind: 'not_prompted',
    code: 'wallet_popup_blocked',
  },
  {
    source: 'wallets: "Wallet is locked"',
    when: matches(/\b(wallet|device|ledger)( is)? locked\b/i),
    kind: 'not_prompted',
    code: 'wallet_locked',
  },
  {
    source: 'Ledger through wallets',
    when: matches(/blind.?sign/i),
    kind: 'not_prompted',
    code: 'wallet_blind_signing',
  },
  { source: 'Phantom Internal Error', when: coded(-32603), kind: 'unknown', code: 'wallet_failed' },
  // Classes: @solana/wallet-adapter-base 0.9 src/errors.ts
  {
    source: 'wallet-adapter-base',
    when: named('WalletNotConnectedError', 'WalletPublicKeyError'),
    kind: 'not_prompted',
    code: 'wallet_not_connected',
  },
  {
    source: 'wallet-adapter-base',
    when: named('WalletNotReadyError', 'WalletLoadError'),
    kind: 'not_prompted',
    code: 'wallet_not_installed',
  },
  {
    source: 'wallet-adapter-base',
    when: named('WalletAccountError'),
    kind: 'not_prompted',
    code: 'wrong_account',
  },
  {
    source: 'wallet-adapter-base',
    when: named('WalletWindowBlockedError'),
    kind: 'not_prompted',
    code: 'wallet_popup_blocked',
  },
  {
    source: 'wallet-adapter-base',
    when: named('WalletTimeoutError'),
    kind: 'unknown',
    code: 'wallet_timeout',
  },
  {
    source: 'wallet-adapter-base: the window may have been closed after the approval',
    when: named('WalletWindowClosedError'),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  {
    source: 'wallet-adapter-base: may be lost after the approval',
    when: named('WalletDisconnectedError'),
    kind: 'unknown',
    code: 'wallet_failed',
  },
  {
    source:
      'wallet-adapter-base src/signer.ts: "Sending transaction version 0 isn\'t supported by ' +
      'this wallet"',
    when: matches(/isn['’]t supported by this wallet/i),
    kind: 'not_prompted',
    code: 'wallet_unsupported',
  },
];
