import type { ProcessData } from '@aiw3/nft-upgrade/protocol';
import { burnTransaction } from '../../packages/core/src/phases/burn.ts';
import { assets } from '../../packages/core/src/protocol/asset.ts';
import * as schemas from '../../packages/core/src/protocol/bodies.ts';
import { envelopeSchema } from '../../packages/core/src/protocol/envelope.ts';
import { sources } from '../../packages/core/src/protocol/schema/definitions.ts';
import { fieldsFromZod, fromZod } from '../../packages/core/src/schema/from-zod.ts';
import { createWriter, type Writer } from './tests.ts';

const line = (words: readonly string[]): string => `'${words.join(' ')}'`;

function statusRow(
  writer: Writer,
  name: string,
  { phase, progress, asset, to, facts, now }: ProcessData['statuses'][string],
): string {
  const row = [JSON.stringify(phase), JSON.stringify(progress), `'${asset}'`, line(to)];
  const kept = Object.keys(facts).length > 0;
  if (kept && Object.keys(now).length > 0)
    throw new RangeError(
      `${name} has both facts and fields of the moment: a row has no form for that.`,
    );
  const payload = { ...facts, ...now };
  if (Object.keys(payload).length > 0) row.push(writer.written(payload));
  if (kept) row.push('1');
  return `      ${name}: [${row.join(', ')}],\n`;
}

function processRows(writer: Writer, { statuses, input, phases, ...head }: ProcessData): string {
  const rows = Object.entries(statuses).map(([name, status]) => statusRow(writer, name, status));
  return `  ${head.name}: {
${Object.entries(head)
  .map(([key, value]) => `    ${key}: ${JSON.stringify(value)},\n`)
  .join('')}    phases: ${line(phases)},
    input: ${writer.written(input)},
    statuses: {
${rows.join('')}    },
  },
`;
}

/** The checks of a page: the zod schemas as plain code, the processes as tables. */
export function coreData(): string {
  const writer = createWriter();
  writer.choice(assets, 'assets');
  const envelope = writer.fields(fieldsFromZod(envelopeSchema.shape), 'common');
  const bodies = Object.entries({
    problem: schemas.problemSchema,
    snapshot: schemas.snapshotSchema,
    snapshotList: schemas.snapshotListSchema,
    confirmBurn: schemas.confirmBurnSchema,
    confirmBurnResult: schemas.confirmBurnResultSchema,
    burnTransactionResult: schemas.burnTransactionResultSchema,
    eventPage: schemas.eventPageSchema,
    burnTransaction,
  }).map(
    ([name, schema]) =>
      `export const ${name}Body = (value: unknown) => ${writer.test(fromZod(schema), 'value')};\n`,
  );
  const processes = sources.map(({ source }) => processRows(writer, source.data));
  return `// Made from the zod schemas by \`npm run generate\`. Do not edit.
import type { ProcessRows } from './machine/process.ts';
import { ${writer.words().join(', ')} } from './schema/tests.ts';
import type { Value } from './schema/types.ts';

${writer.declarations()}
/** The fields that every event carries. */
export const envelope = ${envelope};

${bodies.join('')}
export const processRows = {
${processes.join('')}} as const satisfies Readonly<Record<string, ProcessRows>>;
`;
}
