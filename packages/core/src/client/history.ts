/** Events as they came, for `for await` loops that begin at any time. */
export interface History<E> {
  add(events: readonly E[]): void;
  /** No event follows: loops end, or throw what is given. */
  end(error?: unknown): void;
  /** From the first event on, then live. Each loop has its own position. */
  iterate: () => AsyncGenerator<E, void, undefined>;
}

/** @param maxEvents older events are dropped; a loop that is further behind goes on with the oldest one there is */
export function createHistory<E>(maxEvents: number): History<E> {
  const events: E[] = [];
  let dropped = 0;
  let ended = false;
  let failure: { readonly error: unknown } | null = null;
  let waiting: (() => void)[] = [];
  const wakeAll = () => {
    if (waiting.length === 0) return;
    const wake = waiting;
    waiting = [];
    for (const resolve of wake) resolve();
  };
  return {
    add(more) {
      events.push(...more);
      const excess = events.length - maxEvents;
      if (excess > 0) {
        events.splice(0, excess);
        dropped += excess;
      }
      wakeAll();
    },
    end(error) {
      if (ended) return;
      ended = true;
      if (error !== undefined) failure = { error };
      wakeAll();
    },
    async *iterate() {
      let position = 0;
      for (;;) {
        position = Math.max(position, dropped);
        const event = events[position - dropped];
        if (event !== undefined) {
          position++;
          yield event;
        } else if (ended) {
          if (failure) throw failure.error;
          return;
        } else {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
      }
    },
  };
}
