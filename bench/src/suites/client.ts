import type { Contender } from '../client/contenders.ts';
import * as all from '../client/contenders.ts';
import { chunkPerEvent, chunksOf, longLog } from '../client/stream.ts';
import { atLeast, atMost, type Goal, median, type Row, type Suite } from '../suite.ts';

const EVENTS = 20_000;
const ROUNDS = 9;

/** The peer that validates what we validate, and the one to be compared with. */
const SAME_WORK = 'ai parseJsonEventStream, the schema of the protocol (no state)';

/**
 * Contenders by their input: a chunk at a time, or a stream. Each is compared with the floor of the
 * same input.
 */
const groups: readonly { floor: Contender; contenders: Readonly<Record<string, Contender>> }[] = [
  {
    floor: all.floor,
    contenders: {
      'ours: decode, validate, order, reduce, publish': all.pipeline,
      'eventsource-parser + zod + reduce': all.parserAndZod,
    },
  },
  {
    floor: all.floorOverStream,
    contenders: {
      'ours: the whole client': all.client,
      '@microsoft/fetch-event-source (no validation, no state)': all.fetchEventSource,
      '@ag-ui/client parseSSEStream (no validation, no state)': all.agUi,
      [SAME_WORK]: all.aiSdkValidating,
      'ai parseJsonEventStream, of each event only its number (no state)': all.aiSdkStreaming,
    },
  },
];

/** The client's way of an event: bytes → validated → reduced → published. */
export const suite: Suite = {
  title:
    `Client: ${EVENTS.toLocaleString('en')} events of one upgrade, ` +
    'as multiples of TextDecoder + split + JSON.parse',
  async run(print) {
    const log = longLog(EVENTS);
    const shapes: [name: string, chunks: Uint8Array[], bound: number][] = [
      ['16 KiB chunks', chunksOf(log, 16_384), 1.6],
      ['one chunk an event', chunkPerEvent(log), 1.8],
    ];
    const rows: Row[] = [];
    const goals: Goal[] = [];
    for (const [shape, chunks, bound] of shapes) {
      const times = new Map<string, number>();
      const own: string[] = [];
      for (const { floor, contenders } of groups) {
        print(`${shape}: ${Object.keys(contenders).join(', ')}`);
        const [ours = ''] = Object.keys(contenders);
        own.push(ours);
        for (const [name, { us, ratio }] of await compare(
          { floor, ...contenders },
          chunks,
          log.length,
        )) {
          times.set(name, us);
          rows.push({ name: `${shape} · ${name}`, value: us, unit: 'µs an event', ratio });
          if (name === ours) goals.push(atMost(`${shape} · ${ours}`, bound, ratio, ' × floor'));
        }
      }
      for (const ours of own) {
        const faster = (times.get(SAME_WORK) ?? 0) / (times.get(ours) ?? Number.NaN);
        goals.push(atLeast(`${shape} · ${ours}, against ai`, 4, faster, ' × faster'));
      }
    }
    return { rows, goals };
  },
};

/**
 * All of them in each round, so that a slow moment of the machine meets them all. Processor time,
 * garbage collection included: others may use the machine too. Between two of them only young
 * garbage is collected. A full collection at a moment when no event is alive takes away the hidden
 * classes of events, and with them the compiled code of what looks at their fields: each round
 * would measure compiling it anew, which a page that holds an operation never does.
 */
async function compare(
  contenders: Readonly<Record<string, Contender>>,
  chunks: readonly Uint8Array[],
  events: number,
) {
  const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      globalThis.gc?.({ type: 'minor' });
      const began = process.cpuUsage();
      const seen = await contender(chunks);
      const { user, system } = process.cpuUsage(began);
      const took = (user + system) / 1_000;
      if (seen !== events) throw new RangeError(`${name} saw ${seen} of ${events} events`);
      if (round >= 0) times.get(name)?.push(took);
    }
  }
  const floors = times.get('floor') ?? [];
  return [...times].map(([name, own]) => {
    const ratio = median(own.map((time, round) => time / (floors[round] ?? Number.NaN)));
    return [name, { us: (median(own) * 1_000) / events, ratio }] as const;
  });
}
