import { createServer } from 'node:net';
import { Connection, Keypair } from '@solana/web3.js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startChain } from './index.ts';
import { landed, memo, signatureOf, signed, sol } from './test-kit.ts';

const platform = Object.getOwnPropertyDescriptor(process, 'platform') ?? expect.fail('no platform');
// Loads the binary of LiteSVM while the platform is still the real one.
beforeAll(async () => (await startChain({ runtime: 'lite' })).stop());
afterEach(() => {
  Object.defineProperty(process, 'platform', platform);
});
const pretend = (value: string): void => {
  Object.defineProperty(process, 'platform', { ...platform, value });
};

describe('startChain', () => {
  it('takes lite where there is no addon for the platform', async () => {
    pretend('sunos');
    await using chain = await startChain();
    expect(chain.kind).toBe('lite');
    expect(await new Connection(chain.rpcUrl, 'confirmed').getSlot()).toBeGreaterThan(0);
  });

  it('names the package when surfpool is asked for and absent', async () => {
    pretend('sunos');
    await expect(startChain({ runtime: 'surfpool' })).rejects.toMatchObject({
      code: 'missing_capability',
      message: expect.stringContaining(`@solana/surfpool-sunos-${process.arch}`),
    });
  });

  it('takes lite where an option needs it, on the port that is asked for', async () => {
    const probe = createServer();
    const port = await new Promise<number>((resolve) => {
      probe.listen(0, '127.0.0.1', () => {
        const bound = probe.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
    await expect(startChain({ port })).rejects.toMatchObject({
      code: 'invalid_option',
      details: { port },
    });
    await new Promise((resolve) => probe.close(resolve));

    await using chain = await startChain({ port });
    expect(chain).toMatchObject({
      kind: 'lite',
      rpcUrl: `http://127.0.0.1:${port}`,
      wsUrl: `ws://127.0.0.1:${port + 1}`,
    });
    // An unconfigured Connection finds the WebSocket API by itself.
    const connection = new Connection(chain.rpcUrl, 'confirmed');
    const payer = Keypair.generate();
    await chain.airdrop(payer.publicKey.toBase58(), BigInt(sol));
    const transaction = await signed(connection, [payer], memo('default port', payer.publicKey));
    const notified = new Promise((resolve) =>
      connection.onSignature(signatureOf(transaction), resolve),
    );
    await connection.sendRawTransaction(transaction.serialize());
    expect(await notified).toEqual({ err: null });
    await landed(connection, signatureOf(transaction));
  });

  it.each([
    ['an unknown runtime', JSON.parse('{"runtime":"mainnet"}')],
    ['a port for surfpool', { runtime: 'surfpool', port: 8899 }],
    ['slotMs 0', { runtime: 'lite', slotMs: 0 }],
    ['a slotMs that is no number', { runtime: 'lite', slotMs: Number.NaN }],
    ['port 65,535, which has no next one', { runtime: 'lite', port: 65_535 }],
    ['finality before confirmation', { runtime: 'lite', confirmDepth: 5, finalizeDepth: 4 }],
  ])('refuses %s', async (_, options) => {
    await expect(startChain(options)).rejects.toMatchObject({ code: 'invalid_option' });
  });
});
