import type { Clock, Environment, KeyStorage } from '../../../packages/core/src/index.ts';

/** What a page takes of its platform. */
export const parts = ['locks', 'channel', 'storage', 'random', 'signals', 'clock'] as const;
export type PlatformPart = (typeof parts)[number];

/** `blocked`: it is there, and does nothing. `jumps`: it tells another time from now on. */
export const failures = ['absent', 'throws', 'never_answers', 'blocked', 'jumps'] as const;
export type Failure = (typeof failures)[number];

const refuse = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError');
};
const HOUR_MS = 3_600_000;

const storage = (part: Partial<KeyStorage>): KeyStorage => ({
  getItem: () => null,
  setItem: () => undefined,
  removeItem: () => undefined,
  ...part,
});

/** By how much a clock is off, by what it has been asked so far. */
const jumps = [0, HOUR_MS, -HOUR_MS, 30 * 24 * HOUR_MS];

/** The part of an environment that fails; `struck` is called whenever the client meets it. */
type Faulty = (struck: () => void, clock: Clock) => Partial<Environment>;
type Faults = { readonly [P in PlatformPart]: { readonly [F in Failure]?: Faulty } };

export const faults: Faults = {
  locks: {
    absent: (struck) => {
      struck();
      return { locks: null };
    },
    throws: (struck) => ({
      locks: {
        request: () => {
          struck();
          return refuse();
        },
      },
    }),
    never_answers: (struck) => ({
      locks: {
        request: () => {
          struck();
          return new Promise(() => undefined);
        },
      },
    }),
    blocked: (struck) => ({
      locks: {
        request: async () => {
          struck();
          return refuse();
        },
      },
    }),
  },
  channel: {
    absent: (struck) => {
      struck();
      return { channel: null };
    },
    throws: (struck) => ({
      channel: () => {
        struck();
        return refuse();
      },
    }),
    never_answers: (struck) => ({
      channel: () => ({ onmessage: null, close: () => undefined, postMessage: struck }),
    }),
    blocked: (struck) => ({
      channel: () => ({
        onmessage: null,
        close: refuse,
        postMessage: () => {
          struck();
          return refuse();
        },
      }),
    }),
  },
  storage: {
    absent: (struck) => {
      struck();
      return { storage: null };
    },
    throws: (struck) => {
      const throws = (): never => {
        struck();
        return refuse();
      };
      return { storage: { getItem: throws, setItem: throws, removeItem: throws } };
    },
    blocked: (struck) => ({
      storage: storage({
        setItem: struck,
        getItem: () => {
          struck();
          return 'something';
        },
      }),
    }),
  },
  random: {
    throws: (struck) => ({
      randomUUID: () => {
        struck();
        return refuse();
      },
    }),
  },
  signals: {
    absent: (struck) => ({
      onSignal: () => {
        struck();
        return () => undefined;
      },
    }),
    throws: (struck) => ({
      onSignal: () => {
        struck();
        return refuse();
      },
    }),
  },
  clock: {
    jumps: (struck, clock) => {
      let asked = 0;
      return {
        clock: {
          ...clock,
          now() {
            struck();
            return clock.now() + (jumps[Math.floor(asked++ / 20) % jumps.length] ?? 0);
          },
        },
      };
    },
  },
};
