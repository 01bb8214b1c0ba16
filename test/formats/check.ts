// Are the published descriptions what their formats ask for? Judged by validators that nobody here
// wrote, each of which has to refuse a broken copy first.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';

type Document = Record<string, unknown>;

interface Judged {
  readonly version: string;
  /** Empty for a document that is as it should be. */
  readonly findings: readonly string[];
}

async function openApi(document: Document): Promise<Judged> {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  return {
    version: `OpenAPI ${validator.version}`,
    findings: valid ? [] : [JSON.stringify(errors)],
  };
}

async function asyncApi(document: Document): Promise<Judged> {
  const findings = await new Parser().validate(JSON.stringify(document));
  return {
    version: `AsyncAPI ${String(document.asyncapi)}`,
    findings: findings.map(({ message, path }) => `${path.join('.')}: ${message}`),
  };
}

const without = (document: Document, member: string): Document => ({
  ...document,
  [member]: undefined,
});

/** A document, who judges it, and what must not pass. */
const subjects = [
  {
    file: 'openapi.json',
    judge: openApi,
    broken: (document: Document) => [
      without(document, 'info'),
      {
        ...document,
        paths: { '/a': { get: { responses: { 200: {} }, parameters: [{ name: 'x' }] } } },
      },
      {
        ...document,
        paths: { '/a': { get: { responses: { 200: { $ref: '#/components/responses/None' } } } } },
      },
    ],
  },
  {
    file: 'asyncapi.json',
    judge: asyncApi,
    broken: (document: Document) => [
      without(document, 'info'),
      {
        ...document,
        operations: { follow: { action: 'shout', channel: { $ref: '#/channels/upgrade' } } },
      },
      {
        ...document,
        operations: { follow: { action: 'send', channel: { $ref: '#/channels/none' } } },
      },
    ],
  },
];

let failures = 0;
for (const { file, judge, broken } of subjects) {
  const document = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../packages/core/schemas', file), 'utf8'),
  ) as Document;
  const { version, findings } = await judge(document);
  for (const finding of findings) console.error(`${file}: ${finding}`);
  const passed = (await Promise.all(broken(document).map(judge))).filter(
    (judged) => judged.findings.length === 0,
  ).length;
  if (passed > 0) console.error(`${file}: its validator lets ${passed} broken copies pass`);
  failures += findings.length + passed;
  console.log(`${file}: ${findings.length === 0 ? 'valid' : 'NOT valid'} ${version}`);
}
process.exit(failures === 0 ? 0 : 1);
