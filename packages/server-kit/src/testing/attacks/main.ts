// Tries every attack and every honest flow on a real Solana runtime: `npm run attacks`, with the
// beginning of ids for some. `--json` prints one object as its last line. Exits with 0 exactly if
// every attack is refused and every honest flow is accepted.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { attacks } from './attacks/index.ts';
import { honest } from './honest/index.ts';
import { tryAll } from './run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' } },
});
const chosen = <T extends { id: string }>(all: readonly T[]): readonly T[] =>
  positionals.length === 0
    ? all
    : all.filter(({ id }) => positionals.some((begin) => id.startsWith(begin)));
const [tried, flows] = [chosen(attacks), chosen(honest)];
const results = await tryAll(
  [...tried, ...flows],
  Math.max(2, Math.min(4, availableParallelism())),
  ({ id, wanted, code, calls, lamports, ms }) => {
    const state = code === wanted ? 'ok    ' : 'FAILED';
    if (!values.json || code !== wanted)
      console.error(
        `${state} ${id}: ${code}${code === wanted ? '' : ` instead of ${wanted}`} ` +
          `(${calls} calls, ${lamports} lamports, ${ms} ms)`,
      );
  },
);
const ofAttacks = results.slice(0, tried.length);
const held = (all: typeof results) => all.filter(({ code, wanted }) => code === wanted).length;
const refused = held(ofAttacks);
const accepted = held(results.slice(tried.length));
const list = tried.map(({ id, kind, succeededBefore }, at) => ({
  id,
  kind,
  code: ofAttacks[at]?.code,
  calls: ofAttacks[at]?.calls,
  lamports: ofAttacks[at]?.lamports,
  ...(succeededBefore && { succeededBefore }),
}));
const kinds = new Set(list.map(({ kind }) => kind)).size;
const summary = {
  attacks: tried.length,
  refused,
  honest: flows.length,
  accepted,
  kinds,
};
if (values.json) console.log(JSON.stringify({ ...summary, list }));
else
  console.log(
    `${refused} of ${tried.length} attacks of ${kinds} kinds are refused, ` +
      `${accepted} of ${flows.length} honest flows are accepted.`,
  );
process.exit(refused === tried.length && accepted === flows.length ? 0 : 1);
