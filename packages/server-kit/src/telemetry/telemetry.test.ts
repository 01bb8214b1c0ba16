import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  context,
  type MeterProvider as MeterProviderApi,
  SpanStatusCode,
  type TracerProvider as TracerProviderApi,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Db } from '../db/db.ts';
import { pglite } from '../db/pglite.ts';
import { createHandler, type HandlerOptions } from '../http/handler.ts';
import type { LogRecord } from '../ports/log.ts';
import { createService, type Service, type ServiceOptions } from '../service.ts';
import { type MemoryChain, memoryChain } from '../testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from '../testing/rules.ts';
import { metrics, spanAttributes, spans } from './names.ts';

const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
const alice = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const patient = { timeout: 20_000 };
const browser = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

const exported = new InMemorySpanExporter();
const tracerProvider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: exported })],
});
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({
  exporter: measured,
  exportIntervalMillis: 3_600_000,
});
const meterProvider = new MeterProvider({ readers: [reader] });
const telemetry = { tracerProvider, meterProvider };

let db: Db;
let ledger: MemoryChain;
let services: Service[] = [];
const lines: LogRecord[] = [];
const content = memoryContent();

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  db = await pglite({ memory: true });
});
beforeEach(() => {
  exported.reset();
  lines.length = 0;
  ledger = memoryChain();
  ledger.give(mint, alice.wallet);
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
  await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
});
afterAll(async () => {
  context.disable();
  await meterProvider.shutdown();
  await db.close();
});

const make = async (options: Partial<ServiceOptions> = {}) => {
  const service = await createService({
    db,
    chain: ledger.chain,
    content: content.store,
    rules: permissiveRules(mint).rules,
    watchMs: 20,
    patience: { retryBaseMs: 10, retryMaxMs: 50, maxAttempts: 2 },
    telemetry,
    log: (line) => lines.push(line),
    ...options,
  });
  services.push(service);
  return service;
};
const serve = (service: Service, options: Partial<HandlerOptions> = {}) =>
  createHandler(service, {
    authenticate: async () => alice,
    telemetry,
    log: (line) => lines.push(line),
    ...options,
  });
const call = (
  path: string,
  init: {
    method?: string;
    body?: unknown;
    traceparent?: string;
    accept?: string;
    after?: string;
  } = {},
) =>
  new Request(`http://node/api/v1/nft/upgrade${path}`, {
    method: init.method ?? 'GET',
    headers: {
      accept: init.accept ?? 'application/json',
      ...(init.traceparent && { traceparent: init.traceparent }),
      ...(init.after && { 'last-event-id': init.after }),
      ...(init.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
  });
const query = (operationId: string) => ({ process: 'upgrade', operationId, principal: alice });
const named = (name: string) => exported.getFinishedSpans().filter((span) => span.name === name);

/** The points of a metric so far, by their attributes. */
async function points(
  name: string,
): Promise<{ value: unknown; attributes: Record<string, unknown> }[]> {
  measured.reset();
  await reader.forceFlush();
  const all = measured
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return all
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) =>
      dataPoints.map(({ value, attributes }) => ({ value, attributes })),
    );
}
const reading = async (name: string, attributes: Record<string, string>) =>
  (await points(name)).find((point) =>
    Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
  )?.value;

it("continues the browser's trace through every phase, on whichever node runs it", async () => {
  const first = await make({
    takeoverMs: 3_600_000,
    sinks: [{ name: 'crm', publish: async () => undefined }],
  });
  const traceparent = `00-${browser.traceId}-${browser.spanId}-01`;
  const begun = await serve(first).fetch(
    call('', { method: 'POST', body: { targetTierId: 'tier-2' }, traceparent }),
  );
  const { operationId } = (await begun.json()) as { operationId: string };
  await untilStatus(first, query(operationId), ['awaiting_burn']);
  await first.stop();
  services = [];
  ledger.submit(operationId);
  const second = await make();
  await untilStatus(second, query(operationId), ['completed']);
  await expect
    .poll(
      () =>
        named('nft_upgrade.phase').some(
          (span) => span.attributes['nft_upgrade.status.after'] === 'completed',
        ),
      patient,
    )
    .toBe(true);

  const [start] = named('nft_upgrade.start');
  expect(start?.spanContext().traceId).toBe(browser.traceId);
  expect(start?.parentSpanContext?.spanId).toBe(browser.spanId);
  expect(start?.attributes).toMatchObject({
    'nft_upgrade.operation.id': operationId,
    'nft_upgrade.process': 'upgrade',
  });
  const phases = named('nft_upgrade.phase');
  for (const span of [...phases, ...named('nft_upgrade.deliver')]) {
    expect(span.spanContext().traceId).toBe(browser.traceId);
    expect(span.parentSpanContext?.spanId).toBe(start?.spanContext().spanId);
    expect(span.attributes['nft_upgrade.operation.id']).toBe(operationId);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  }
  expect(new Set(phases.map((span) => span.attributes['nft_upgrade.phase']))).toEqual(
    new Set(['preflight', 'burn', 'metadata', 'mint', 'record']),
  );
  // One a step that wrote something: looks at a chain that has not moved leave none.
  expect(phases.length).toBeLessThan(12);
  expect(
    new Set(exported.getFinishedSpans().flatMap((span) => Object.keys(span.attributes))),
  ).toSatisfy((keys: Set<string>) => [...keys].every((key) => key in spanAttributes));
  expect(Object.keys(spans)).toEqual(
    expect.arrayContaining([...new Set(exported.getFinishedSpans().map(({ name }) => name))]),
  );
});

it('links a later command, of another page load, to the trace of its operation', async () => {
  const service = await make();
  const handler = serve(service);
  const begun = await handler.fetch(
    call('', {
      method: 'POST',
      body: { targetTierId: 'tier-2' },
      traceparent: `00-${browser.traceId}-${browser.spanId}-01`,
    }),
  );
  const { operationId } = (await begun.json()) as { operationId: string };
  const waiting = await untilStatus(service, query(operationId), ['awaiting_burn']);
  const { transaction } = waiting.now.burnTransaction as { transaction: string };
  const other = '0af7651916cd43dd8448eb211c80319c';
  const confirmed = await handler.fetch(
    call(`/${operationId}/confirm-burn`, {
      method: 'PATCH',
      body: { signedTransaction: transaction },
      traceparent: `00-${other}-b7ad6b7169203331-01`,
    }),
  );
  expect(confirmed.status).toBe(200);
  const [command] = named('nft_upgrade.command');
  expect(command?.spanContext().traceId).toBe(other);
  expect(command?.attributes).toMatchObject({
    'nft_upgrade.command': 'confirm_burn',
    'nft_upgrade.operation.id': operationId,
  });
  expect(command?.links.map((link) => link.context.traceId)).toEqual([browser.traceId]);
  await untilStatus(service, query(operationId), ['completed']);
});

it('counts what fails and is owed, names it by its code, and says nothing secret', async () => {
  const service = await make({
    sinks: [
      {
        name: 'crm',
        maxTries: 1,
        publish: () => Promise.reject(new NftUpgradeError('temporarily_unavailable')),
      },
    ],
  });
  const { operationId } = (
    await service.start({
      process: 'upgrade',
      principal: alice,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    })
  ).snapshot;
  await untilStatus(service, query(operationId), ['awaiting_burn']);
  const secret = 'https://rpc.example/v2/hunter2';
  ledger.failMint(
    ...Array.from(
      { length: 2 },
      () =>
        new NftUpgradeError('mint_authority_unfunded', {
          message: `${secret} says so`,
          details: { token: 'hunter2' },
        }),
    ),
  );
  ledger.submit(operationId);
  await untilStatus(service, query(operationId), ['needs_attention']);

  const failed = named('nft_upgrade.phase').filter(
    (span) => span.status.code === SpanStatusCode.ERROR,
  );
  expect(failed.map((span) => span.attributes['error.type'])).toContain('mint_authority_unfunded');
  expect(failed[0]?.events).toEqual([]);
  expect(
    await reading('nft_upgrade.steps', { process: 'upgrade', phase: 'mint', result: 'failed' }),
  ).toBeGreaterThanOrEqual(2);
  expect(await reading('nft_upgrade.obligations.open', { process: 'upgrade' })).toBe(1);
  expect(
    await reading('nft_upgrade.obligations.age', { process: 'upgrade' }),
  ).toBeGreaterThanOrEqual(0);
  await expect.poll(() => reading('nft_upgrade.outbox.dead', { sink: 'crm' }), patient).toBe(1);
  expect(await reading('nft_upgrade.outbox.age', { sink: 'crm' })).toBeGreaterThanOrEqual(0);
  expect(await reading('nft_upgrade.deliveries', { sink: 'crm', result: 'dead' })).toBe(1);

  await expect
    .poll(() => lines.map(({ message }) => message), patient)
    .toEqual(
      expect.arrayContaining([
        'An operation began.',
        'An operation needs people.',
        'A dead letter: a sink could not be told.',
      ]),
    );
  expect(JSON.stringify(lines)).toContain('mint_authority_unfunded');
  expect(JSON.stringify(lines)).not.toContain('hunter2');
  expect(
    JSON.stringify(
      exported
        .getFinishedSpans()
        .map(({ attributes, events, status }) => [attributes, events, status]),
    ),
  ).not.toContain('hunter2');
});

it('counts streams, their frames, resumes and gaps, and why they ended', async () => {
  const service = await make();
  const handler = serve(service);
  const open = (operationId: string, after?: string) =>
    handler.fetch(
      call(`/${operationId}/events`, { accept: 'text/event-stream', ...(after && { after }) }),
    );
  const { operationId } = (
    await service.start({
      process: 'upgrade',
      principal: alice,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    })
  ).snapshot;
  await untilStatus(service, query(operationId), ['awaiting_burn']);
  const framesBefore = Number((await reading('nft_upgrade.frames', { process: 'upgrade' })) ?? 0);
  const endedBefore = Number(
    (await reading('nft_upgrade.operations.ended', { process: 'upgrade', status: 'completed' })) ??
      0,
  );
  const streams = [
    await open(operationId),
    await open(operationId, '2'),
    await open(operationId, '999'),
  ];
  expect(await reading('nft_upgrade.streams.open', { process: 'upgrade' })).toBe(3);
  ledger.submit(operationId);
  await Promise.all(streams.map((stream) => stream.text()));
  expect(await reading('nft_upgrade.streams.open', { process: 'upgrade' })).toBe(0);
  expect(
    await reading('nft_upgrade.streams.closed', { process: 'upgrade', reason: 'completed' }),
  ).toBe(3);
  expect(await reading('nft_upgrade.streams.resumed', { process: 'upgrade' })).toBe(1);
  expect(await reading('nft_upgrade.streams.gaps', { process: 'upgrade' })).toBe(1);
  const { seq } = await service.snapshot(query(operationId));
  expect(await reading('nft_upgrade.frames', { process: 'upgrade' })).toBe(
    framesBefore + 3 * seq - 2,
  );
  expect(
    await reading('nft_upgrade.operations.ended', { process: 'upgrade', status: 'completed' }),
  ).toBe(endedBefore + 1);

  const left = await open(operationId, '2');
  await left.body?.cancel();
  const slow = createHandler(service, {
    authenticate: async () => alice,
    telemetry,
    timing: { stallMs: 20 },
  });
  const unread = await slow.fetch(call(`/${operationId}/events`, { accept: 'text/event-stream' }));
  await expect
    .poll(
      () => reading('nft_upgrade.streams.closed', { process: 'upgrade', reason: 'stalled' }),
      patient,
    )
    .toBe(1);
  await unread.body?.cancel().catch(() => undefined);
});

it('exports no metric, unit or attribute that is not in the table', async () => {
  measured.reset();
  await reader.forceFlush();
  const all = measured
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  expect(all.length).toBeGreaterThan(8);
  for (const { descriptor, dataPoints } of all) {
    const known: { unit: string; attributes: readonly string[] } | undefined =
      metrics[descriptor.name as keyof typeof metrics];
    expect(known?.unit).toBe(descriptor.unit);
    for (const point of dataPoints)
      expect(known?.attributes).toEqual(expect.arrayContaining(Object.keys(point.attributes)));
  }
});

it('S6: a provider that throws at every turn touches no operation and no stream', async () => {
  const broken = new Proxy(() => {}, {
    get: () => broken,
    apply: () => {
      throw new TypeError('the exporter is broken');
    },
  }) as unknown as TracerProviderApi & MeterProviderApi;
  // Breaks while it is asked for a tracer, and, as `half`, only when that is used.
  const half = { getTracer: () => broken, getMeter: () => broken } as unknown as TracerProviderApi &
    MeterProviderApi;
  for (const provider of [broken, half]) {
    ledger = memoryChain();
    ledger.give(mint, alice.wallet);
    const options = { telemetry: { tracerProvider: provider, meterProvider: provider } };
    const service = await make(options);
    const response = await serve(service, options).fetch(
      call('', { method: 'POST', body: { targetTierId: 'tier-2' }, accept: 'text/event-stream' }),
    );
    const operationId = String(response.headers.get('content-location')).split('/').at(-2) ?? '';
    await untilStatus(service, query(operationId), ['awaiting_burn']);
    ledger.submit(operationId);
    expect(await response.text()).toContain('"status":"completed"');
    await service.stop();
    services = [];
    await db.sql('truncate nft_upgrade.burned, nft_upgrade.operation, nft_upgrade.setting cascade');
  }
});

it('keeps the trace of the browser for later steps also where nobody records spans', async () => {
  const service = await make({ telemetry: {} });
  const traceparent = `00-${browser.traceId}-${browser.spanId}-01`;
  for (const [given, stored] of [
    [traceparent, traceparent],
    ['<script>', null],
  ] as const) {
    const request = {
      process: 'badge_activation',
      principal: alice,
      input: { badgeId: `b${given}` },
      idempotencyKey: null,
      traceparent: given,
    };
    const { operationId } = (await service.start(request)).snapshot;
    expect(
      await db.sql('select traceparent from nft_upgrade.operation where id = $1', [operationId]),
    ).toEqual([{ traceparent: stored }]);
  }
});
