import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { LiteChain, LiteOptions } from '../local-chain.ts';
import { checkedAirdrop, whole } from '../options.ts';
import { Bank } from './bank.ts';
import { mostLag } from './ledger.ts';
import { serve } from './server.ts';
import { loadLiteSvm } from './svm.ts';

/**
 * Starts a chain over LiteSVM. @throws NftUpgradeError `missing_capability` without the packages
 * `litesvm` and `ws`, `invalid_option`
 */
export async function startLite(options: LiteOptions = {}): Promise<LiteChain> {
  const slotMs = whole('slotMs', options.slotMs ?? 20, 1, 60_000);
  const port = options.port === undefined ? undefined : whole('port', options.port, 1, 65_534);
  const confirmDepth = whole('confirmDepth', options.confirmDepth ?? 1, 0, 150);
  const finalizeDepth = whole('finalizeDepth', options.finalizeDepth ?? 32, 1, 150);
  if (confirmDepth > finalizeDepth) {
    throw new NftUpgradeError('invalid_option', {
      message:
        'confirmDepth is larger than finalizeDepth: nothing is final before it is confirmed.',
    });
  }
  const bank = new Bank(await loadLiteSvm(), { confirmDepth, finalizeDepth });
  const server = await serve(bank, port);

  let timer: NodeJS.Timeout | undefined;
  const resume = (): void => {
    timer ??= setInterval(() => bank.produce(), slotMs);
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  resume();

  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    pause();
    stopped ??= server.close();
    return stopped;
  };
  const count = (name: string, value: number): number => whole(name, value, 0, 1_000_000);
  return {
    kind: 'lite',
    rpcUrl: server.rpcUrl,
    wsUrl: server.wsUrl,
    // Not by a transaction: it is there at every commitment at once, also while the chain is
    // paused.
    airdrop: async (address, lamports) => bank.fund(...checkedAirdrop(address, lamports)),
    stop,
    [Symbol.asyncDispose]: stop,
    controls: {
      rollback: (slots) => bank.rollback(slots),
      pause,
      resume() {
        if (stopped === undefined) resume();
      },
      advance(slots) {
        for (let left = count('slots', slots); left > 0; left--) bank.produce();
      },
      dropNext: (transactions) => bank.mempool.dropNext(count('count', transactions)),
      holdNext: (transactions) => bank.mempool.holdNext(count('count', transactions)),
      release: () => bank.mempool.release(),
      lag(slots) {
        bank.ledger.lag = whole('slots', slots, 0, mostLag);
      },
      failRpc(failing) {
        server.failing = failing;
      },
    },
  };
}
