import { expect, it } from 'vitest';
import { cloudEventOf } from './cloudevents.ts';
import { publication } from './fixtures/publication.ts';
import { messageOf } from './messages.ts';

it('says nft_upgraded with the fields of the integration guide, and nothing else', () => {
  expect(messageOf(publication())).toEqual({
    eventType: 'nft_upgraded',
    userId: 'alice',
    upgradeId: 'upg_1',
    fromTier: 'tier-1',
    toTier: 'tier-2',
    newNFTId: 'nft-9',
  });
});

it('has a message for every other publication', () => {
  expect(messageOf(publication({ process: 'claim', operationId: 'clm_1' }))).toEqual({
    eventType: 'nft_claimed',
    userId: 'alice',
    claimId: 'clm_1',
    toTier: 'tier-2',
    newNFTId: 'nft-9',
  });
  expect(messageOf(publication({ process: 'badge_activation', operationId: 'bdg_1' }))).toEqual({
    eventType: 'badge_activated',
    userId: 'alice',
    activationId: 'bdg_1',
    badgeId: 'b1',
  });
  const stuck = publication({ status: 'needs_attention', asset: 'burned_owed' });
  expect(
    messageOf({ ...stuck, event: { ...stuck.event, code: 'mint_authority_unfunded' } }),
  ).toEqual({
    eventType: 'upgrade_needs_attention',
    userId: 'alice',
    operationId: 'upg_1',
    asset: 'burned_owed',
    code: 'mint_authority_unfunded',
  });
  expect(messageOf(publication({ process: 'constructor', status: 'x' })).eventType).toBe(
    'constructor_x',
  );
  expect(messageOf(publication({ facts: {} }))).toMatchObject({ fromTier: null, newNFTId: null });
});

it('wraps it in a CloudEvents 1.0 envelope', () => {
  const event = cloudEventOf(
    publication({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }),
    { source: 'https://shop.example' },
  );
  expect(event).toEqual({
    specversion: '1.0',
    id: 'upg_1/10',
    source: 'https://shop.example',
    type: 'com.aiw3.nft.upgrade.completed',
    subject: 'upg_1',
    time: '2026-11-24T10:00:00.000Z',
    datacontenttype: 'application/json',
    sequence: '0000000010',
    partitionkey: 'upg_1',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    data: messageOf(publication()),
  });
  // Attribute names of CloudEvents: lower-case letters and digits, at most 20 (section "Naming
  // conventions").
  for (const name of Object.keys(event ?? {})) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
});

it('sends nothing where the host has no message', () => {
  expect(cloudEventOf(publication(), { message: () => null })).toBeNull();
});
