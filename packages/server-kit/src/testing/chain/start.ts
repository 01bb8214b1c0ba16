import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { startLite } from './lite/start.ts';
import type { LiteChain, LiteOptions, LocalChain, StartChainOptions } from './local-chain.ts';
import { hasSurfpool, startSurfpool } from './surfpool.ts';

const liteOnly = ['port', 'confirmDepth', 'finalizeDepth'] as const;

/**
 * Starts a Solana chain in this process, on 127.0.0.1 and without a network. Every start is
 * another, empty chain with its own genesis hash. Without `runtime` it is Surfpool where its addon
 * is installed, else LiteSVM. For long runs take `runtime: 'lite'`: Surfpool 1.5 has been seen to
 * stop answering after some operations in a row.
 * @throws NftUpgradeError `missing_capability` naming the package that is not installed,
 *   `invalid_option`
 */
export async function startChain(options: LiteOptions & { runtime: 'lite' }): Promise<LiteChain>;
export async function startChain(options?: StartChainOptions): Promise<LocalChain>;
export async function startChain(options: StartChainOptions = {}): Promise<LocalChain> {
  const { runtime, ...rest } = options;
  const needsLite = liteOnly.filter((name) => rest[name] !== undefined);
  switch (runtime) {
    case 'lite':
      return startLite(rest);
    case 'surfpool':
      if (needsLite.length === 0) return startSurfpool(rest);
      throw new NftUpgradeError('invalid_option', {
        message: `Surfpool has no option ${needsLite.join(', ')}; use runtime: 'lite'.`,
        details: { options: needsLite },
      });
    case undefined:
      return needsLite.length === 0 && hasSurfpool() ? startSurfpool(rest) : startLite(rest);
    default:
      throw new NftUpgradeError('invalid_option', {
        message: "The runtime has to be 'surfpool' or 'lite'.",
        details: { runtime: runtime satisfies never },
      });
  }
}
