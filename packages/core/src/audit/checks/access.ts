import { routesOf } from '../../protocol/routes.ts';
import { type Check, check } from '../check.ts';
import type { AuditContext } from '../context.ts';
import { type Answer, type Ask, summaryOf } from '../exchange.ts';
import { given, must } from '../outcome.ts';
import { refused } from './requests.ts';

const FOREIGN = 'https://audit.invalid';
const sendable = [
  'authorization',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'nft-protocol',
];
const readable = [
  'content-location',
  'location',
  'etag',
  'retry-after',
  'nft-protocol',
  'nft-stream-gap',
];

const names = (header: string | null) => (header ?? '').toLowerCase().split(/\s*,\s*/);
const lacks = (wanted: readonly string[], header: string | null) =>
  names(header).includes('*') ? [] : wanted.filter((name) => !names(header).includes(name));

/** Every route of one operation, with a body that is in order. */
const routesOfOperation = (context: AuditContext, id: string): Ask[] => [
  { path: context.routes.operation(id) },
  { path: context.routes.of(id, 'events') },
  { path: context.routes.of(id, 'events'), accept: 'text/event-stream' },
  {
    method: 'PATCH',
    path: context.routes.of(id, 'confirm-burn'),
    body: { burnTxSignature: '1'.repeat(64) },
  },
  ...(['burn-transaction', 'cancel', 'retry'] as const).map((route) => ({
    method: 'POST',
    path: context.routes.of(id, route),
    body: {},
  })),
];

/** What a refusal says, with the id taken out. */
const withoutId = ({ status, json }: Answer, id: string) =>
  `${status} ${JSON.stringify(json ?? null)}`.replaceAll(id, '(id)');

export const accessChecks: readonly Check[] = [
  check('P-ACCESS-01', 'before', async (context) => {
    for (const credentials of [null, { authorization: 'Bearer audit-no-such-token' }]) {
      const answer = await context.send({ path: context.routes.active, credentials });
      refused(answer, 401, 'unauthenticated');
      must(
        answer.headers.get('www-authenticate'),
        `${summaryOf(answer)}, without WWW-Authenticate`,
      );
    }
    refused(await context.start({ credentials: null }), 401, 'unauthenticated');
  }),
  check('P-ACCESS-02', 'live', async (context) => {
    const credentials = context.options.otherCredentials;
    given(credentials, 'needs the token of another user: --other-token');
    const { id } = await context.live();
    const never = `${context.options.process.idPrefix}_audit_never_given`;
    const unknown = routesOfOperation(context, never);
    for (const [index, ask] of routesOfOperation(context, id).entries()) {
      const theirs = await context.send({ ...ask, credentials });
      const nobodys = await context.send({
        ...unknown[index],
        path: unknown[index]?.path ?? '',
        credentials,
      });
      theirs.stream?.close();
      must(theirs.status === 404, `${summaryOf(theirs)} for another user`);
      must(
        withoutId(theirs, id) === withoutId(nobodys, never),
        `${summaryOf(theirs)}, in other words than for an id that was never given`,
      );
    }
  }),
  check('P-ACCESS-03', 'live', async (context) => {
    const { id } = await context.live();
    const others = Object.values(context.options.processes).filter(
      ({ name }) => name !== context.options.process.name,
    );
    given(others.length > 0, 'there is only one process');
    for (const other of others)
      refused(
        await context.send({ path: routesOf(other, context.options.basePath).operation(id) }),
        404,
        'not_found',
      );
  }),
  check('P-ACCESS-04', 'before', async (context) => {
    const { headers } = await context.send({
      path: context.routes.active,
      headers: { origin: FOREIGN },
    });
    const allowed = headers.get('access-control-allow-origin');
    must(
      allowed === null || allowed === '*' || allowed === context.options.origin,
      `the unknown origin ${FOREIGN} was allowed: ${allowed}`,
    );
    must(
      allowed !== '*' || headers.get('access-control-allow-credentials') !== 'true',
      'every origin is allowed, with credentials',
    );
  }),
  check('P-ACCESS-05', 'before', async (context) => {
    const { headers } = await context.send({
      path: context.routes.active,
      headers: { origin: context.options.origin ?? FOREIGN },
    });
    if (headers.get('access-control-allow-origin') === '*') return;
    must(
      names(headers.get('vary')).some((name) => name === 'origin' || name === '*'),
      `Vary is “${headers.get('vary') ?? ''}”`,
    );
  }),
  check('P-ACCESS-06', 'before', async (context) => {
    const { origin } = context.options;
    given(origin, 'needs a web origin that is allowed: --origin');
    const asked = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': sendable.join(','),
    };
    const preflight = await context.send({
      method: 'OPTIONS',
      path: context.routes.start,
      headers: asked,
      credentials: null,
    });
    must(preflight.status < 300, `${summaryOf(preflight)}`);
    const missing = lacks(sendable, preflight.headers.get('access-control-allow-headers'));
    must(missing.length === 0, `the preflight does not allow ${missing.join(', ')}`);
    must(
      names(preflight.headers.get('access-control-allow-methods')).includes('post'),
      'the preflight does not allow POST',
    );
    const { headers } = await context.send({ path: context.routes.active, headers: { origin } });
    must(
      headers.get('access-control-allow-origin') !== null,
      `the origin ${origin} is not allowed`,
    );
    const hidden = lacks(readable, headers.get('access-control-expose-headers'));
    must(hidden.length === 0, `a page may not read ${hidden.join(', ')}`);
  }),
];
