import { routesOf } from '../../protocol/routes.ts';
import { type Check, check } from '../check.ts';
import { type Answer, type Ask, told } from '../exchange.ts';
import { given, must } from '../outcome.ts';
import type { World } from '../world.ts';
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
const routesOfOperation = (world: World, id: string): Ask[] => [
  { path: world.routes.operation(id) },
  { path: world.routes.of(id, 'events') },
  { path: world.routes.of(id, 'events'), accept: 'text/event-stream' },
  {
    method: 'PATCH',
    path: world.routes.of(id, 'confirm-burn'),
    body: { burnTxSignature: '1'.repeat(64) },
  },
  ...(['burn-transaction', 'cancel', 'retry'] as const).map((route) => ({
    method: 'POST',
    path: world.routes.of(id, route),
    body: {},
  })),
];

/** What a refusal says, with the id taken out. */
const withoutId = ({ status, json }: Answer, id: string) =>
  `${status} ${JSON.stringify(json ?? null)}`.replaceAll(id, '(id)');

export const accessChecks: readonly Check[] = [
  check('P-ACCESS-01', 'before', async (world) => {
    for (const credentials of [null, { authorization: 'Bearer audit-no-such-token' }]) {
      const answer = await world.send({ path: world.routes.active, credentials });
      refused(answer, 401, 'unauthenticated');
      must(answer.headers.get('www-authenticate'), `${told(answer)}, without WWW-Authenticate`);
    }
    refused(await world.start({ credentials: null }), 401, 'unauthenticated');
  }),
  check('P-ACCESS-02', 'live', async (world) => {
    const credentials = world.options.otherCredentials;
    given(credentials, 'needs the token of another user: --other-token');
    const { id } = await world.live();
    const never = `${world.options.process.idPrefix}_audit_never_given`;
    const unknown = routesOfOperation(world, never);
    for (const [index, ask] of routesOfOperation(world, id).entries()) {
      const theirs = await world.send({ ...ask, credentials });
      const nobodys = await world.send({
        ...unknown[index],
        path: unknown[index]?.path ?? '',
        credentials,
      });
      theirs.stream?.close();
      must(theirs.status === 404, `${told(theirs)} for another user`);
      must(
        withoutId(theirs, id) === withoutId(nobodys, never),
        `${told(theirs)}, in other words than for an id that was never given`,
      );
    }
  }),
  check('P-ACCESS-03', 'live', async (world) => {
    const { id } = await world.live();
    const others = Object.values(world.options.processes).filter(
      ({ name }) => name !== world.options.process.name,
    );
    given(others.length > 0, 'there is only one process');
    for (const other of others)
      refused(
        await world.send({ path: routesOf(other, world.options.basePath).operation(id) }),
        404,
        'not_found',
      );
  }),
  check('P-ACCESS-04', 'before', async (world) => {
    const { headers } = await world.send({
      path: world.routes.active,
      headers: { origin: FOREIGN },
    });
    const allowed = headers.get('access-control-allow-origin');
    must(
      allowed === null || allowed === '*' || allowed === world.options.origin,
      `the unknown origin ${FOREIGN} was allowed: ${allowed}`,
    );
    must(
      allowed !== '*' || headers.get('access-control-allow-credentials') !== 'true',
      'every origin is allowed, with credentials',
    );
  }),
  check('P-ACCESS-05', 'before', async (world) => {
    const { headers } = await world.send({
      path: world.routes.active,
      headers: { origin: world.options.origin ?? FOREIGN },
    });
    if (headers.get('access-control-allow-origin') === '*') return;
    must(
      names(headers.get('vary')).some((name) => name === 'origin' || name === '*'),
      `Vary is “${headers.get('vary') ?? ''}”`,
    );
  }),
  check('P-ACCESS-06', 'before', async (world) => {
    const { origin } = world.options;
    given(origin, 'needs a web origin that is allowed: --origin');
    const asked = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': sendable.join(','),
    };
    const preflight = await world.send({
      method: 'OPTIONS',
      path: world.routes.start,
      headers: asked,
      credentials: null,
    });
    must(preflight.status < 300, `${told(preflight)}`);
    const missing = lacks(sendable, preflight.headers.get('access-control-allow-headers'));
    must(missing.length === 0, `the preflight does not allow ${missing.join(', ')}`);
    must(
      names(preflight.headers.get('access-control-allow-methods')).includes('post'),
      'the preflight does not allow POST',
    );
    const { headers } = await world.send({ path: world.routes.active, headers: { origin } });
    must(
      headers.get('access-control-allow-origin') !== null,
      `the origin ${origin} is not allowed`,
    );
    const hidden = lacks(readable, headers.get('access-control-expose-headers'));
    must(hidden.length === 0, `a page may not read ${hidden.join(', ')}`);
  }),
];
