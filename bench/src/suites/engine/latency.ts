import { randomBytes } from 'node:crypto';
import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { startChild } from '../../server/child.ts';
import type { Sample } from './client.ts';

/** The first ones warm up compilers, connections and plans, and do not count; after them all do. */
const WARM = 300;
const SAMPLES = 600;

/** Starts a node in a process of its own. */
async function startServing(...args: readonly string[]) {
  const child = startChild(new URL('./serving.ts', import.meta.url), args);
  return {
    ask: child.ask,
    url: await child.ask<string>('listen'),
    stop: () => child.ask('stop').then(child.stop),
  };
}

/**
 * From the confirmation that a client sends until it has parsed the frame that tells of it, in
 * milliseconds of its own clock, over HTTP/1.1 on 127.0.0.1. The clients, each node and Postgres
 * have processes of their own. Upgrades are started and confirmed one after another while earlier
 * ones finish: first with one node alone, then with the stream at a second one.
 */
export async function confirmToFrame(
  database: string,
): Promise<{ same: number[]; across: number[] }> {
  const clients = startChild(new URL('./client.ts', import.meta.url));
  const first = await startServing(database);
  const measure = async (streamAt: string): Promise<number[]> => {
    const taken: number[] = [];
    for (let sample = 0; sample < WARM + SAMPLES; sample += 1) {
      const wallet = encodeBase58(randomBytes(32));
      await first.ask('give', wallet);
      const asked: Sample = { wallet, confirmAt: first.url, streamAt };
      taken.push(await clients.ask<number>('confirmToFrame', asked));
    }
    return taken.slice(WARM);
  };
  const same = await measure(first.url);
  const second = await startServing(database, await first.ask<string>('chain'));
  const across = await measure(second.url);
  await second.stop();
  await first.stop();
  clients.stop();
  return { same, across };
}
