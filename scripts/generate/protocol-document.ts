import { protocolRules, sections } from '../../packages/core/src/audit/rules/index.ts';
import { errorCodes } from '../../packages/core/src/errors/codes.ts';
import type { AnyProcess } from '../../packages/core/src/machine/types.ts';
import { processes } from '../../packages/core/src/processes/index.ts';
import {
  eventSchemaOf,
  type JsonSchema,
  sources,
} from '../../packages/core/src/protocol/schema/definitions.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const rulesOf = (section: string): string =>
  protocolRules
    .filter((rule) => rule.section === section)
    .map((rule) => `- **${rule.id}** (${rule.level}) ${rule.text}`)
    .join('\n');

/** What may follow what, as a picture. Ends are drawn where nothing can follow. */
function stateDiagram(process: AnyProcess): string {
  const lines = Object.values(process.statuses).flatMap(({ status, to, terminal }) => [
    ...to.map((target) => `  ${status} --> ${target}`),
    ...(terminal ? [`  ${status} --> [*]`] : []),
  ]);
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${process.initial}`, ...lines, '```'].join(
    '\n',
  );
}

function statusTable(process: AnyProcess): string {
  const keys = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(' ');
  const rows = Object.values(process.statuses).map(
    ({ status, phase, progress, asset, factKeys, nowKeys, terminal }) => [
      `\`${status}\``,
      phase === null ? 'kept' : `\`${phase}\``,
      String(progress),
      `\`${asset}\``,
      keys(factKeys),
      keys(nowKeys),
      terminal ? 'end' : '',
    ],
  );
  return table(
    [
      'status',
      'phase',
      'progress',
      'asset',
      'payload that stays true',
      'payload of this status only',
      '',
    ],
    rows,
  );
}

/** A JSON Schema as a type, the way one reads it aloud. */
function typeOf(schema: JsonSchema): string {
  const {
    type,
    enum: values,
    const: value,
    anyOf,
    properties,
    required,
    items,
    additionalProperties,
  } = schema;
  if (value !== undefined) return JSON.stringify(value);
  if (Array.isArray(values)) return values.map((one) => JSON.stringify(one)).join(' | ');
  if (Array.isArray(anyOf)) return anyOf.map((one: JsonSchema) => typeOf(one)).join(' | ');
  if (Array.isArray(type)) return type.join(' | ');
  if (type === 'array') return `${typeOf(items as JsonSchema)}[]`;
  if (type !== 'object')
    return schema.format === 'date-time'
      ? 'instant'
      : schema.pattern === base58
        ? 'base58'
        : String(type);
  if (properties === undefined) {
    const inner = isEmpty(additionalProperties)
      ? 'any'
      : typeOf(additionalProperties as JsonSchema);
    return `{ [name]: ${inner} }`;
  }
  const names = new Set(required as readonly string[] | undefined);
  const members = Object.entries(properties as Record<string, JsonSchema>);
  const written = members.map(
    ([name, member]) => `${name}${names.has(name) ? '' : '?'}: ${typeOf(member)}`,
  );
  return `{ ${written.join(', ')} }`;
}

const base58 = '^[1-9A-HJ-NP-Za-km-z]{32,88}$';
const isEmpty = (value: unknown) =>
  typeof value !== 'object' || value === null || Object.keys(value).length === 0;

/** Every member of a payload with its type, once. */
function payloadTypes(): string {
  const lines = new Set<string>();
  for (const process of sources) {
    for (const status of Object.values(process.statuses)) {
      const { properties, required } = eventSchemaOf(process, status.status) as {
        properties: Record<string, JsonSchema>;
        required: readonly string[];
      };
      for (const name of [...status.factKeys, ...status.nowKeys]) {
        lines.add(
          `${name}${required.includes(name) ? '' : '?'}: ${typeOf(properties[name] ?? {})}`,
        );
      }
    }
  }
  return ['```ts', ...lines, '```'].join('\n');
}

/** The codes that the rules name. All others mean what their status means. */
const errorTable = (): string =>
  table(
    ['code', 'status', 'retryable', 'actor', 'what happened'],
    Object.entries(errorCodes)
      .filter(([code]) => protocolRules.some(({ text }) => text.includes(`\`${code}\``)))
      .map(([code, { status, retryable, actor, message }]) => [
        `\`${code}\``,
        String(status),
        retryable ? 'yes' : 'no',
        actor,
        message,
      ]),
  );

/** What stands between `<!-- name -->` and `<!-- /name -->`. */
const blocks: Readonly<Record<string, string>> = {
  ...Object.fromEntries(sections.map((section) => [`rules ${section}`, rulesOf(section)])),
  ...Object.fromEntries(
    Object.values(processes).map((process) => [`states ${process.name}`, stateDiagram(process)]),
  ),
  ...Object.fromEntries(
    Object.values(processes).map((process) => [`statuses ${process.name}`, statusTable(process)]),
  ),
  payload: payloadTypes(),
  errors: errorTable(),
};

/**
 * The document with its generated parts made anew. Throws for a part that is missing: it would go
 * out of date unseen.
 */
export function fillDocument(text: string): string {
  let filled = text;
  for (const [name, content] of Object.entries(blocks)) {
    const block = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!block.test(filled)) throw new Error(`PROTOCOL.md has no place for “${name}”.`);
    filled = filled.replace(
      block,
      (_, open: string, close: string) => `${open}\n${content}\n\n${close}`,
    );
  }
  return filled;
}
