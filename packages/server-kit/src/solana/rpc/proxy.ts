import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

// For tests only: a node between us and a chain that lies, lags, hangs or is down.

/** Changes the result of a call; `hang` never answers, a number is an HTTP status. */
export type Alter = (method: string, result: unknown) => unknown;
export const hang = Symbol('hang');

export async function startProxy(target: string, initial: Alter = (_method, result) => result) {
  let alter = initial;
  const seen: { method: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const body = Buffer.concat(chunks).toString();
      const { method } = JSON.parse(body) as { method: string };
      seen.push({ method, headers: request.headers });
      const upstream = await fetch(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const reply = (await upstream.json()) as { result?: unknown };
      const changed = alter(method, reply.result);
      if (changed === hang) return;
      if (typeof changed === 'number' && changed >= 400 && changed < 600)
        response.writeHead(changed).end('no');
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(changed === undefined ? reply : { ...reply, result: changed }));
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    seen,
    set: (next: Alter) => {
      alter = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export type RpcProxy = Awaited<ReturnType<typeof startProxy>>;
