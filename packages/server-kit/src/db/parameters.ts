import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * Makes parameters mean the same to both drivers: `pg` writes an array as a Postgres array without
 * knowing the type of the parameter (an empty array would arrive in a `jsonb` column as `{}`, an
 * empty object), PGlite asks the server first.
 * @throws NftUpgradeError `invalid_option` for an array whose parameter has no cast
 */
export function encodeParameters(text: string, parameters: readonly unknown[]): unknown[] {
  return parameters.map((value, index) => {
    if (value === undefined || value === null) return null;
    if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array)
      return value;
    if (!Array.isArray(value)) return JSON.stringify(value);
    const name = `\\$${index + 1}`;
    if (new RegExp(`${name}::jsonb?(?!\\w|\\[)`).test(text)) return JSON.stringify(value);
    if (new RegExp(`${name}::[\\w ]+\\[\\]`).test(text)) return value;
    throw new NftUpgradeError('invalid_option', {
      message: `Parameter $${index + 1} is an array, and the statement does not say of what.`,
      hint:
        `Write $${index + 1}::jsonb for JSON, or for example $${index + 1}::text[] for a ` +
        'Postgres array.',
      details: { parameter: index + 1 },
    });
  });
}

/** `bigint` of the database as a number where that is exact, else as a bigint. */
export function parseBigint(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
