import { fanOut } from '../server/fan-out.ts';
import { load } from '../server/load.ts';
import { idleBytes } from '../server/memory.ts';
import { atLeast, atMost, type Goal, type Row, type Suite } from '../suite.ts';

// The large form takes minutes and gigabytes: BENCH_LOAD=full npm run bench -- server
const full = process.env.BENCH_LOAD === 'full';
const loads = [
  { version: 'http/1.1', streams: full ? 10_000 : 1_000 },
  { version: 'h2', streams: full ? 50_000 : 5_000 },
] as const;

export const suite: Suite = {
  title:
    'Server: one event to 1,000 streams, what an idle stream costs, ' +
    `and ${full ? 'the full' : 'a small'} load`,
  async run(print) {
    const rows: Row[] = [];
    const goals: Goal[] = [];

    print('one event to 1,000 streams …');
    const [raw, better, ours] = await fanOut(['raw', 'better-sse', 'ours']);
    if (!raw || !better || !ours) throw new Error('A contender is missing.');
    for (const { name, cpuMs, wallMs } of [raw, better, ours]) {
      rows.push({
        name: `fan-out to 1,000 streams, ${name}: processor`,
        value: cpuMs,
        unit: 'ms an event',
        ratio: raw.cpuMs / cpuMs,
      });
      rows.push({
        name: `fan-out to 1,000 streams, ${name}: until all have it`,
        value: wallMs,
        unit: 'ms an event',
        ratio: raw.wallMs / wallMs,
      });
    }
    goals.push(atLeast('fan-out, processor, of raw res.write', 0.9, raw.cpuMs / ours.cpuMs, ' ×'));
    goals.push(atLeast('fan-out, processor, of better-sse', 1.3, better.cpuMs / ours.cpuMs, ' ×'));

    for (const version of ['http/1.1', 'h2']) {
      print(`an idle stream over ${version} …`);
      const floor = await idleBytes('raw', version);
      const cost = await idleBytes('ours', version);
      rows.push({ name: `idle stream over ${version}, raw`, value: floor / 1024, unit: 'KiB' });
      rows.push({
        name: `idle stream over ${version}, ours`,
        value: cost / 1024,
        unit: 'KiB',
        ratio: cost / floor,
      });
      goals.push(
        atMost(`idle stream over ${version}, above raw`, 4, (cost - floor) / 1024, ' KiB'),
      );
    }

    for (const { version, streams } of loads) {
      print(`${streams} streams over ${version} while upgrades run …`);
      const { rssMiB, p99Ms, frames, lost } = await load(version, streams, 200, 5);
      const name = `${streams} streams over ${version}`;
      rows.push({ name: `${name}: memory of the process`, value: rssMiB, unit: 'MiB' });
      rows.push({ name: `${name}: delay of the event loop, p99`, value: p99Ms, unit: 'ms' });
      rows.push({ name: `${name}: frames`, value: frames, unit: 'frames' });
      goals.push(atMost(`${name}: frames lost`, 0, lost));
    }
    return { rows, goals };
  },
};
