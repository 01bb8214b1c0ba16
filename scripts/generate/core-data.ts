import type { ProcessData } from '@aiw3/nft-upgrade/protocol';
import { burnTransaction } from '../../packages/core/src/phases/burn.ts';
import { badgeActivation } from '../../packages/core/src/processes/badge-activation.ts';
import { claim } from '../../packages/core/src/processes/claim.ts';
import { upgrade } from '../../packages/core/src/processes/upgrade.ts';
import * as schemas from '../../packages/core/src/protocol/bodies.ts';
import { envelopeSchema } from '../../packages/core/src/protocol/envelope.ts';
import { fieldsFromZod, fromZod } from '../../packages/core/src/schema/from-zod.ts';

/** One line an entry: a change of a schema is a change of a line. */
const lines = (entries: object): string =>
  Object.entries(entries)
    .map(([key, value]) => `  ${key}: ${JSON.stringify(value)},\n`)
    .join('');

function processLines({ statuses, ...head }: ProcessData): string {
  return `{\n${lines(head)}  statuses: {\n${lines(statuses)}  },\n  }`;
}

/** What a page checks with: the zod schemas and processes as plain data. */
export function coreData(): string {
  const bodies = {
    problem: fromZod(schemas.problemSchema),
    snapshot: fromZod(schemas.snapshotSchema),
    snapshotList: fromZod(schemas.snapshotListSchema),
    confirmBurn: fromZod(schemas.confirmBurnSchema),
    confirmBurnResult: fromZod(schemas.confirmBurnResultSchema),
    burnTransactionResult: fromZod(schemas.burnTransactionResultSchema),
    eventPage: fromZod(schemas.eventPageSchema),
    burnTransaction: fromZod(burnTransaction),
  };
  const sources = [upgrade, claim, badgeActivation];
  const processes = sources.map(({ source: { data } }) => `  ${data.name}: ${processLines(data)},\n`);
  const text = `// Made from the zod schemas by \`npm run generate\`. Do not edit.
import type { ProcessData } from './machine/process.ts';
import type { Envelope } from './protocol/envelope.ts';
import type { Fields } from './schema/index.ts';

export const envelope: Fields<keyof Envelope> = {
${lines(fieldsFromZod(envelopeSchema.shape))}};

export const bodies: Fields<${Object.keys(bodies)
    .map((name) => `'${name}'`)
    .join(' | ')}> = {
${lines(bodies)}};

export const processData: Readonly<Record<${sources.map(({ name }) => `'${name}'`).join(' | ')}, ProcessData>> = {
${processes.join('')}};
`;
  if (text.includes('"kind":"zod"')) throw new RangeError('A schema of the protocol uses something of zod that has no form as data.');
  return text;
}
