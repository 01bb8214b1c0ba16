import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { runCli } from './run.ts';

async function cli(args: readonly string[], environment: Record<string, string> = {}) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCli(args, environment, {
    out: (text) => out.push(text),
    error: (text) => error.push(text),
  });
  return { code, out: out.join('\n'), error: error.join('\n') };
}

describe('aiw3-nft-upgrade', () => {
  it('explains itself', async () => {
    expect(await cli(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage: aiw3-nft-upgrade audit <url>'),
    });
    expect(await cli([])).toMatchObject({ code: 2, error: expect.stringContaining('Usage') });
    expect(await cli(['audit'])).toMatchObject({ code: 2 });
  });

  it.each([
    [['--format', 'xml'], '--format has to be one of text, json, junit.'],
    [['--input', '7'], '--input has to be a JSON object.'],
    [['--budget', 'soon'], '--budget has to be a number of seconds above 0.'],
    [['--ca', '/does/not/exist'], '--ca names a file that cannot be read.'],
    [['--process', 'swap'], 'process: swap does not exist.'],
    [['--wrong'], "Unknown option '--wrong'"],
    [['--h2'], 'h2 needs an https URL.'],
  ])('refuses %j', async (args, message) => {
    expect(await cli(['audit', 'http://127.0.0.1:1', ...args])).toMatchObject({
      code: 2,
      error: expect.stringContaining(message),
    });
  });

  it('shows the token of the environment to the server only; fails on a broken rule', async () => {
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      if (request.headers.authorization) seen.add(request.headers.authorization);
      response.end(request.headers.authorization ?? '{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, out } = await cli(['audit', url, '--json'], { AIW3_TOKEN: 'tok-from-env' });
    server.close();
    server.closeAllConnections();
    expect(seen).toContain('Bearer tok-from-env');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ process: 'upgrade', failed: expect.any(Number) });
    expect(out).not.toContain('tok-from-env');
  });
});
