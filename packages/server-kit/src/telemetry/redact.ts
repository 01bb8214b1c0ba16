import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';

const GONE = '[redacted]';

/**
 * How the names of fields end that hold what nobody may read in a log or an alert: secrets, bytes
 * of transactions, what leads to a person. Signatures are public: the chain shows them.
 */
const secretNames: readonly RegExp[] = [
  /(tokens?|secrets?|passw(or)?d|passphrase|authori[sz]ation|cookies?|session(id)?)$/,
  /(secretkey|apikey|privatekey|keypair|mnemonic|idempotencykey)$|^seed$/,
  /(transaction|email|phone(number)?|databaseurl|connectionstring)$/,
];

const schemes = 'https?|wss?|rediss?|postgres(?:ql)?|kafka';

/** What gives itself away in any text, whatever the field is called. */
const secretText: readonly (readonly [RegExp, string])[] = [
  // Addresses hold keys in their user part, their path and their query: the host is what a reader
  // needs.
  [
    new RegExp(`\\b((?:${schemes})://)(?:[^\\s/@]*@)?([^\\s/?#"'\`,;)]+)[^\\s"'\`,;)]*`, 'gi'),
    '$1$2',
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${GONE}`],
  [/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, GONE],
  [/\bwhsec_[\w+/=-]+/g, GONE],
  // Signed or unsigned bytes; a signature has at most 88 characters.
  [/[A-Za-z0-9+/_-]{120,}={0,2}/g, GONE],
];

const LONGEST_TEXT = 2_000;
const DEEPEST = 6;
const MOST_ENTRIES = 50;

export function redactText(text: string): string {
  const clean = secretText.reduce(
    (rest, [pattern, instead]) => rest.replace(pattern, instead),
    text.slice(0, LONGEST_TEXT * 2),
  );
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean;
}

/**
 * The one place where tokens, signed bytes and secrets are taken out of what is logged: by the
 * names of fields and by what they look like. What comes back is plain data, of bounded size and
 * depth.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth === DEEPEST) return '[…]';
  if (value instanceof Error || isNftUpgradeError(value)) return redactError(value, depth);
  if (Array.isArray(value)) {
    if (isKeyFile(value)) return `[${value.length} bytes]`;
    return value.slice(0, MOST_ENTRIES).map((entry) => redact(entry, depth + 1));
  }
  const entries = Object.entries(value).slice(0, MOST_ENTRIES);
  return Object.fromEntries(
    entries.map(([name, entry]) => [name, isSecret(name) ? GONE : redact(entry, depth + 1)]),
  );
}

const isSecret = (name: string): boolean =>
  secretNames.some((pattern) => pattern.test(name.toLowerCase().replaceAll(/[^a-z]/g, '')));

/** The key files of Solana are lists of numbers. */
const isKeyFile = (list: readonly unknown[]): boolean =>
  list.length >= 32 &&
  list.every((one) => typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= 255);

function redactError(error: Error, depth: number): Record<string, unknown> {
  const cause = error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) };
  if (isNftUpgradeError(error)) {
    const { code, message, operationId, details } = error;
    const about = Object.keys(details).length === 0 ? {} : { details: redact(details, depth + 1) };
    return {
      code,
      message: redactText(message),
      ...(operationId !== undefined && { operationId }),
      ...about,
      ...cause,
    };
  }
  // The reader of an error that nobody foresaw wants to know where it is from.
  const stack = typeof error.stack === 'string' ? { stack: redactText(error.stack) } : {};
  return { name: error.name, message: redactText(error.message), ...stack, ...cause };
}
