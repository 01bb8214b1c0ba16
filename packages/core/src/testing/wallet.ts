import type { SignRequest, WalletOutcome, WalletPort } from '../client/wallet.ts';
import { NftUpgradeError } from '../errors/index.ts';
import { encodeBase58 } from '../solana/base58.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import { type DecodedTransaction, decodeTransaction } from '../solana/decode.ts';
import { walletFailure } from '../solana/outcome.ts';
import { firstSignature } from '../solana/signature.ts';
import { maxTransactionBytes } from '../solana/transaction.ts';
import { signEd25519 } from './ed25519.ts';
import { encodeMessage, encodeTransaction, type MessageParts } from './encode.ts';
import { rewrites, type WalletStep } from './wallet-steps.ts';

/** How the wallet of `keypairWallet` behaves. */
export interface KeypairWalletOptions {
  /** One step a prompt, in order. */
  script?: readonly WalletStep[];
  /**
   * What it does when the script is used up. Default `sign`. With `submit` it is a wallet that can
   * only sign and send.
   */
  otherwise?: WalletStep;
  /**
   * Sends signed bytes (base64) to the chain, for the steps that broadcast by themselves. @throws
   * whatever it likes: the outcome is then `unknown`
   */
  broadcast?: (signedTransaction: string) => Promise<unknown>;
}

/** A wallet for tests and demos that knows what it was asked. */
export interface KeypairWallet extends WalletPort {
  /** Every request so far, oldest first. */
  readonly prompts: readonly SignRequest[];
  /** Every transaction it ever signed, base64, handed out or not. */
  readonly signed: readonly string[];
  /** How many prompts of `hang` and `ghost_reject` are still open. */
  readonly open: number;
  /**
   * The user approves every open prompt: it is signed, broadcast where `broadcast` is given, and
   * answered where somebody still waits. A prompt outlives the page that asked for it, so this
   * works after an abort as well.
   */
  approve(): Promise<void>;
  /** Selects its own account, another one, or none (disconnected). */
  select(account: 'own' | 'other' | 'none'): void;
}

/**
 * A wallet around an ed25519 secret key, for tests and demos: no prompt, no extension, no web3.js.
 * Never use it with a key that holds value.
 *
 * @param secretKey 64 bytes: seed and public key, as `solana-keygen` and web3.js write it
 * @throws NftUpgradeError `invalid_option`
 * @example
 * const broadcast = (signed: string) => connection.sendEncodedTransaction(signed);
 * const wallet = keypairWallet(key, { script: ['reject', 'guarded'], broadcast });
 */
export function keypairWallet(
  secretKey: Uint8Array,
  options: KeypairWalletOptions = {},
): KeypairWallet {
  const { script = [], otherwise = 'sign', broadcast } = options;
  if (secretKey.length !== 64)
    throw new NftUpgradeError('invalid_option', {
      message: 'keypairWallet: the secret key must be 64 bytes: seed and public key.',
    });
  const seed = secretKey.slice(0, 32);
  const own = encodeBase58(secretKey.subarray(32));
  const prompts: SignRequest[] = [];
  const signed: string[] = [];
  const open: (() => Promise<void>)[] = [];
  let selected: string | null = own;

  async function signWith(request: SignRequest, step: WalletStep): Promise<string> {
    const read = readTransaction(request.transaction);
    const parts: MessageParts = rewrites[step]?.(read) ?? read;
    const index = parts.keys.slice(0, parts.requiredSignatures).indexOf(own);
    if (index < 0)
      throw new NftUpgradeError('wrong_account', { message: 'This account is not asked to sign.' });
    const key =
      step === 'wrong_account' || step === 'switch_account'
        ? crypto.getRandomValues(new Uint8Array(32))
        : seed;
    const signature = await signEd25519(key, encodeMessage(parts));
    const base64 = encodeBase64(
      encodeTransaction({ ...parts, signatures: parts.signatures.with(index, signature) }),
    );
    signed.push(base64);
    return base64;
  }

  async function send(request: SignRequest): Promise<string> {
    if (broadcast === undefined)
      throw new NftUpgradeError('invalid_option', {
        message: 'keypairWallet: this step of the script needs the option broadcast.',
      });
    const base64 = await signWith(request, 'sign');
    await broadcast(base64);
    return base64;
  }

  /** Leaves the prompt open. The answer is for callers that still wait when it is approved. */
  const leaveOpen = (request: SignRequest): Promise<WalletOutcome> =>
    new Promise((resolve) => {
      open.push(async () => {
        const signedTransaction = await signWith(request, 'sign');
        await broadcast?.(signedTransaction);
        resolve(
          broadcast
            ? { kind: 'submitted', signature: signatureOf(signedTransaction) }
            : { kind: 'signed', signedTransaction },
        );
      });
      void aborted(request.signal).then(resolve);
    });

  async function play(step: WalletStep, request: SignRequest): Promise<WalletOutcome> {
    switch (step) {
      case 'submit':
        return { kind: 'submitted', signature: signatureOf(await send(request)) };
      case 'reject':
        return walletFailure('rejected', 'wallet_rejected');
      case 'reject_but_signed':
        await send(request);
        return walletFailure('rejected', 'wallet_rejected');
      case 'ghost_reject':
        void leaveOpen(request);
        return walletFailure('rejected', 'wallet_rejected');
      case 'hang_but_signed':
        await send(request);
        return aborted(request.signal);
      case 'hang':
        return leaveOpen(request);
      case 'switch_account':
        selected = otherAccount;
        return { kind: 'signed', signedTransaction: await signWith(request, step) };
      default:
        return { kind: 'signed', signedTransaction: await signWith(request, step) };
    }
  }

  return {
    publicKey: () => selected,
    prompts,
    signed,
    get open() {
      return open.length;
    },
    async approve() {
      for (let next = open.shift(); next !== undefined; next = open.shift()) await next();
    },
    select(account) {
      selected = { own, other: otherAccount, none: null }[account];
    },
    async sign(request) {
      if (request.signal.aborted) return walletFailure('not_prompted', 'aborted');
      if (selected === null) return walletFailure('not_prompted', 'wallet_not_connected');
      if (request.owner !== selected) return walletFailure('not_prompted', 'wrong_account');
      const step = script[prompts.length] ?? otherwise;
      prompts.push(request);
      try {
        return await play(step, request);
      } catch (cause) {
        return walletFailure('unknown', 'wallet_failed', { cause });
      }
    },
  };
}

/** An account that holds nothing and that nobody has a key for: the 32 bytes 9, 9, 9, … */
const otherAccount = encodeBase58(new Uint8Array(32).fill(9));

function readTransaction(base64: string): DecodedTransaction {
  const bytes = decodeBase64(base64, maxTransactionBytes);
  const decoded = bytes === null ? null : decodeTransaction(bytes);
  if (decoded?.ok !== true)
    throw new NftUpgradeError('unsafe_transaction', { message: 'The transaction cannot be read.' });
  return decoded.transaction;
}

function signatureOf(base64: string): string {
  const signature = firstSignature(decodeBase64(base64, maxTransactionBytes) ?? new Uint8Array(0));
  if (signature === null)
    throw new NftUpgradeError('signature_missing', { message: 'The fee payer has not signed.' });
  return signature;
}

const aborted = (signal: AbortSignal): Promise<WalletOutcome> =>
  new Promise((resolve) => {
    const answer = (): void => resolve(walletFailure('unknown', 'aborted'));
    // The signal may have fired while a step before this one was signing.
    if (signal.aborted) answer();
    else signal.addEventListener('abort', answer, { once: true });
  });
