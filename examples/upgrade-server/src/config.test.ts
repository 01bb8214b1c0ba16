import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { openSinks } from './sinks.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

const key = file('key.json', JSON.stringify(Array.from({ length: 64 }, (_, index) => index)));
const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const secret = 'a-secret-of-at-least-thirty-two-chars';
const sentence = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('readConfig', () => {
  it('needs nothing for the built-in chain', () => {
    expect(readConfig({})).toMatchObject({
      PORT: 8443,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
      NFT_STANDARD: 'token-2022',
    });
  });

  it('reads a real cluster', () => {
    const config = readConfig({
      SOLANA_RPC_URL: 'https://a.example, https://b.example',
      MINT_AUTHORITY_KEYFILE: key,
      AUTH_SECRET: secret,
      DATABASE_URL: 'postgres://u:p@h/d',
    });
    expect(config).toMatchObject({
      SOLANA_RPC_URL: ['https://a.example', 'https://b.example'],
      MINT_AUTHORITY_KEYFILE: expect.any(Uint8Array),
    });
  });

  it.each([
    [{ PORT: 'eighty' }, 'PORT has to be a number.'],
    [{ PORT: '70000' }, 'PORT has to be at most 65535.'],
    [
      { DATABASE_URL: 'mysql://root:hunter2@h/d' },
      'DATABASE_URL has to be an address that begins with postgres:// or postgresql://.',
    ],
    [
      { SOLANA_RPC_URL: 'localhost:8899', MINT_AUTHORITY_KEYFILE: key },
      'SOLANA_RPC_URL has to be an address that begins with http:// or https://.',
    ],
    [{ SOLANA_RPC_URL: 'http://h' }, 'MINT_AUTHORITY_KEYFILE is missing.'],
    [{ MINT_AUTHORITY_KEYFILE: key }, 'SOLANA_RPC_URL is missing.'],
    [{ SOLANA_RPC_URL: 'http://h', MINT_AUTHORITY_KEYFILE: key }, 'AUTH_SECRET is missing.'],
    [
      { MINT_AUTHORITY_KEYFILE: join(folder, 'none') },
      'MINT_AUTHORITY_KEYFILE names a file that cannot be read.',
    ],
    [
      { MINT_AUTHORITY_KEYFILE: file('short.json', '[1,2]') },
      'MINT_AUTHORITY_KEYFILE names a file that is no Solana key file',
    ],
    [{ AUTH_SECRET: 'short' }, 'AUTH_SECRET has to have at least 32 characters.'],
    [{ RECEIPT_SEED: 'short' }, 'RECEIPT_SEED has to be the base64 of 32 random bytes'],
    [{ TLS_KEY_FILE: key }, 'TLS_CERT_FILE and TLS_KEY_FILE belong together'],
    [{ IPFS_API_URL: 'ftp://h' }, 'IPFS_API_URL has to be an address'],
    [
      { REDIS_URL: 'localhost:6379' },
      'REDIS_URL has to be an address that begins with redis:// or rediss://.',
    ],
    [
      { KAFKA_BROKERS: 'kafka-1:9092,kafka-2' },
      'KAFKA_BROKERS has to be a list of host:port, separated by commas.',
    ],
    [
      { KAFKA_BROKERS: 'http://kafka:9092' },
      'KAFKA_BROKERS has to be a list of host:port, separated by commas.',
    ],
    [
      { KAFKA_BROKERS: 'kafka:9092', KAFKA_TOPIC: 'nft events' },
      'KAFKA_TOPIC has to be a name of letters, digits, ., _ and -.',
    ],
    [{ WEBHOOK_URL: 'https://partner.example' }, 'WEBHOOK_URL and WEBHOOK_SECRET belong together'],
    [
      { WEBHOOK_URL: 'https://partner.example', WEBHOOK_SECRET: 'hunter2' },
      'WEBHOOK_SECRET has to be whsec_ and the base64',
    ],
    [{ NFT_STANDARD: 'metaplex' }, 'NFT_STANDARD has to be token-2022 or spl-token.'],
  ])('stops at %o with a sentence that names the setting', (environment, start) => {
    expect(sentence(environment)).toMatch(new RegExp(`^${start.replaceAll(/[.()]/g, '\\$&')}`));
  });

  it('reads whom to tell', () => {
    const config = readConfig({
      KAFKA_BROKERS: 'kafka-1:9092, kafka-2:9092',
      REDIS_URL: 'rediss://cache:6380',
      WEBHOOK_URL: 'https://a.example/b',
      WEBHOOK_SECRET: webhookSecret,
    });
    expect(config).toMatchObject({
      KAFKA_BROKERS: ['kafka-1:9092', 'kafka-2:9092'],
      KAFKA_TOPIC: 'nft-events',
    });
    const { sinks, wake } = openSinks(config);
    expect(sinks.map(({ name }) => name)).toEqual(['kafka', 'cache', 'webhook']);
    expect(wake).toBeTypeOf('function');
    expect(openSinks(readConfig({}))).toEqual({ sinks: [] });
  });

  it('stops at a webhook that would carry its messages in clear', () => {
    for (const url of [
      'http://partner.example/hook',
      'http://127.0.0.1.partner.example',
      'https://user:hunter2@partner.example',
    ]) {
      const problem = sentence({ WEBHOOK_URL: url, WEBHOOK_SECRET: webhookSecret });
      expect(problem).toMatch(/^WEBHOOK_URL .* https:\/\//);
      expect(problem).not.toContain('hunter2');
    }
    const local = { WEBHOOK_URL: 'http://localhost:9000/hook', WEBHOOK_SECRET: webhookSecret };
    expect(openSinks(readConfig(local)).sinks).toHaveLength(1);
  });

  it('never repeats a value, which may be a secret', () => {
    expect(sentence({ DATABASE_URL: 'mysql://root:hunter2@h/d' })).not.toContain('hunter2');
    expect(sentence({ AUTH_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(sentence({ REDIS_URL: 'cache://:hunter2@h' })).not.toContain('hunter2');
  });
});
