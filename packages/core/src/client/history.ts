import { type Deferred, deferred } from './deferred.ts';

/** Events as they came, for `for await` loops that begin at any time. */
export interface History<E> {
  add(events: readonly E[]): void;
  /** No event follows: loops end, or throw what is given. */
  end(error?: Error): void;
  /** From the first event on, then live. Each loop has its own position. */
  iterate: () => AsyncGenerator<E, void, undefined>;
}

/**
 * @param maxEvents older events are dropped; a loop that is further behind goes on with the oldest
 *   one there is
 */
export function createHistory<E>(maxEvents: number): History<E> {
  const events: E[] = [];
  /**
   * Events that were thrown away. That is done for many at once: to shift what is left costs as
   * much for one.
   */
  let gone = 0;
  let over: { readonly error: Error | undefined } | null = null;
  let news: Deferred<void> | null = null;
  const wakeAll = () => {
    news?.resolve();
    news = null;
  };
  return {
    add(more) {
      events.push(...more);
      if (events.length > 2 * maxEvents) gone += events.splice(0, events.length - maxEvents).length;
      wakeAll();
    },
    end(error) {
      over ??= { error };
      wakeAll();
    },
    async *iterate() {
      for (let position = 0; ; ) {
        position = Math.max(position, gone + events.length - maxEvents);
        const event = events[position - gone];
        if (event !== undefined) {
          position++;
          yield event;
        } else if (!over) {
          news ??= deferred();
          await news.promise;
        } else if (over.error) throw over.error;
        else return;
      }
    },
  };
}
