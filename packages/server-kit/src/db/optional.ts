import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

const notFound = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * Loads an optional peer dependency.
 * @throws NftUpgradeError `missing_capability` naming the package when it is not installed; any
 *   other failure of the import as it is
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    // The same error code is thrown when a dependency of the package is missing; then its own
    // message says more than ours would.
    if (
      error instanceof Error &&
      'code' in error &&
      notFound.has(String(error.code)) &&
      error.message.includes(`'${name}`)
    ) {
      throw new NftUpgradeError('missing_capability', {
        message: `The package ${name} is not installed.`,
        hint: `Install it beside the server kit: npm install ${name}`,
        details: { package: name },
      });
    }
    throw error;
  }
}
