import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createUpgradeClient } from '../index.ts';
import { createMockServer, faults, mockSigning, scenarios } from './index.ts';
import { upgradeHandlers } from './msw.ts';

const mock = createMockServer({
  scenarios: [scenarios.upgrade.happy, scenarios.claim.truncated],
  faults: [faults.problem('active', 'rate_limited', { retryAfterS: 1 })],
  timing: { retryMs: 1 },
});
const worker = setupServer(...upgradeHandlers(mock, 'https://api.example.com'));

beforeAll(() => worker.listen());
afterEach(() => mock.reset());
afterAll(() => worker.close());

const client = () => createUpgradeClient({ baseUrl: 'https://api.example.com', ...mockSigning() });

describe('the handlers for Mock Service Worker', () => {
  it('stream a whole upgrade through fetch itself', async () => {
    const made = client();
    const operation = made.upgrade.start({ targetTierId: 'tier-2' });
    const statuses: string[] = [];
    for await (const event of operation) {
      statuses.push(event.status);
      if (event.status === 'awaiting_burn') await operation.sign();
    }
    made.close();
    expect(statuses.at(-1)).toBe('completed');
    expect(mock.requests.map(({ route }) => route)).toEqual(['start', 'confirm-burn']);
  });

  it('break a stream off, and take it up again', async () => {
    const made = client();
    const { status } = await made.claim.start({}).done;
    made.close();
    expect(status).toBe('completed');
    expect(mock.requests.map(({ route }) => route)).toEqual(['start', 'stream']);
  });

  it('answer with problems', async () => {
    const response = await fetch('https://api.example.com/api/v1/nft/upgrade?active=true');
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'rate_limited' });
  });
});
