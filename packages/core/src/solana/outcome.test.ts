import * as adapterErrors from '@solana/wallet-adapter-base';
import { SendTransactionError } from '@solana/web3.js';
import { describe, expect, test } from 'vitest';
import { errorCodes, NftUpgradeError } from '../errors/index.ts';
import { walletOutcome } from './outcome.ts';
import { outcomeRules } from './outcome-rules.ts';

const { WalletSendTransactionError: Send, WalletSignTransactionError: Sign } = adapterErrors;
const provider = (code: number, message = '') => Object.assign(new Error(message), { code });
const named = (name: string, extra: object = {}) =>
  Object.assign(new Error(''), { name, ...extra });
const ledger = (statusCode: number) => named('TransportStatusError', { statusCode });
const coded = (code: string) => Object.assign(new Error(''), { code });
const standard = (code: number) => named('WalletStandardError', { context: { __code: code } });
const judged = (thrown: unknown): string => {
  const { kind, error } = walletOutcome(thrown);
  return `${kind} ${error.code}`;
};

describe('W3, W4, W10: what wallets throw', () => {
  test.each<[string, unknown, string]>([
    ['Phantom: rejected', provider(4001, 'User rejected the request.'), 'rejected wallet_rejected'],
    [
      'rejected, wrapped by the adapter',
      new Sign('User rejected the request.', provider(4001)),
      'rejected wallet_rejected',
    ],
    [
      'rejected, wrapped twice',
      new Send('x', new Sign('x', provider(4001))),
      'rejected wallet_rejected',
    ],
    ['rejected, as a cause', new Error('x', { cause: provider(4001) }), 'rejected wallet_rejected'],
    ['rejected, as text only', new Sign('User rejected the request.'), 'rejected wallet_rejected'],
    [
      'rejected, as an internal error',
      provider(-32603, 'User denied transaction signature'),
      'rejected wallet_rejected',
    ],
    ['Solflare: cancelled', new Sign('Transaction cancelled'), 'rejected wallet_rejected'],
    ['Backpack: denied', new Error('Approval Denied'), 'rejected wallet_rejected'],
    ['a bare string', 'Transaction was rejected by the user', 'rejected wallet_rejected'],
    ['Ledger: declined on the device', new Sign('x', ledger(0x6985)), 'rejected wallet_rejected'],
    [
      'Mobile: declined',
      named('SolanaMobileWalletAdapterProtocolError', { code: -3 }),
      'rejected wallet_rejected',
    ],
    ['not authorised', provider(4100), 'not_prompted wallet_not_connected'],
    [
      'not connected',
      new adapterErrors.WalletNotConnectedError(),
      'not_prompted wallet_not_connected',
    ],
    [
      'Mobile: not authorised',
      named('SolanaMobileWalletAdapterProtocolError', { code: -1 }),
      'not_prompted wallet_not_connected',
    ],
    ['Ledger: no Solana app', ledger(0x6e01), 'not_prompted wallet_not_connected'],
    [
      'Ledger: device list closed',
      named('TransportOpenUserCancelled'),
      'not_prompted wallet_not_connected',
    ],
    ['Ledger: busy', named('TransportRaceCondition'), 'not_prompted sign_in_progress'],
    ['not installed', new adapterErrors.WalletNotReadyError(), 'not_prompted wallet_not_installed'],
    [
      'Mobile: no wallet',
      named('SolanaMobileWalletAdapterError', { code: 'ERROR_WALLET_NOT_FOUND' }),
      'not_prompted wallet_not_installed',
    ],
    ['another account', new adapterErrors.WalletAccountError(), 'not_prompted wrong_account'],
    [
      'pop-up blocked',
      new adapterErrors.WalletWindowBlockedError(),
      'not_prompted wallet_popup_blocked',
    ],
    [
      'pop-up blocked, as text',
      new Error('Popup was blocked by the browser'),
      'not_prompted wallet_popup_blocked',
    ],
    ['Ledger: locked', new Sign('x', ledger(0x5515)), 'not_prompted wallet_locked'],
    ['Ledger: locked, by name', named('LockedDeviceError'), 'not_prompted wallet_locked'],
    ['locked, as text', new Error('Wallet is locked'), 'not_prompted wallet_locked'],
    ['Ledger: blind signing', new Sign('x', ledger(0x6808)), 'not_prompted wallet_blind_signing'],
    [
      'Ledger: blind signing, as text',
      provider(-32603, 'Ledger device: UNKNOWN_ERROR (0x6808)'),
      'not_prompted wallet_blind_signing',
    ],
    ['Ledger: locked, older firmware', ledger(0x6982), 'not_prompted wallet_locked'],
    ['Ledger: refused on the device', ledger(0x5501), 'rejected wallet_rejected'],
    ['Ledger: refused, by name', named('UserRefusedOnDevice'), 'rejected wallet_rejected'],
    [
      'Ledger: cannot parse the message',
      new Sign('x', ledger(0x6a80)),
      'not_prompted wallet_unsupported',
    ],
    [
      'Ledger: another account',
      provider(-32603, 'Ledger device: UNKNOWN_ERROR (0x6a81)'),
      'not_prompted wrong_account',
    ],
    [
      'Trezor: cancelled on the device',
      coded('Failure_ActionCancelled'),
      'rejected wallet_rejected',
    ],
    ['Trezor: busy', coded('Device_CallInProgress'), 'not_prompted sign_in_progress'],
    ['Trezor: not there', coded('Device_NotFound'), 'not_prompted wallet_not_connected'],
    ['WalletConnect: rejected', provider(5000, 'User rejected.'), 'rejected wallet_rejected'],
    ['WalletConnect: method', provider(5101), 'not_prompted wallet_unsupported'],
    ['Wallet Standard: rejected', standard(4_001_000), 'rejected wallet_rejected'],
    [
      'Wallet Standard: rejected, wrapped',
      new Sign('x', standard(4_001_000)),
      'rejected wallet_rejected',
    ],
    ['Wallet Standard: feature', standard(6_160_002), 'not_prompted wallet_unsupported'],
    ['a request is open', provider(-32002), 'not_prompted sign_in_progress'],
    ['unsupported method', provider(4200), 'not_prompted wallet_unsupported'],
    ['method not found', provider(-32601), 'not_prompted wallet_unsupported'],
    [
      'version 0 not supported',
      new Send(`Sending transaction version 0 isn't supported by this wallet`),
      'not_prompted wallet_unsupported',
    ],
  ])('%s', (_, thrown, outcome) => expect(judged(thrown)).toBe(outcome));
});

describe('W5, W6: where a burn may be out nothing is claimed', () => {
  test.each<[string, unknown, string]>([
    ['internal error', provider(-32603), 'unknown wallet_failed'],
    ['disconnected', provider(4900), 'unknown wallet_failed'],
    ['disconnected adapter', new adapterErrors.WalletDisconnectedError(), 'unknown wallet_failed'],
    ['window closed', new adapterErrors.WalletWindowClosedError(), 'unknown wallet_failed'],
    ['timeout', new adapterErrors.WalletTimeoutError(), 'unknown wallet_timeout'],
    [
      'Mobile: signed and not submitted',
      named('SolanaMobileWalletAdapterProtocolError', { code: -4 }),
      'unknown wallet_failed',
    ],
    [
      'Mobile: bad payload',
      named('SolanaMobileWalletAdapterProtocolError', { code: -2 }),
      'unknown wallet_unsupported',
    ],
    ['invalid input', provider(-32000), 'unknown wallet_unsupported'],
    [
      'a node refuses',
      new Send(
        'x',
        new SendTransactionError({
          action: 'simulate',
          signature: '',
          transactionMessage: 'Blockhash not found',
          logs: [],
        }),
      ),
      'unknown simulation_failed',
    ],
    [
      'a node refuses, with the number that means "busy" for a wallet',
      Object.assign(provider(-32002), { data: { logs: ['Program log: x'] } }),
      'unknown simulation_failed',
    ],
    [
      'no SOL',
      provider(
        -32002,
        'Transaction simulation failed: Attempt to debit an account but found no record of a ' +
          'prior credit.',
      ),
      'unknown insufficient_sol',
    ],
    [
      'the network went away',
      new Send('failed to fetch', new TypeError('Failed to fetch')),
      'unknown wallet_failed',
    ],
    ['Ledger: pulled out', named('DisconnectedDeviceDuringOperation'), 'unknown wallet_failed'],
    ['WalletConnect: disconnected', provider(6000), 'unknown wallet_failed'],
    ['WalletConnect: expired', provider(8000), 'unknown wallet_timeout'],
    ['a name nobody knows', named('SomethingNewError'), 'unknown wallet_failed'],
    ['nothing', undefined, 'unknown wallet_failed'],
    ['null', null, 'unknown wallet_failed'],
    ['a number', 4001, 'unknown wallet_failed'],
    ['an empty object', {}, 'unknown wallet_failed'],
    ['our own error', new NftUpgradeError('wallet_locked'), 'unknown wallet_locked'],
    [
      'words about a rejection that nobody declined',
      new Error('The cluster rejected the packet'),
      'unknown wallet_failed',
    ],
  ])('%s', (_, thrown, outcome) => expect(judged(thrown)).toBe(outcome));
});

test('errors that contain themselves, throw when looked at or never end', () => {
  const loop = Object.assign(new Error('x'), { code: 1 });
  Object.assign(loop, { cause: loop, error: loop });
  expect(judged(loop)).toBe('unknown wallet_failed');
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new TypeError('no');
      },
    },
  );
  expect(judged(hostile)).toBe('unknown wallet_failed');
  let reads = 0;
  const endless = (): object => ({
    get cause() {
      reads++;
      return endless();
    },
  });
  expect(judged(endless())).toBe('unknown wallet_failed');
  expect(reads).toBeLessThan(100);
});

test('the report names the error and repeats none of its text', () => {
  const { error } = walletOutcome(
    new Sign('User rejected the request.', Object.assign(provider(4001), { secret: 'seed words' })),
  );
  expect(error.details).toEqual({ walletError: 'Error', walletCode: 4001 });
  expect(JSON.stringify(error)).not.toContain('seed');
  expect(error.cause).toBeInstanceOf(Sign);
});

test('every rule has a source and a code of the catalogue', () => {
  for (const { source, code } of outcomeRules) {
    expect(source).not.toBe('');
    expect(Object.keys(errorCodes)).toContain(code);
  }
});
