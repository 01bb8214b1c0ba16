import { setTimeout as sleep } from 'node:timers/promises';
import type { Chain } from '../../ports/chain.ts';
import { LATE_MS } from './settings.ts';

type AnyFunction = (...args: never) => unknown;

/** Ports whose calls hang when they are told to. */
export interface Hanging {
  /** The next so many calls of any of them hang. */
  hang(calls: number): void;
  /** The same port: its functions hang when it is their turn. */
  bind<T extends object>(port: T): T;
  bindChain(chain: Chain): Chain;
}

/**
 * Half of the calls that hang never answer. The others do what they were asked for, and say so,
 * long after their deadline, when another node has the operation.
 */
export function createHanging(onHung: () => void): Hanging {
  let left = 0;
  const gate = async () => {
    if (left === 0) return;
    left -= 1;
    onHung();
    if (Math.random() < 0.5) await new Promise(() => undefined);
    await sleep(LATE_MS);
  };
  const bind = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: never) => {
          await gate();
          return await (value as AnyFunction).apply(target, args);
        };
      },
    });
  return {
    hang: (calls) => {
      left = calls;
    },
    bind,
    bindChain: (chain) => ({
      identity: (options) => chain.identity(options),
      burn: bind(chain.burn),
      mint: bind(chain.mint),
    }),
  };
}
