import type { LogLevel } from '../../packages/server-kit/src/ports/log.ts';
import { metrics, spanAttributes, spans } from '../../packages/server-kit/src/telemetry/names.ts';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

const levels: Readonly<Record<LogLevel, string>> = {
  debug: 'every event of every operation',
  info: 'operations that begin and end',
  warn: 'failures that may pass by themselves: an RPC that does not answer, a sink that is away',
  error:
    'what people have to look at: an operation that needs attention, a dead letter, ' +
    'an unexpected error',
};

/** The page of every metric and span, from the same table as the instruments in the code. */
export function observability(): string {
  const metricRows = Object.entries(metrics).map(
    ([name, { kind, unit, description, attributes }]) =>
      `| \`${name}\` | ${kind} | \`${unit}\` | ${description} | ${code(attributes)} |`,
  );
  const spanRows = Object.entries(spans).map(
    ([name, description]) => `| \`${name}\` | ${description} |`,
  );
  const attributeRows = Object.entries(spanAttributes).map(
    ([name, where]) => `| \`${name}\` | ${where} |`,
  );
  const levelRows = Object.entries(levels).map(([name, what]) => `| \`${name}\` | ${what} |`);
  return `# Observability

Metrics and traces go through [OpenTelemetry](https://opentelemetry.io)'s API, log lines through a
function of yours. Without a provider and without that function the kit is silent. What they do, a
throw included, never touches an operation.

<!-- given:
import {
  createHandler, createService, type Db, type HandlerOptions, jsonLog,
} from '@aiw3/nft-upgrade-server-kit';
declare const db: Db;
declare const rules: Record<string, never>;
declare const authenticate: HandlerOptions['authenticate'];
-->

\`\`\`ts
const service = await createService({ db, rules, log: jsonLog() });
const handler = createHandler(service, { authenticate, log: jsonLog() });
\`\`\`

Register your SDK before both are made (\`node --import ./instrumentation.mjs server.js\`), or hand
providers over: \`telemetry: { tracerProvider, meterProvider }\`.

## Traces

A browser whose fetch is instrumented sends \`traceparent\`
([W3C Trace Context](https://www.w3.org/TR/trace-context/)) with the start; CORS lets it through.
The operation remembers it, so every phase, on whichever node and however much later, belongs to the
trace that began at the click. Where nobody records spans the header is remembered all the same, and
travels on in the CloudEvents that [sinks](sinks.md) send. A header that is malformed counts as
none.

| span | what it is |
| --- | --- |
${spanRows.join('\n')}

| attribute | on |
| --- | --- |
${attributeRows.join('\n')}

A look at a chain that has not moved leaves no span: an operation that waits five minutes would have
hundreds. It is counted in \`nft_upgrade.steps\`.

## Metrics

| metric | kind | unit | what it is | attributes |
| --- | --- | --- | --- | --- |
${metricRows.join('\n')}

Gauges are read from the database whenever somebody collects, so every node reports the same: take
the maximum over nodes, not the sum. Everything else is counted by the node where it happened.
Attributes never hold ids of users or operations.

What to alarm on stands in [operating](operating.md#what-to-watch).

## Logs

\`log\` gets \`{ level, message, fields }\`: the same words for the same thing, and what differs in
the fields. \`jsonLog()\` writes one JSON object a line; for a logger you have:

<!-- given:
import type { Log, LogLevel } from '@aiw3/nft-upgrade-server-kit';
declare const pino: Record<LogLevel, (fields: object, message: string) => void>;
-->

\`\`\`ts
const log: Log = ({ level, message, fields }) => pino[level](fields, message);
\`\`\`

| level | what |
| --- | --- |
${levelRows.join('\n')}

Lines are redacted in one place before they reach you: tokens, passwords, secrets, signed and
unsigned transaction bytes, and all of an address but its host never appear. The same function is
exported as \`redact(value)\`. Signatures, mints and operation ids stay: they are public, or needed.
\`onError\` gets the raw error, with its causes.
`;
}
