import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * A name that is misspelled would leave its default in force without a word.
 * @throws NftUpgradeError `invalid_option` that names the first one that does not exist
 */
export function refuseUnknown(
  group: string,
  given: object | undefined,
  known: readonly string[],
): void {
  const name = Object.keys(given ?? {}).find((key) => !known.includes(key));
  if (name === undefined) return;
  throw new NftUpgradeError('invalid_option', {
    message: `${group}.${name} does not exist. Known: ${known.join(', ')}.`,
  });
}
