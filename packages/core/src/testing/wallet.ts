import type { SignRequest, WalletOutcome, WalletPort } from '../client/wallet.ts';
import { NftUpgradeError } from '../errors/index.ts';
import { encodeBase58 } from '../solana/base58.ts';
import { decodeBase64, encodeBase64 } from '../solana/base64.ts';
import { type DecodedTransaction, decodeTransaction, maxTransactionBytes } from '../solana/decode.ts';
import { walletFailure } from '../solana/outcome.ts';
import { firstSignature } from '../solana/signature.ts';

/**
 * What a scripted wallet does with one prompt:
 * - `sign` signs and hands the bytes back
 * - `submit` signs, broadcasts by itself and hands the signature back
 * - `reject` reports that the user declined, and did nothing
 * - `reject_but_signed` signs and broadcasts, and reports that the user declined
 * - `hang` never answers, until the request is aborted
 * - `hang_but_signed` signs and broadcasts, and never answers
 * - `wrong_account` puts the signature of another account where the owner's belongs
 * - `tamper` doubles the burned amount, then signs
 */
export type WalletStep = 'sign' | 'submit' | 'reject' | 'reject_but_signed' | 'hang' | 'hang_but_signed' | 'wrong_account' | 'tamper';

export interface KeypairWalletOptions {
  /** One step a prompt, in order; `sign` when they are used up. */
  script?: readonly WalletStep[];
  /** Sends signed bytes (base64) to the chain, for the steps that broadcast by themselves. @throws whatever it likes: the outcome is then `unknown` */
  broadcast?: (signedTransaction: string) => Promise<unknown>;
}

/** A wallet for tests and demos that knows what it was asked. */
export interface KeypairWallet extends WalletPort {
  publicKey(): string;
  /** Every request so far, oldest first. */
  readonly prompts: readonly SignRequest[];
  /** Every transaction it ever signed, base64, handed out or not. */
  readonly signed: readonly string[];
}

/**
 * A wallet around an ed25519 secret key, for tests and demos: no prompt, no extension, no web3.js. Never use it with a key that holds value.
 *
 * @param secretKey 64 bytes: seed and public key, as `solana-keygen` and web3.js write it
 * @throws NftUpgradeError `invalid_option`
 */
export function keypairWallet(secretKey: Uint8Array, { script = [], broadcast }: KeypairWalletOptions = {}): KeypairWallet {
  if (secretKey.length !== 64)
    throw new NftUpgradeError('invalid_option', { message: 'keypairWallet: the secret key must be 64 bytes: seed and public key.' });
  const seed = secretKey.slice(0, 32);
  const address = encodeBase58(secretKey.subarray(32));
  const prompts: SignRequest[] = [];
  const signed: string[] = [];

  async function signWith(request: SignRequest, key: Uint8Array, change?: (transaction: DecodedTransaction) => void): Promise<string> {
    const transaction = read(request.transaction);
    change?.(transaction);
    const slot = transaction.keys.slice(0, transaction.requiredSignatures).indexOf(address);
    if (slot < 0) throw new NftUpgradeError('wrong_account', { message: 'This account is not asked to sign.' });
    transaction.signatures[slot]?.set(await signEd25519(key, transaction.message));
    const base64 = write(transaction);
    signed.push(base64);
    return base64;
  }

  async function send(request: SignRequest): Promise<string> {
    if (broadcast === undefined)
      throw new NftUpgradeError('invalid_option', { message: 'keypairWallet: this step of the script needs the option broadcast.' });
    const base64 = await signWith(request, seed);
    await broadcast(base64);
    return base64;
  }

  async function play(step: WalletStep, request: SignRequest): Promise<WalletOutcome> {
    switch (step) {
      case 'sign':
        return { kind: 'signed', signedTransaction: await signWith(request, seed) };
      case 'submit':
        return { kind: 'submitted', signature: signatureOf(await send(request)) };
      case 'reject':
        return walletFailure('rejected', 'wallet_rejected');
      case 'reject_but_signed':
        await send(request);
        return walletFailure('rejected', 'wallet_rejected');
      case 'hang_but_signed':
        await send(request);
        return aborted(request.signal);
      case 'hang':
        return aborted(request.signal);
      case 'wrong_account':
        return { kind: 'signed', signedTransaction: await signWith(request, crypto.getRandomValues(new Uint8Array(32))) };
      case 'tamper':
        return { kind: 'signed', signedTransaction: await signWith(request, seed, doubleTheBurn) };
    }
  }

  return {
    publicKey: () => address,
    prompts,
    signed,
    async sign(request) {
      if (request.signal.aborted) return walletFailure('not_prompted', 'aborted');
      if (request.owner !== address) return walletFailure('not_prompted', 'wrong_account');
      const step = script[prompts.length] ?? 'sign';
      prompts.push(request);
      try {
        return await play(step, request);
      } catch (cause) {
        return walletFailure('unknown', 'wallet_failed', { cause });
      }
    },
  };
}

function read(base64: string): DecodedTransaction {
  const bytes = decodeBase64(base64, maxTransactionBytes);
  const decoded = bytes === null ? null : decodeTransaction(bytes);
  if (decoded?.ok !== true) throw new NftUpgradeError('unsafe_transaction', { message: 'The transaction cannot be read.' });
  return decoded.transaction;
}

/** One byte counts the signatures: 1232 bytes hold 19 at most, and a compact-u16 has one byte up to 127. */
const write = ({ signatures, message }: DecodedTransaction): string =>
  encodeBase64(Uint8Array.from([signatures.length, ...signatures.flatMap((signature) => [...signature]), ...message]));

/** The data of an instruction is a view of the message, so this changes what is signed. */
function doubleTheBurn({ instructions }: DecodedTransaction): void {
  const burn = instructions.find(({ data }) => (data[0] === 8 && data.length === 9) || (data[0] === 15 && data.length === 10));
  if (burn === undefined) throw new NftUpgradeError('invalid_option', { message: 'keypairWallet: there is no burn to tamper with.' });
  burn.data[1] = 2;
}

function signatureOf(base64: string): string {
  const signature = firstSignature(decodeBase64(base64, maxTransactionBytes) ?? new Uint8Array(0));
  if (signature === null) throw new NftUpgradeError('signature_missing', { message: 'The fee payer has not signed.' });
  return signature;
}

const aborted = (signal: AbortSignal): Promise<WalletOutcome> =>
  new Promise((resolve) => {
    const answer = (): void => resolve(walletFailure('unknown', 'aborted'));
    // The signal may have fired while a step before this one was signing.
    if (signal.aborted) answer();
    else signal.addEventListener('abort', answer, { once: true });
  });

/** RFC 8410: what stands before the 32 bytes of the seed in PKCS #8, the only form in which WebCrypto takes a private Ed25519 key. */
const pkcs8Prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

async function signEd25519(seed: Uint8Array, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('pkcs8', Uint8Array.from([...pkcs8Prefix, ...seed]), 'Ed25519', false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key, message));
}
