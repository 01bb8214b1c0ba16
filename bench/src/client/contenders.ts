import { parseSSEStream, runHttpRequest } from '@ag-ui/client';
import { createUpgradeClient } from '@aiw3/nft-upgrade';
import { foldAll, type OperationEvent, type Snapshot, upgrade } from '@aiw3/nft-upgrade/protocol';
import { getBytes, getLines, getMessages } from '@microsoft/fetch-event-source/lib/esm/parse.js';
import { parseJsonEventStream } from 'ai';
import { createParser } from 'eventsource-parser';
import * as z from 'zod';
import * as zodMini from 'zod/mini';
import { createStore } from '../../../packages/core/src/client/store.ts';
import { upgrade as written } from '../../../packages/core/src/processes/upgrade.ts';
import { envelopeSchema } from '../../../packages/core/src/protocol/envelope.ts';
import { newCounters } from '../../../packages/core/src/stream/counters.ts';
import { createDecoder } from '../../../packages/core/src/stream/decode.ts';
import { createSequencer } from '../../../packages/core/src/stream/sequence.ts';
import { streamOf } from './stream.ts';

const { source } = written;

/** Reads the chunks of one upgrade. Resolves with the number of events it saw. */
export type Contender = (chunks: readonly Uint8Array[]) => Promise<number> | number;

/**
 * The floor: text, lines, JSON. It cannot read across two chunks, so it joins them first.
 */
export const floor: Contender = (chunks) => {
  const decoder = new TextDecoder();
  let rest = '';
  let events = 0;
  for (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data: ')) continue;
      if ((JSON.parse(line.slice(6)) as OperationEvent).seq > 0) events++;
    }
  }
  return events;
};

/**
 * The same work as ours with the usual parts: a spec-true parser, zod, the reducer, a listener for
 * each chunk.
 */
const schemas: Readonly<Record<string, z.core.$ZodType>> = Object.fromEntries(
  Object.entries(source.payloads).map(([status, payload]) => [
    status,
    zodMini.looseObject({ ...envelopeSchema.shape, ...payload }),
  ]),
);
export const parserAndZod: Contender = (chunks) => {
  const decoder = new TextDecoder();
  let snapshot: Snapshot | null = null;
  let events = 0;
  let published = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      const value = JSON.parse(data) as OperationEvent;
      const schema = schemas[value.status];
      if (!schema) return;
      const event = z.core.parse(schema, value) as OperationEvent;
      snapshot = foldAll(upgrade, [event], snapshot);
      events++;
    },
  });
  for (const chunk of chunks) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    published++;
  }
  return published > 0 ? events : 0;
};

/** Ours, without a connection: decode, validate, order, reduce, publish. */
export const pipeline: Contender = async (chunks) => {
  const sequencer = createSequencer(upgrade, null, newCounters());
  const decoder = createDecoder(upgrade, 1_048_576);
  const store = createStore<{ operation: Snapshot | null }>({ operation: null }, () => undefined);
  let events = 0;
  let published = 0;
  store.subscribe(() => published++);
  for (const chunk of chunks) {
    const decoded = decoder.push(chunk);
    if (decoded.error) throw decoded.error;
    sequencer.ingest(decoded.events, 'upg_bench');
    events += decoded.events.length;
    store.set({ operation: sequencer.snapshot() });
  }
  await Promise.resolve();
  return published > 0 ? events : 0;
};

/** Ours, whole: the client over a response that streams. */
export const client: Contender = async (chunks) => {
  const headers = { 'content-type': 'text/event-stream' };
  const environment = {
    fetch: () => Promise.resolve(new Response(streamOf(chunks), { headers })),
    storage: null,
    locks: null,
  };
  const own = createUpgradeClient({ baseUrl: '', environment });
  const operation = own.upgrade.attach('upg_bench');
  operation.subscribe(() => operation.getSnapshot());
  await operation.done;
  own.close();
  return operation.counters.events;
};

/** The AI SDK: a stream of parse results. */
const aiSdk =
  (schema: z.ZodType): Contender =>
  async (chunks) => {
    let events = 0;
    for await (const part of parseJsonEventStream({ stream: streamOf(chunks), schema }))
      if (part.success) events++;
    return events;
  };

/**
 * With the schema of the protocol, as its users write it: a union by status, of envelope and
 * payload.
 */
const eventSchema = (status: string) =>
  z.looseObject({ ...envelopeSchema.shape, ...source.payloads[status], status: z.literal(status) });
const [first = '', ...others] = Object.keys(source.payloads);
export const aiSdkValidating = aiSdk(
  z.discriminatedUnion('status', [eventSchema(first), ...others.map(eventSchema)]),
);
/** With one field for all events: what its streams alone cost. */
export const aiSdkStreaming = aiSdk(z.looseObject({ seq: z.number() }));

/** fetch-event-source, without its fetch: bytes, lines, messages, JSON. It validates nothing. */
export const fetchEventSource: Contender = async (chunks) => {
  let events = 0;
  const ignore = () => undefined;
  const onMessage = ({ data }: { data: string }) => {
    if (data !== '' && (JSON.parse(data) as OperationEvent).seq > 0) events++;
  };
  await getBytes(streamOf(chunks), getLines(getMessages(ignore, ignore, onMessage)));
  return events;
};

/** AG-UI: an observable of parsed events. It validates nothing here. */
export const agUi: Contender = (chunks) =>
  new Promise((resolve, reject) => {
    let events = 0;
    const headers = { 'content-type': 'text/event-stream' };
    parseSSEStream(
      runHttpRequest(() => Promise.resolve(new Response(streamOf(chunks), { headers }))),
    ).subscribe({
      next: () => events++,
      error: reject,
      complete: () => resolve(events),
    });
  });

/** The floor over a stream, for those that read one. */
export const floorOverStream: Contender = async (chunks) => {
  const reader = streamOf(chunks).getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let events = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return events;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines)
      if (line.startsWith('data: ') && (JSON.parse(line.slice(6)) as OperationEvent).seq > 0)
        events++;
  }
};
