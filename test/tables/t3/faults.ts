import { setTimeout as sleep } from 'node:timers/promises';
import type { PortMethod } from '../../../packages/server-kit/src/engine/ports/deadlines.ts';

/** How a function of the host fails. */
export const faults = [
  'hangs',
  /** Its own deadline is far away: that of the whole step comes first. */
  'outlasts_its_step',
  'throws_once',
  'throws_always',
  'is_slow',
  'answers_garbage',
  /** It has done what it should; the answer comes when somebody else has gone on. */
  'answers_late',
  'hangs_at_stop',
] as const;
export type Fault = (typeof faults)[number];

/** Well below the deadline of a call. */
const SLOW_MS = 20;
/** What a host's error says is for its own log. */
export const SECRET = 'password of the host';

/** A fault that is armed, for the calls about one user or for all. */
export interface Armed {
  readonly fault: Fault;
  readonly port: PortMethod;
  /** What the calls name that it strikes; null for any. */
  readonly about: readonly string[] | null;
  readonly strikes: number;
  /** Resolves when it strikes. */
  readonly struck: Promise<void>;
  /** True once the calls that hang were told to end. */
  readonly aborted: boolean;
  /** It strikes no more, and what hangs is never answered. */
  lift(): void;
  /** Answers what was held back. */
  comeBack(): void;
}

/** What was called of the host so far, anywhere; and what no deadline ends. */
export const called = new Set<PortMethod>();
export const unbound = new Set<PortMethod>();

/** What the functions of the host are called through, at every node of one environment. */
export function createFaults() {
  const armed = new Set<Armed & { strike(): void; readonly gate: Promise<void>; abort(): void }>();

  async function call(
    port: PortMethod,
    args: readonly unknown[],
    work: () => unknown,
  ): Promise<unknown> {
    called.add(port);
    const signal = signalOf(args);
    if (!signal) unbound.add(port);
    const text = textOf(args);
    const found = [...armed].find(
      (one) =>
        one.port === port && (one.about === null || one.about.some((name) => text.includes(name))),
    );
    if (!found || (once.has(found.fault) && found.strikes > 0)) return work();
    found.strike();
    signal?.addEventListener('abort', () => found.abort());
    switch (found.fault) {
      case 'hangs':
      case 'outlasts_its_step':
      case 'hangs_at_stop':
        return new Promise(() => undefined);
      case 'throws_once':
      case 'throws_always':
        throw new RangeError(SECRET);
      case 'is_slow':
        await sleep(SLOW_MS);
        return work();
      case 'answers_garbage':
        return garbage[found.strikes % garbage.length];
      case 'answers_late': {
        const answer = await work();
        await found.gate;
        return answer;
      }
    }
  }

  return {
    arm(port: PortMethod, fault: Fault, about: readonly string[] | null): Armed {
      const { promise: struck, resolve: strike } = Promise.withResolvers<void>();
      const { promise: gate, resolve: comeBack } = Promise.withResolvers<void>();
      const state = { strikes: 0, aborted: false };
      const one = {
        port,
        fault,
        about,
        struck,
        gate,
        comeBack,
        get strikes() {
          return state.strikes;
        },
        get aborted() {
          return state.aborted;
        },
        strike() {
          state.strikes += 1;
          strike();
        },
        abort() {
          state.aborted = true;
        },
        lift: () => void armed.delete(one),
      };
      armed.add(one);
      return one;
    },
    /** The same object, each function of which may fail. */
    host: <T extends object>(port: string, target: T): T =>
      new Proxy(target, {
        get(_, name) {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function'
            ? (...args: unknown[]) =>
                call(`${port}.${String(name)}` as PortMethod, args, () =>
                  Reflect.apply(value, target, args),
                )
            : value;
        },
      }),
    call,
  };
}

const once: ReadonlySet<Fault> = new Set<Fault>(['throws_once', 'answers_late']);

/** Of no kind that any function of the host answers with. */
const garbage = [42n, undefined];

function signalOf(args: readonly unknown[]): AbortSignal | undefined {
  const last = args.at(-1);
  const signal: unknown = typeof last === 'object' && last ? Reflect.get(last, 'signal') : null;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** What a call is about, with what is inside bytes and transactions. */
const textOf = (args: readonly unknown[]): string =>
  JSON.stringify(args, (key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString();
    return key === 'transaction' && typeof value === 'string'
      ? Buffer.from(value, 'base64').toString()
      : value;
  });
