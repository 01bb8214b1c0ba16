import { afterEach, expect, test, vi } from 'vitest';
import { encodeBase58 } from '../solana/base58.ts';
import { key as keyOf } from '../solana/fixtures.ts';
import { signEd25519 } from '../testing/ed25519.ts';
import { type ReceiptClaims, receiptBytes, type SignedReceipt, verifyReceipt } from './receipt.ts';

const signer = keyOf(40);
const key = signer.publicKey.toBase58();
const claims: ReceiptClaims = {
  operationId: 'upg_1',
  process: 'upgrade',
  cluster: keyOf(41).publicKey.toBase58(),
  owner: keyOf(42).publicKey.toBase58(),
  burned: { mint: keyOf(43).publicKey.toBase58(), signature: 'burn', slot: 7 },
  minted: { mint: keyOf(44).publicKey.toBase58(), signature: 'mint', slot: 9 },
  cid: 'bafkrei',
};
const sign = async (change: object = {}): Promise<SignedReceipt> => {
  const receipt = { ...claims, version: 1 as const, id: 'rcp_1', key, ...change };
  return {
    ...receipt,
    signature: encodeBase58(
      await signEd25519(signer.secretKey.slice(0, 32), receiptBytes(receipt)),
    ),
  };
};
const rules = async (receipt: unknown, keys = [key]) => {
  const verdict = await verifyReceipt(receipt, { keys });
  return verdict.valid ? [] : verdict.findings.map(({ rule }) => rule);
};
afterEach(() => vi.restoreAllMocks());

test('is verified offline, its fields in any order, and after a trip through JSON', async () => {
  const receipt = await sign();
  expect(await verifyReceipt(receipt, { keys: [key] })).toEqual({ valid: true, receipt });
  const reversed: unknown = Object.fromEntries(Object.entries(receipt).reverse());
  expect(await rules(JSON.parse(JSON.stringify(reversed)))).toEqual([]);
});

test('every change is seen, also inside, and whatever is added', async () => {
  const receipt = await sign();
  const { burned } = receipt;
  for (const change of [
    { operationId: 'upg_2' },
    { burned: { ...burned, slot: 8 } },
    { burned: { ...burned, mint: key } },
    { burned: null },
    { cid: null },
    { id: 'rcp_2' },
    { note: 'added' },
    { signature: encodeBase58(new Uint8Array(64).fill(1)) },
    { signature: 'short' },
    { operationId: '\ud800' },
  ])
    expect([change, await rules({ ...receipt, ...change })]).toEqual([change, ['signature']]);
});

/** Each single thing in it changed to something else of its kind, by where it stands. */
function tampered(value: object, path: readonly string[] = []): [string, object][] {
  return Object.entries(value).flatMap(([field, held]: [string, unknown]): [string, object][] => {
    const here = [...path, field];
    if (typeof held === 'object' && held !== null)
      return tampered(held, here).map(([where, changed]) => [
        where,
        { ...value, [field]: changed },
      ]);
    return [
      [
        here.join('.'),
        { ...value, [field]: typeof held === 'number' ? held + 1 : `${String(held)}1` },
      ],
    ];
  });
}

test('every single field is covered by the signature', async () => {
  const receipt = await sign();
  const changes = tampered(receipt);
  expect(changes.map(([where]) => where)).toEqual([
    'operationId',
    'process',
    'cluster',
    'owner',
    'burned.mint',
    'burned.signature',
    'burned.slot',
    'minted.mint',
    'minted.signature',
    'minted.slot',
    'cid',
    'version',
    'id',
    'key',
    'signature',
  ]);
  for (const [where, changed] of changes) {
    const rule = where === 'version' ? 'malformed' : where === 'key' ? 'key' : 'signature';
    expect([where, await rules(changed)]).toEqual([where, [rule]]);
  }
});

test('only keys of the issuer count, former ones too', async () => {
  const receipt = await sign();
  expect(await rules(receipt, [])).toEqual(['key']);
  expect(await rules(receipt, [claims.owner])).toEqual(['key']);
  expect(await rules(receipt, [claims.owner, key])).toEqual([]);
  expect(await rules({ ...receipt, key: 'x' }, ['x'])).toEqual(['signature']);
});

test.each([
  null,
  1,
  'receipt',
  {},
  { id: 'rcp_1' },
  { ...claims, version: 2 },
  { ...claims, version: 1, id: 'a', key, signature: 'b', burned: 'x' },
])('what is no receipt is malformed: %j', async (value) =>
  expect(await rules(value)).toEqual(['malformed']),
);

test('the chain is asked only when a node is named; a node that fails is no verdict', async () => {
  const receipt = await sign();
  const asked = vi.fn(async () => claims.owner);
  expect(await verifyReceipt(receipt, { keys: [key], rpc: asked })).toMatchObject({
    valid: false,
    findings: [{ rule: 'cluster' }],
  });
  const fetched = vi
    .spyOn(globalThis, 'fetch')
    .mockResolvedValue(new Response('no', { status: 503 }));
  await expect(
    verifyReceipt(receipt, { keys: [key], rpc: 'http://127.0.0.1:1' }),
  ).rejects.toMatchObject({ code: 'rpc_unavailable' });
  expect(fetched).toHaveBeenCalledTimes(1);
  const empty = async (method: string) =>
    method === 'getGenesisHash' ? claims.cluster : { value: [null] };
  expect(await verifyReceipt(receipt, { keys: [key], rpc: empty })).toMatchObject({
    valid: false,
    findings: [{ rule: 'burn' }, { rule: 'mint' }],
  });
});

test('a runtime without Ed25519 says so', async () => {
  const receipt = await sign();
  vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(
    new DOMException('Unrecognized name.', 'NotSupportedError'),
  );
  await expect(verifyReceipt(receipt, { keys: [key] })).rejects.toMatchObject({
    code: 'missing_capability',
  });
});
