import type { AnyProcess } from '../../machine/types.ts';
import { DEFAULT_BASE_PATH, HEALTH_PATH } from '../routes.ts';
import {
  GAP_HEADER,
  IDEMPOTENCY_HEADER,
  idempotencyKeyPattern,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../version.ts';
import {
  type JsonSchema,
  pascal,
  type SourceProcess,
  schemaDefinitions,
  sources,
} from './definitions.ts';

const REF = '#/components/schemas/';
const ref = (name: string) => ({ $ref: `${REF}${name}` });
const json = (name: string) => ({ 'application/json': { schema: ref(name) } });

const text = (name: string, description: string, schema: JsonSchema = { type: 'string' }) => ({
  name,
  in: 'header',
  description,
  schema,
});
const idParameter = {
  name: 'operationId',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[\\w-]{1,128}$' },
};
const keyParameter = text(
  IDEMPOTENCY_HEADER,
  'Minted by the client; a repeat attaches to the operation of the first.',
  {
    type: 'string',
    pattern: idempotencyKeyPattern.source,
  },
);
const cursorParameter = text('Last-Event-ID', 'Number of the last event the client has.', {
  type: 'string',
  pattern: '^\\d{1,15}$',
});
const afterParameter = {
  name: 'after',
  in: 'query',
  description: 'The same, where no header can be set.',
  schema: { type: 'integer', minimum: 0 },
};
const activeParameter = { name: 'active', in: 'query', required: true, schema: { const: 'true' } };

const problem = {
  description: 'Refused. The code says why.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};
const header = (description: string) => ({ description, schema: { type: 'string' } });

/** A stream: each item is one frame of Server-Sent Events, its data one event as JSON. */
const stream = (name: string) => ({
  'text/event-stream': {
    itemSchema: {
      type: 'object',
      properties: {
        id: { type: 'string', description: 'Equals seq.', pattern: '^[1-9]\\d*$' },
        retry: { type: 'integer', minimum: 0 },
        data: {
          type: 'string',
          contentMediaType: 'application/json',
          contentSchema: ref(`${name}Event`),
        },
      },
    },
  },
});

function pathsOf(process: AnyProcess): Record<string, object> {
  const name = pascal(process.name);
  const start = `${DEFAULT_BASE_PATH}/${process.path}`;
  const operation = (id: string, rest: object, success: object) => ({
    operationId: `${id}${name}`,
    tags: [process.name],
    ...rest,
    responses: { ...success, default: problem },
  });
  const command = (id: string, answers: object, body?: string) =>
    operation(
      id,
      body === undefined ? {} : { requestBody: { required: true, content: json(body) } },
      answers,
    );
  const accepted = { 202: { description: 'Accepted.', content: json('Snapshot') } };
  const gap = {
    [GAP_HEADER]: header('true when the cursor was unknown and the log begins again.'),
  };
  const burns = 'awaiting_burn' in process.statuses;
  return {
    [start]: {
      get: operation(
        'active',
        { parameters: [activeParameter] },
        { 200: { description: 'Live operations.', content: json('SnapshotList') } },
      ),
      post: operation(
        'start',
        {
          parameters: [keyParameter],
          requestBody: { required: true, content: json(`${name}Start`) },
        },
        {
          200: {
            description: 'The log, live.',
            headers: { 'Content-Location': header('…/{operationId}/events') },
            content: stream(name),
          },
          202: {
            description: 'Started, for clients that accept JSON.',
            headers: { Location: header('…/{operationId}') },
            content: json('Snapshot'),
          },
        },
      ),
    },
    [`${start}/{operationId}`]: {
      parameters: [idParameter],
      get: operation(
        'read',
        { parameters: [text('If-None-Match', 'The ETag of the snapshot the client has.')] },
        {
          200: {
            description: 'The snapshot.',
            headers: { ETag: header('"seq"') },
            content: json('Snapshot'),
          },
          304: { description: 'Unchanged.' },
        },
      ),
    },
    [`${start}/{operationId}/events`]: {
      parameters: [idParameter],
      get: operation(
        'follow',
        { parameters: [cursorParameter, afterParameter] },
        {
          200: {
            description: 'The log above the cursor: a stream, or one page.',
            headers: gap,
            content: { ...stream(name), ...json(`${name}EventPage`) },
          },
        },
      ),
    },
    ...(burns && {
      [`${start}/{operationId}/confirm-burn`]: {
        parameters: [idParameter],
        patch: command(
          'confirmBurn',
          { 200: { description: 'Noted. The chain decides.', content: json('ConfirmBurnResult') } },
          'ConfirmBurn',
        ),
      },
      [`${start}/{operationId}/burn-transaction`]: {
        parameters: [idParameter],
        post: command('renewBurn', {
          200: { description: 'A fresh transaction.', content: json('BurnTransactionResult') },
        }),
      },
    }),
    [`${start}/{operationId}/cancel`]: {
      parameters: [idParameter],
      post: command('cancel', accepted),
    },
    [`${start}/{operationId}/retry`]: {
      parameters: [idParameter],
      post: command('retry', accepted),
    },
  };
}

/** The routes as OpenAPI 3.2, which can describe the items of a stream. */
export const openApi = (processes: readonly SourceProcess[] = sources): JsonSchema => ({
  openapi: '3.2.0',
  info: {
    title: 'AIW3 NFT upgrade',
    version: `${PROTOCOL_VERSION}.0.0`,
    description: [
      'Specification: PROTOCOL.md.',
      `Every answer names the version in ${PROTOCOL_HEADER}.`,
    ].join(' '),
    license: { name: 'MIT', identifier: 'MIT' },
  },
  security: [{ bearer: [] }],
  tags: processes.map(({ name }) => ({ name })),
  paths: {
    ...Object.assign({}, ...processes.map(pathsOf)),
    [HEALTH_PATH]: {
      get: {
        operationId: 'health',
        security: [],
        responses: {
          200: { description: 'Healthy.', content: healthContent },
          503: { description: 'A warning.', content: healthContent },
        },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    schemas: schemaDefinitions(REF, processes),
  },
});

const healthContent = {
  'application/json': {
    schema: {
      type: 'object',
      properties: { status: { enum: ['healthy', 'warning'] } },
      required: ['status'],
    },
  },
};
