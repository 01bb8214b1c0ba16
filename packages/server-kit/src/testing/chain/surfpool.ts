import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import * as z from 'zod/mini';
import type { LocalChain } from './local-chain.ts';
import { checkedAirdrop, whole } from './options.ts';

/** What is used of the addon, which comes without types. */
interface Surfnet {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  stop(): void;
}
interface SurfnetClass {
  startWithConfig(config: {
    offline: boolean;
    blockProductionMode: 'clock';
    slotTimeMs: number;
  }): Surfnet;
}

const isAddon = (value: unknown): value is { Surfnet: SurfnetClass } =>
  typeof value === 'object' &&
  value !== null &&
  'Surfnet' in value &&
  typeof value.Surfnet === 'function' &&
  'startWithConfig' in value.Surfnet &&
  typeof value.Surfnet.startWithConfig === 'function';

/** Name of the package with the addon for this platform. Not every platform has one. */
export function surfpoolPackage(): string {
  const libc = process.platform === 'linux' ? '-gnu' : '';
  return `@solana/surfpool-${process.platform}-${process.arch}${libc}`;
}

/**
 * Loads the addon, from beside this package or from the project that runs; undefined where it is
 * not installed or does not load.
 */
function loadSurfpool(): { Surfnet: SurfnetClass } | undefined {
  for (const place of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      // require, because import() takes an addon only behind a flag (Node 22) or with a warning
      // (Node 24).
      const addon: unknown = createRequire(place)(surfpoolPackage());
      if (isAddon(addon)) return addon;
    } catch {
      // Not installed there, or made for another C library: the caller has another runtime, or says
      // what is missing.
    }
  }
  return undefined;
}

/** True where the addon loads. */
export const hasSurfpool = (): boolean => loadSurfpool() !== undefined;

const answerSchema = z.union([
  z.object({ result: z.unknown() }),
  z.object({ error: z.object({ message: z.string() }) }),
]);
const statusesSchema = z.object({
  value: z.array(
    z.nullable(z.object({ err: z.unknown(), confirmationStatus: z.nullable(z.string()) })),
  ),
});

async function call<Shape extends z.ZodMiniType>(
  rpcUrl: string,
  method: string,
  params: readonly unknown[],
  shape: Shape,
): Promise<z.output<Shape>> {
  try {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = answerSchema.parse(await response.json());
    if ('error' in answer)
      throw new NftUpgradeError('rpc_unavailable', {
        message: `${method} failed: ${answer.error.message}`,
      });
    return shape.parse(answer.result);
  } catch (error) {
    throw toNftUpgradeError(error, 'rpc_unavailable', { details: { method } });
  }
}

async function airdrop(rpcUrl: string, address: string, lamports: bigint): Promise<void> {
  const signature = await call(rpcUrl, 'requestAirdrop', [address, Number(lamports)], z.string());
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const [status] = (await call(rpcUrl, 'getSignatureStatuses', [[signature]], statusesSchema))
      .value;
    if (status?.err)
      throw new NftUpgradeError('rpc_unavailable', {
        message: 'The airdrop failed on chain.',
        details: { err: status.err },
      });
    if (status && status.confirmationStatus !== 'processed') return;
    await setTimeout(10);
  }
  throw new NftUpgradeError('rpc_unavailable', {
    message: 'The airdrop was not confirmed within 30 seconds.',
    details: { signature },
  });
}

/**
 * Starts a Surfpool node in this process, offline, with a block every `slotMs`.
 *
 * Where version 1.5 differs from a real node: `postTokenBalances` lists an account that the same
 * transaction closed, with amount 1; `blockTime` of `getTransaction` is divided by 1000; batches of
 * calls fail (`connection.getTransactions`); `getTransaction` at `finalized` answers before
 * finality, so take that from `getSignatureStatuses`.
 * @throws NftUpgradeError `missing_capability` naming the package when the addon does not load,
 *   `invalid_option`
 */
export async function startSurfpool(options: { slotMs?: number } = {}): Promise<LocalChain> {
  const slotTimeMs = whole('slotMs', options.slotMs ?? 20, 1, 60_000);
  const addon = loadSurfpool();
  if (!addon) {
    throw new NftUpgradeError('missing_capability', {
      message:
        `The package ${surfpoolPackage()} is not installed, ` +
        'or does not load on this platform.',
      hint: "Install it, or use runtime: 'lite'.",
      details: { package: surfpoolPackage() },
    });
  }
  const surfnet = addon.Surfnet.startWithConfig({
    offline: true,
    blockProductionMode: 'clock',
    slotTimeMs,
  });
  const { rpcUrl, wsUrl } = surfnet;
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    // See the server of the lite chain: a question of web3.js that is cut off ends the process.
    await setTimeout(30);
    surfnet.stop();
  };
  return {
    kind: 'surfpool',
    rpcUrl,
    wsUrl,
    airdrop: async (address, lamports) => airdrop(rpcUrl, ...checkedAirdrop(address, lamports)),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
