import { decodeBase58, decodeBase64 } from '@aiw3/nft-upgrade/solana';
import { base58btc } from 'multiformats/bases/base58';
import * as z from 'zod/mini';
import { Refusal } from './refusal.ts';

const commitment = z.enum(['processed', 'confirmed', 'finalized']);
const count = z.number().check(z.int(), z.nonnegative());

/**
 * Every field that a configuration object of a method may have. web3.js sends one where it has
 * something to say.
 */
const configSchema = z.object({
  commitment: z.optional(commitment),
  preflightCommitment: z.optional(commitment),
  encoding: z.optional(z.enum(['base58', 'base64', 'json', 'jsonParsed'])),
  minContextSlot: z.optional(count),
  dataSlice: z.optional(z.object({ offset: count, length: count })),
  maxSupportedTransactionVersion: z.optional(count),
  searchTransactionHistory: z.optional(z.boolean()),
  skipPreflight: z.optional(z.boolean()),
  sigVerify: z.optional(z.boolean()),
  replaceRecentBlockhash: z.optional(z.boolean()),
  innerInstructions: z.optional(z.boolean()),
  accounts: z.optional(
    z.nullable(
      z.object({
        encoding: z.optional(z.enum(['base64', 'jsonParsed'])),
        addresses: z.array(z.string()),
      }),
    ),
  ),
  limit: z.optional(z.number().check(z.int(), z.gte(1), z.lte(1_000))),
  before: z.optional(z.nullable(z.string())),
  until: z.optional(z.nullable(z.string())),
  withContext: z.optional(z.boolean()),
  filters: z.optional(
    z.nullable(
      z.array(
        z.union([
          z.object({ dataSize: count }),
          z.object({
            memcmp: z.object({
              offset: count,
              bytes: z.string(),
              encoding: z.optional(z.enum(['base58', 'base64'])),
            }),
          }),
        ]),
      ),
    ),
  ),
});

export type Config = z.infer<typeof configSchema>;
export type Encoding = NonNullable<Config['encoding']>;

const invalid = (what: string): Refusal => new Refusal('invalidParams', `Invalid params: ${what}.`);

/**
 * The configuration object at the end of the parameters. Some methods take the encoding or the
 * commitment as a bare string there.
 */
export function config(value: unknown): Config {
  if (value === undefined || value === null) return {};
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue ? `${issue.path.join('.')} ${issue.message}` : 'the configuration object');
}

/**
 * Only what a bank knows for sure can be asked for history: a processed block may be gone with the
 * next one.
 */
export function settled({ commitment: asked = 'finalized' }: Config): 'confirmed' | 'finalized' {
  if (asked !== 'processed') return asked;
  throw new Refusal('invalidParams', 'Method does not support commitment below `confirmed`');
}

function base58(value: unknown, length: number): string {
  if (typeof value !== 'string') throw invalid('a base58 text is expected');
  if (decodeBase58(value, length) !== null) return value;
  throw new Refusal(
    'invalidParams',
    /^[1-9A-HJ-NP-Za-km-z]*$/.test(value) ? 'Invalid param: WrongSize' : 'Invalid param: Invalid',
  );
}

export const address = (value: unknown): string => base58(value, 32);
export const signature = (value: unknown): string => base58(value, 64);

export function list<Item>(value: unknown, read: (item: unknown) => Item, most: number): Item[] {
  if (!Array.isArray(value)) throw invalid('a list is expected');
  if (value.length > most)
    throw new Refusal('invalidParams', `Too many inputs provided; max ${most}`);
  return value.map(read);
}

export function whole(value: unknown): number {
  const parsed = count.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid('a whole number is expected');
}

/** Limits of Agave for what is sent in one packet: 1,232 bytes, and as much text as they take. */
const limits = { base64: 1_644, base58: 1_683, bytes: 1_232 } as const;

/**
 * The bytes of a transaction or message. base58 is the default, for compatibility with the first
 * clients.
 */
export function packet(value: unknown, encoding: Encoding = 'base58'): Uint8Array<ArrayBuffer> {
  if (typeof value !== 'string') throw invalid('a transaction as text is expected');
  if (encoding !== 'base58' && encoding !== 'base64')
    throw new Refusal(
      'invalidParams',
      `unsupported encoding: ${encoding}. Supported encodings: base58, base64`,
    );
  if (value.length > limits[encoding]) {
    throw new Refusal(
      'invalidParams',
      `${encoding} encoded transaction too large: ${value.length} bytes (max: encoded/raw ` +
        `${limits[encoding]}/${limits.bytes})`,
    );
  }
  const bytes = encoding === 'base64' ? decodeBase64(value, limits.bytes) : decodeAnyBase58(value);
  if (bytes === null || bytes.length > limits.bytes)
    throw new Refusal('invalidParams', `invalid ${encoding} encoding`);
  return bytes;
}

/** base58 of any number of bytes; null for what is none. */
export function decodeAnyBase58(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return new Uint8Array(base58btc.baseDecode(text));
  } catch {
    return null;
  }
}
