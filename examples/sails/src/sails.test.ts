import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toSails } from '@aiw3/nft-upgrade-server-kit/sails';
import { adapterSuite } from '@aiw3/nft-upgrade-server-kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { lift } from './lift.ts';

it('the guide’s controller on the emitter does what it says', async () => {
  const child = spawn(
    process.execPath,
    ['--conditions=aiw3-source', join(import.meta.dirname, 'check.ts')],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
  expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true });
});

describe('Sails 1', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sails-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const suite = adapterSuite({
    protocols: ['http/1.1'],
    async serve({ handler, before }) {
      const action = toSails(handler);
      const { port, lower } = await lift({
        // Nothing of the example: an app that has only what a case needs.
        appPath: folder,
        globals: false,
        log: { level: 'silent', noShip: true },
        // Sails parses bodies and compresses only in production; here as the case asks.
        http: {
          middleware: {
            order: [
              ...(before === 'compression' ? ['compress'] : []),
              ...(before === 'body parser' ? ['bodyParser'] : []),
              'router',
            ],
          },
        },
        routes: {
          'GET /host': (_req: unknown, res: { send(text: string): void }) => res.send('host'),
          'ALL /api/v1/nft/*': action,
          'ALL /api/v1/monitoring/*': action,
        },
      });
      return { port, close: lower };
    },
  });
  for (const { name, run } of suite) it(name, run);
});
