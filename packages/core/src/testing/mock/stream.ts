import type { Clock } from '../../client/environment.ts';
import type { OperationEvent } from '../../machine/types.ts';
import { eventFrame, heartbeatFrame, openingFrame } from '../../protocol/frame.ts';
import type { FaultEffect } from './faults.ts';
import type { MockOperation } from './operation.ts';

export interface MockStreamOptions {
  readonly operation: MockOperation;
  /** Number of the last event the client has. */
  readonly after: number;
  readonly effects: readonly FaultEffect[];
  readonly clock: Clock;
  readonly timing: { readonly retryMs: number; readonly heartbeatMs: number };
}

const encoder = new TextEncoder();

/**
 * The frames of one connection, written by the functions the server writes them with, changed by
 * faults.
 */
export function mockStream({
  operation,
  after,
  effects,
  clock,
  timing,
}: MockStreamOptions): ReadableStream<Uint8Array> {
  const buffered = effects.some(({ kind }) => kind === 'buffered');
  const cutAt = effects.reduce(
    (least, effect) => (effect.kind === 'truncate' ? Math.min(least, effect.bytes) : least),
    Number.POSITIVE_INFINITY,
  );
  let cursor = after;
  let sent = 0;
  let held = '';
  let early: OperationEvent | null = null;
  let timer: unknown;
  let unwatch = () => {};
  let over = false;
  let broken = false;

  const stop = () => {
    over = true;
    clock.clearTimeout(timer);
    unwatch();
  };

  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string) => {
        if (over) return;
        const bytes = encoder.encode(text);
        const room = cutAt - sent;
        sent += bytes.byteLength;
        if (bytes.byteLength <= room) return controller.enqueue(bytes);
        if (room > 0) controller.enqueue(bytes.subarray(0, room));
        stop();
        broken = true;
      };
      const send = (text: string) => {
        if (buffered) held += text;
        else write(text);
      };
      const heartbeat = () => {
        send(heartbeatFrame(clock.now()));
        timer = clock.setTimeout(heartbeat, timing.heartbeatMs);
      };
      const look = () => {
        for (const event of operation.log.slice(cursor)) {
          if (over) return;
          cursor = event.seq;
          for (const frame of framesOf(event)) send(frame);
        }
        if (over || !operation.snapshot.terminal) return;
        if (early) send(eventFrame(early));
        write(held);
        stop();
        controller.close();
      };
      /** What the faults make of one event. */
      const framesOf = (event: OperationEvent): string[] => {
        if (effects.some((effect) => effect.kind === 'gap' && effect.seq === event.seq)) return [];
        if (effects.some((effect) => effect.kind === 'reorder' && effect.seq === event.seq)) {
          early = event;
          return [];
        }
        const events = early ? [event, early] : [event];
        early = null;
        return events.flatMap((one) =>
          effects.some(({ kind }) => kind === 'duplicate')
            ? [eventFrame(one), eventFrame(one)]
            : [eventFrame(one)],
        );
      };
      send(openingFrame(timing));
      unwatch = operation.watch(look);
      timer = clock.setTimeout(heartbeat, timing.heartbeatMs);
      look();
    },
    // Not before what was sent has been read: an error throws away what waits.
    pull(controller) {
      if (broken) controller.error(new TypeError('terminated'));
    },
    cancel: stop,
  });
}
