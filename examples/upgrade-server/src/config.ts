import { readFileSync } from 'node:fs';
import { webhookSink } from '@aiw3/nft-upgrade-server-kit/webhooks';
import * as z from 'zod';

/** A setting that stops the server, with a sentence for the operator who set it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const starts = (schemes: readonly string[]) => schemes.map((scheme) => `${scheme}//`).join(' or ');

const url = (schemes: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol), {
    error: `has to be an address that begins with ${starts(schemes)}`,
  });

const file = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    context.addIssue({ code: 'custom', message: 'names a file that cannot be read' });
    return z.NEVER;
  }
});

/** The format of the Solana command line: a JSON array of 64 bytes. */
const keyFile = file.transform((text, context) => {
  const bytes = z.array(z.int().min(0).max(255)).length(64).safeParse(parse(text));
  if (bytes.success) return Uint8Array.from(bytes.data);
  context.addIssue({
    code: 'custom',
    message:
      'names a file that is no Solana key file ' +
      '(a JSON array of 64 numbers, as solana-keygen writes it)',
  });
  return z.NEVER;
});

const settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce
    .number({ error: 'has to be a number' })
    .int('has to be a whole number')
    .min(0)
    .max(65_535, 'has to be at most 65535')
    .default(8443),
  /** Folder of the embedded database, the IPFS blocks and generated keys. */
  DATA_DIR: z.string().min(1, 'may not be empty').default('.data'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  SOLANA_RPC_URL: z
    .string()
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(z.array(url(['http:', 'https:'])))
    .optional(),
  MINT_AUTHORITY_KEYFILE: keyFile.optional(),
  NFT_STANDARD: z
    .enum(['token-2022', 'spl-token'], { error: 'has to be token-2022 or spl-token' })
    .default('token-2022'),
  IPFS_API_URL: url(['http:', 'https:']).optional(),
  IPFS_API_TOKEN: z.string().optional(),
  /** Redis of the product: its caches are cleared, and wake-ups between nodes go through it. */
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  KAFKA_BROKERS: z
    .string()
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(/^[^\s:/@]+:\d{1,5}$/, 'has to be a list of host:port, separated by commas'),
      ),
    )
    .optional(),
  KAFKA_TOPIC: z
    .string()
    .regex(/^[\w.-]{1,249}$/, 'has to be a name of letters, digits, ., _ and -')
    .default('nft-events'),
  WEBHOOK_URL: url(['https:', 'http:']).optional(),
  WEBHOOK_SECRET: z
    .string()
    .regex(
      /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
      'has to be whsec_ and the base64 of 24 to 64 random bytes',
    )
    .optional(),
  AUTH_SECRET: z.string().min(32, 'has to have at least 32 characters').optional(),
  /** Signs receipts, and nothing else. The same one on all nodes. */
  RECEIPT_SEED: z
    .string()
    .regex(
      /^[A-Za-z0-9+/]{43}=$/,
      'has to be the base64 of 32 random bytes: openssl rand -base64 32',
    )
    .optional(),
  TLS_CERT_FILE: file.optional(),
  TLS_KEY_FILE: file.optional(),
  CORS_ORIGINS: z
    .string()
    .transform((list) => list.split(',').map((item) => item.trim()))
    .pipe(z.array(url(['http:', 'https:'])))
    .default([]),
  /** `true` serves POST /dev/users: never in production. On with the built-in chain. */
  DEV_USERS: z.enum(['true', 'false'], { error: 'has to be true or false' }).default('false'),
  WATCH_MS: z.coerce
    .number({ error: 'has to be a number' })
    .int()
    .min(20, 'has to be at least 20')
    .optional(),
});

export type Config = z.infer<typeof settings>;

/**
 * Reads the settings from the environment. What is missing or malformed stops the server at once,
 * by name and without its value: values can be secrets.
 * @throws ConfigError
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([key, value]) => key in settings.shape && value !== ''),
  );
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ConfigError(`${String(issue?.path[0])} ${issue?.message}.`);
  }
  const config = parsed.data;
  if (config.SOLANA_RPC_URL && !config.MINT_AUTHORITY_KEYFILE) {
    throw new ConfigError(
      'MINT_AUTHORITY_KEYFILE is missing. With SOLANA_RPC_URL, the server mints with a key of ' +
        'yours: create one with solana-keygen new.',
    );
  }
  if (config.MINT_AUTHORITY_KEYFILE && !config.SOLANA_RPC_URL) {
    throw new ConfigError(
      'SOLANA_RPC_URL is missing. Your mint authority does not exist on the built-in local ' +
        'chain; leave MINT_AUTHORITY_KEYFILE out to use that.',
    );
  }
  if (config.SOLANA_RPC_URL && !config.AUTH_SECRET) {
    throw new ConfigError(
      'AUTH_SECRET is missing. With a real cluster, tokens have to be signed with a secret of ' +
        'yours, of at least 32 characters.',
    );
  }
  if (!config.TLS_CERT_FILE !== !config.TLS_KEY_FILE)
    throw new ConfigError(
      'TLS_CERT_FILE and TLS_KEY_FILE belong together: set both, or neither for a generated ' +
        'certificate.',
    );
  if (!config.WEBHOOK_URL !== !config.WEBHOOK_SECRET)
    throw new ConfigError(
      'WEBHOOK_URL and WEBHOOK_SECRET belong together: set both, or neither for no webhook.',
    );
  checkWebhook(config);
  return config;
}

/** What the sink would refuse when the server is half up is refused here, by the sink itself. */
function checkWebhook({ WEBHOOK_URL, WEBHOOK_SECRET }: Config): void {
  if (!WEBHOOK_URL || !WEBHOOK_SECRET) return;
  try {
    webhookSink({ url: WEBHOOK_URL, secrets: [WEBHOOK_SECRET] });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : '';
    throw new ConfigError(`WEBHOOK_URL or WEBHOOK_SECRET is wrong. ${reason}`.trim());
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
