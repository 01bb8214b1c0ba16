// Runs benchmark suites: `npm run bench -- <suite…> [--json]`. Without a name it runs all of them
// and writes docs/benchmarks.md. `--json` prints a line for each, and all of several in a last one.
// Exits with 1 where a goal does not hold. A suite is a file in `suites/` that exports `suite`.
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Measured, report, round } from './report.ts';
import type { Result, Suite } from './suite.ts';

const folder = new URL('./suites/', import.meta.url);
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace('.ts', ''));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown suite: ${unknown.join(', ')}. Suites: ${known.join(', ')}.`);
  process.exit(2);
}

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  os: `${process.platform} ${process.arch}`,
};

const measured: Measured[] = [];
for (const name of positionals.length > 0 ? positionals : known) {
  const { suite } = (await import(new URL(`${name}.ts`, folder).href)) as { suite: Suite };
  const result = await suite.run((line) => console.error(line));
  measured.push({ suite: name, title: suite.title, ...result });
  if (values.json) console.log(JSON.stringify({ suite: name, machine, ...result }));
  else print(suite, result);
}
const holds = measured.every(({ goals }) => goals.every((goal) => goal.holds));
if (values.json && measured.length > 1)
  console.log(JSON.stringify({ machine, suites: measured, holds }));
process.exitCode = holds ? 0 : 1;
if (positionals.length === 0)
  writeFileSync(
    new URL('../../docs/benchmarks.md', import.meta.url),
    report(machine, new Date(), measured),
  );

function print({ title }: Suite, { rows, goals }: Result): void {
  console.log(`\n${title}\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`);
  console.table(
    rows.map(({ name, value, unit, ratio }) => ({
      name,
      value: `${round(value)} ${unit}`,
      ratio: ratio === undefined ? '' : round(ratio),
    })),
  );
  for (const { name, goal, value, holds } of goals)
    console.log(`${holds ? 'holds' : 'FAILS'}  ${name}: ${goal}, measured ${round(value)}`);
}
