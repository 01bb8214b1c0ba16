// The long form of the cut test: `npm run cuts -- [number of cuts, default 1000000] [seed]`. Prints
// one JSON object; exits with 1 when anything is wrong.
import {
  type Cuts,
  encodings,
  recorded,
  runCut,
  streamLength,
} from '../../packages/core/src/stream/fixtures/cuts.ts';

const [wanted = 1_000_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);

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
const result = { cuts: 0, operations: 0, violations: 0, seed, ms: 0 };
while (result.cuts < wanted) {
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
result.ms = Math.round(performance.now() - began);
console.log(JSON.stringify(result));
process.exitCode = result.violations > 0 ? 1 : 0;
