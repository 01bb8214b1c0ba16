import { processes } from '@aiw3/nft-upgrade/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { createHandler } from './http/handler.ts';
import type { Alert } from './ports/alerts.ts';
import { createService, type Service } from './service.ts';
import { closeDatabases, databases } from './testing/databases.ts';
import { memoryChain } from './testing/memory-chain.ts';
import { memoryContent, permissiveRules, untilStatus } from './testing/rules.ts';
import { faultOf, KEY_LENGTH, storable, textLimits } from './text.ts';

afterAll(closeDatabases);

const principal = { id: 'alice', wallet: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
const deep = (levels: number): unknown => (levels === 0 ? 'x' : [deep(levels - 1)]);
const bad = { nul: 'a\u0000b', lone: 'a\ud800b', long: 'a'.repeat(textLimits.length + 1) };

it('finds what cannot be stored, and says where', () => {
  expect(faultOf({ a: [{ b: bad.nul }] })).toEqual({
    field: 'a.0.b',
    problem: 'holds the character NUL',
  });
  expect(faultOf({ [bad.lone]: 1 })?.problem).toContain('half a surrogate pair');
  expect(faultOf(bad.long)?.problem).toContain('longer than');
  expect(faultOf(deep(textLimits.depth))).toBeNull();
  expect(faultOf(deep(textLimits.depth + 1))?.problem).toContain('nested deeper');
  expect(faultOf({ a: 1, b: null, c: 'héllo 🎉' })).toBeNull();
  expect(storable(`${bad.nul}${bad.lone}${bad.long}`)).toHaveLength(499);
});

describe.each(databases)('text on $name', ({ open }) => {
  const handlerOf = (service: Service, who: typeof principal) => {
    const handler = createHandler(service, { authenticate: async () => who });
    return (path: string, body: string, key = 'key-00000001') =>
      handler.fetch(
        new Request(`http://node/api/v1/nft/${path}`, {
          method: 'POST',
          headers: {
            accept: 'application/json',
            'content-type': 'application/json',
            'idempotency-key': key,
          },
          body,
        }),
      );
  };

  it('of a client that cannot be stored: 422; of authenticate: a code', async () => {
    const db = await open();
    const service = await createService({ db, rules: permissiveRules('nft').rules });
    const post = handlerOf(service, principal);
    const inputs = [
      '{"badgeId":"a\\u0000b"}',
      '{"badgeId":"a\\ud800b"}',
      `{"badgeId":"${'a'.repeat(65)}"}`,
      `{"badgeId":${JSON.stringify(deep(200))}}`,
      `{"badgeId":"a","${'\\u0000'}":1}`,
      '{"__proto__":{"a":1},"badgeId":"a"}',
    ];
    for (const input of inputs) {
      const answer = await post('badge-activation', input);
      expect([input.slice(0, 40), answer.status, (await answer.json()).code]).toEqual([
        input.slice(0, 40),
        422,
        'invalid_request',
      ]);
    }
    for (const id of [bad.nul, bad.lone, 'a'.repeat(KEY_LENGTH + 1)]) {
      const answer = await handlerOf(service, { ...principal, id })(
        'badge-activation',
        '{"badgeId":"a"}',
      );
      // Which function and field it is, is for the log of the host.
      expect([answer.status, (await answer.json()).code]).toEqual([502, 'port_answered_wrongly']);
    }
    expect(await db.sql('select 1 from nft_upgrade.operation')).toEqual([]);
    await service.stop();
  });

  const rules = ['subject', 'qualify', 'record'] as const;
  it.each(rules)(
    'that %s answers with, and cannot be stored, is named and reported',
    async (rule) => {
      const db = await open();
      const host = permissiveRules('nft').rules;
      const errors: unknown[] = [];
      const alerts: Alert[] = [];
      const answers = {
        subject: async () => bad.nul,
        qualify: async () => ({ qualified: true as const, facts: { badge: { name: bad.lone } } }),
        record: async () => ({ badge: { badgeId: 'a', name: bad.nul, status: 'activated' } }),
      };
      const service = await createService({
        db,
        rules: {
          badge_activation: { ...host.badge_activation, [rule]: answers[rule] },
        },
        alerts: { alert: async (alert) => void alerts.push(alert) },
        onError: (error) => errors.push(error),
      });
      const start = service.start({
        process: processes.badge_activation.name,
        principal,
        input: { badgeId: 'a' },
        idempotencyKey: null,
      });
      const named = { code: 'port_answered_wrongly' };
      const details = expect.objectContaining({ port: `rules.badge_activation.${rule}` });
      if (rule === 'subject') await expect(start).rejects.toMatchObject({ ...named, details });
      else
        await expect
          .poll(() => errors, { timeout: 15_000 })
          .toContainEqual(expect.objectContaining({ ...named, details }));
      if (rule === 'qualify') {
        const { snapshot } = await start;
        const query = { process: 'badge_activation', operationId: snapshot.operationId, principal };
        const ended = await untilStatus(service, query, ['error']);
        expect(ended.now).toMatchObject({ code: 'port_answered_wrongly' });
        await expect.poll(() => alerts, { timeout: 15_000 }).toHaveLength(1);
        expect(alerts[0]).toMatchObject({ evidence: { field: 'facts.badge.name' } });
      }
      await service.stop();
    },
  );

  it('of a plan that cannot be stored ends an upgrade before the burn', async () => {
    const db = await open();
    const mint = '7vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi';
    const ledger = memoryChain();
    ledger.give(mint, principal.wallet);
    const { store } = memoryContent();
    const service = await createService({
      db,
      chain: ledger.chain,
      content: { ...store, cid: async () => '' },
      rules: permissiveRules(mint).rules,
    });
    const { snapshot } = await service.start({
      process: 'upgrade',
      principal,
      input: { targetTierId: 'tier-2' },
      idempotencyKey: null,
    });
    const query = { process: 'upgrade', operationId: snapshot.operationId, principal };
    expect(await untilStatus(service, query, ['error'])).toMatchObject({
      asset: 'safe',
      now: { code: 'port_answered_wrongly' },
    });
    await service.stop();
  });
});
