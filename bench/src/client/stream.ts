import {
  type AnyProcess,
  eventFrame,
  foldAll,
  nextEvent,
  type OperationEvent,
  openingFrame,
  upgrade,
} from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';

/** A recovery that takes its time: the statuses a long upgrade goes through again and again. */
const rounds = ['uploading_metadata', 'upload_failed', 'recovering'] as const;
const before = [
  'initializing',
  'qualification_verified',
  'awaiting_burn',
  'verifying_burn',
  'burn_verified',
] as const;
const after = [
  'uploading_metadata',
  'metadata_uploaded',
  'minting_new_nft',
  'updating_records',
  'completed',
] as const;

/** A legal log of one upgrade with so many events, made as the server makes it. */
export function longLog(length: number, process: AnyProcess = upgrade): OperationEvent[] {
  const middle = Array.from(
    { length: length - before.length - after.length },
    (_, index) => rounds[index % rounds.length] ?? rounds[0],
  );
  // The middle ends with a status that the first of `after` may follow.
  while (middle.at(-1) !== 'recovering') middle.pop();
  const events: OperationEvent[] = [];
  let snapshot: ReturnType<typeof foldAll> = null;
  for (const status of [...before, ...middle, ...after]) {
    const at = new Date(Date.UTC(2026, 10, 23) + events.length * 1_000);
    const event = nextEvent(process, snapshot, status, samplePayload(process, status), {
      operationId: 'upg_bench',
      at,
    });
    snapshot = foldAll(process, [event], snapshot);
    events.push(event);
  }
  return events;
}

const utf8 = new TextEncoder();
const opening = openingFrame({ retryMs: 2_000, heartbeatMs: 15_000 });

/** The stream in one chunk an event. */
export const chunkPerEvent = (log: readonly OperationEvent[]): Uint8Array[] =>
  log.map((event, index) => utf8.encode((index === 0 ? opening : '') + eventFrame(event)));

/** The stream in chunks of so many bytes, cut anywhere. */
export function chunksOf(log: readonly OperationEvent[], bytes: number): Uint8Array[] {
  const whole = utf8.encode(opening + log.map(eventFrame).join(''));
  return Array.from({ length: Math.ceil(whole.length / bytes) }, (_, index) =>
    whole.slice(index * bytes, (index + 1) * bytes),
  );
}

/** The chunks as the body of a response. */
export function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let index = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[index++];
      if (chunk) controller.enqueue(new Uint8Array(chunk));
      else controller.close();
    },
  });
}
