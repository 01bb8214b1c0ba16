// The long form of the cut test: `npm run cuts -- [number of cuts] [seed]`. Without a number it is
// a million, or as many as are made in six minutes. Prints one JSON object; exits with 1 when
// anything is wrong.
import { parseArgs } from 'node:util';
import {
  type Cuts,
  encodings,
  recorded,
  runCut,
  streamLength,
} from '../../packages/core/src/stream/fixtures/cuts.ts';

const { positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' } },
});
const [number, seed = Date.now() % 2 ** 31] = positionals.map(Number);
const wanted = number ?? 1_000_000;
const budgetMs = number === undefined ? 360_000 : Number.POSITIVE_INFINITY;
if (!(wanted > 0)) {
  console.error('The number of cuts has to be above 0.');
  process.exit(2);
}

/** Numbers that look random and come again with the same seed (Park and Miller's generator). */
let state = seed || 1;
const below = (bound: number): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state % bound;
};

const names = Object.keys(encodings);
const next = async (): Promise<Cuts> => {
  const of = recorded[below(recorded.length)] ?? recorded[0];
  const encoding = names[below(names.length)] ?? 'LF';
  if (!of) throw new RangeError('nothing is recorded');
  const length = await streamLength(of, encoding);
  return {
    of,
    encoding,
    after: Array.from({ length: 1 + below(12) }, () => below(length + 1)),
    sizes: Array.from({ length: 1 + below(4) }, () => 1 + below(200)),
  };
};

const began = performance.now();
let reportedAt = began;
const result = { cuts: 0, leftOut: 0, operations: 0, violations: 0, seed, ms: 0 };
while (result.cuts < wanted && performance.now() - began < budgetMs) {
  const cuts = await next();
  const { cuts: made, wrong } = await runCut(cuts);
  result.cuts += made;
  result.operations++;
  if (wrong.length > 0) {
    result.violations++;
    console.error(JSON.stringify({ ...cuts, of: cuts.of.name, wrong }));
  }
  if (performance.now() - reportedAt > 5_000) {
    reportedAt = performance.now();
    console.error(
      `${result.cuts.toLocaleString('en')} of ${wanted.toLocaleString('en')} cuts, ` +
        `${result.violations} violations`,
    );
  }
}
result.leftOut = Math.max(0, wanted - result.cuts);
result.ms = Math.round(performance.now() - began);
console.log(JSON.stringify(result));
process.exitCode = result.violations > 0 ? 1 : 0;
