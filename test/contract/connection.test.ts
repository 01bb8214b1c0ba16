import { createServer as createH2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { auditServer } from '../../packages/core/src/audit/index.ts';
import { toNodeHandler } from '../../packages/server-kit/src/adapters/node.ts';
import { serve } from '../../packages/server-kit/src/http/fixtures/serve.ts';
import { localCertificate } from '../../packages/server-kit/src/testing/adapter/certificate.ts';
import { malformedH2 } from './fixtures/malformed-h2.ts';
import { ORIGIN, soundServer, tokens } from './fixtures/server.ts';

const options = { ...tokens, origin: ORIGIN, endMs: 2_000 };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const failedIn = ({ findings }: Awaited<ReturnType<typeof auditServer>>) =>
  findings.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []));
const skippedIn = ({ findings }: Awaited<ReturnType<typeof auditServer>>) =>
  findings.flatMap(({ id, verdict }) => (verdict === 'skipped' ? [id] : []));

describe('the audit over a real socket', () => {
  it.each([
    ['HTTP/1.1', false, ['P-HTTP-05', 'P-HTTP-07']],
    ['HTTP/2', true, []],
    ['HTTP/2', false, ['P-HTTP-05']],
  ] as const)(
    'finds nothing wrong with a server of %s (asked with h2: %s)',
    async (version, h2, skipped) => {
      const served = await serve(version, soundServer());
      closing.push(() => served.close());
      const report = await auditServer(served.url, {
        ...options,
        h2,
        ...(served.url.startsWith('https') && { ca: served.cert }),
      });
      expect(failedIn(report)).toEqual([]);
      expect(skippedIn(report)).toEqual(skipped);
      expect(report).toMatchObject({ ok: true, http: h2 ? 'HTTP/2' : 'HTTP/1.1', leftBehind: [] });
    },
  );

  it('P-HTTP-07: warns of a server that speaks no HTTP/2 over TLS', async () => {
    const served = await serve('HTTPS', soundServer());
    closing.push(() => served.close());
    const report = await auditServer(served.url, { ...options, ca: served.cert });
    expect(failedIn(report)).toEqual(['P-HTTP-07']);
    expect(report).toMatchObject({ ok: true, failed: 0, warnings: 1 });
  });

  it('P-HTTP-05: finds a header that HTTP/2 forbids, and that it saw nothing else', async () => {
    const { key, cert } = await localCertificate();
    const inside = createH2(toNodeHandler(soundServer()));
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const outside = await malformedH2({ key, cert }, (inside.address() as AddressInfo).port);
    closing.push(
      () => inside.close(),
      () => outside.close(),
    );
    const report = await auditServer(outside.url, { ...options, ca: cert, h2: true });
    expect(failedIn(report)).toEqual(['P-HTTP-05']);
    expect(report.ok).toBe(false);
  });

  it.each([
    ['every answer', () => true],
    ['the streams', (request: Request) => request.headers.get('accept') === 'text/event-stream'],
    ['every command', (request: Request) => request.method !== 'GET'],
  ])('is over in its time when %s of the server hang', async (_, hangs) => {
    const handler = soundServer();
    let reached = false;
    const report = await auditServer(
      (request) => {
        // What is asked first is only whether there is a server.
        if (reached && hangs(request)) return new Promise(() => {});
        reached = true;
        return handler.fetch(request);
      },
      { ...options, timeoutMs: 200, budgetMs: 1_000, endMs: 500 },
    );
    expect(report).toMatchObject({ ok: false, complete: false });
    // Far beyond what it was given, and far below its defaults: this machine may be busy.
    expect(report.ms).toBeLessThan(30_000);
  });

  it('says at once that there is no server', async () => {
    await expect(auditServer('http://127.0.0.1:1', options)).rejects.toMatchObject({
      code: 'connection_lost',
    });
  });
});
