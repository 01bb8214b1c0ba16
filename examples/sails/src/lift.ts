import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Db } from '@aiw3/nft-upgrade-server-kit';

/** What is used of a lifted app. */
export interface Lifted {
  port: number;
  services: Record<string, Record<string, unknown>>;
  config: { custom: Record<string, unknown> };
  /** The database of the example; an app of another configuration has none. */
  db?: Db;
  lower(): Promise<void>;
}

interface SailsApp {
  lift(config: object, done: (error: Error | null) => void): void;
  lower(done: (error: Error | null) => void): void;
  hooks: { http: { server: { address(): AddressInfo; closeAllConnections(): void } } };
  services: Lifted['services'];
  config: Lifted['config'];
  db?: Db;
}

const require = createRequire(import.meta.url);
const { Sails } = require('sails') as { Sails: new () => SailsApp };

const hooks = require('../app/hooks.json') as Record<string, false>;

/**
 * Lifts the app of this example, or one of another configuration, on a free port of this machine.
 */
export async function lift(config: object = {}): Promise<Lifted> {
  const sails = new Sails();
  const port = await freePort();
  const whole = {
    appPath: join(import.meta.dirname, '../app'),
    hooks,
    port,
    explicitHost: '127.0.0.1',
    ...config,
  };
  await new Promise<void>((resolve, reject) =>
    sails.lift(whole, (error) => (error ? reject(error) : resolve())),
  );
  return {
    port: sails.hooks.http.server.address().port,
    services: sails.services,
    config: sails.config,
    ...(sails.db && { db: sails.db }),
    async lower() {
      sails.hooks.http.server.closeAllConnections();
      await new Promise<void>((resolve, reject) =>
        sails.lower((error) => (error ? reject(error) : resolve())),
      );
    },
  };
}

/** To Sails, port 0 means “the default”. A free port, below the range that clients get. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
