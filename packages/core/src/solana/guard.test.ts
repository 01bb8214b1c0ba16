import { SystemProgram, type TransactionInstruction } from '@solana/web3.js';
import { describe, expect, test } from 'vitest';
import { encodeTransaction } from '../testing/encode.ts';
import { encodeBase64 } from './base64.ts';
import { decodeTransaction } from './decode.ts';
import * as f from './fixtures.ts';
import { judge, replace, rules } from './fixtures.ts';
import { solanaGuard } from './guard.ts';
import { formerBurnMemo } from './memo.ts';
import type { SolanaGuardOptions } from './policy.ts';
import { programs } from './programs.ts';

const LIMIT = 0;
const PRICE = 1;
const MEMO = 2;
const formerMemo = formerBurnMemo(f.expected.operationId);
const BURN = 3;
const CLOSE = 4;

const raw = (
  tag: number[],
  keys = [f.account, f.otherAccount, f.owner.publicKey],
  program = programs.token as string,
) =>
  f.instruction(
    program,
    keys.map((key) => [key, key.equals(f.owner.publicKey) ? 'signer' : 'writable']),
    tag,
  );

describe('an honest burn is safe', () => {
  test.each(['legacy', 0] as const)('version %s', (version) => {
    const verdict = judge(f.honest(), { version });
    expect(verdict).toEqual({
      safe: true,
      sentence:
        `Burns NFT ${f.expected.mint.slice(0, 4)}…${f.expected.mint.slice(-4)} from your ` +
        'wallet, returns its rent to you, fee at most 0.00000506 SOL, nothing else.',
      maxFeeLamports: 5_060n,
    });
  });
  test('without price and close, and with the plain Burn', () => {
    const verdict = judge([f.unitLimit(), f.memo(), f.burn()]);
    expect(verdict).toMatchObject({ safe: true, maxFeeLamports: 5_000n });
    expect(verdict.safe && verdict.sentence).toContain(
      'from your wallet, fee at most 0.000005 SOL, nothing else.',
    );
  });
  test('in another order', () =>
    expect(judge([f.burnChecked(), f.close(), f.memo(), f.unitPrice(), f.unitLimit()]).safe).toBe(
      true,
    ));
  test('of Token-2022, when that is recorded or nothing is', () => {
    const bytes = encodeBase64(
      f.build([
        f.memo(),
        f.burnChecked({ program: f.token2022 }),
        f.close({ program: f.token2022 }),
      ]),
    );
    const { tokenProgram: _, ...open } = f.expected;
    expect(
      solanaGuard().inspect(bytes, { ...f.expected, tokenProgram: programs.token2022 }, 'before')
        .safe,
    ).toBe(true);
    expect(solanaGuard().inspect(bytes, open, 'before').safe).toBe(true);
  });
  test('paid by a sponsor that the page names', () => {
    const options = { feePayer: f.stranger.publicKey.toBase58() };
    const verdict = judge(f.honest(), { feePayer: f.stranger.publicKey }, 'before', options);
    expect(verdict).toMatchObject({ safe: true, maxFeeLamports: 10_060n });
    expect(verdict.safe && verdict.sentence).toContain('SOL paid by ');
    expect(rules(judge(f.honest(), {}, 'before', options))).toContain('signers');
  });
});

describe('W1: refused before the prompt', () => {
  test.each<[string, TransactionInstruction[], string[]]>([
    ['another mint', replace(BURN, f.burnChecked({ mint: f.otherMint })), ['burn']],
    ['amount 0', replace(BURN, f.burnChecked({ amount: 0n })), ['burn']],
    ['amount 2', replace(BURN, f.burn({ amount: 2n })), ['burn']],
    ['amount 1 + 2^32', replace(BURN, f.burn({ amount: 1n + 2n ** 32n })), ['burn']],
    ['a divisible token', replace(BURN, f.burnChecked({ decimals: 9 })), ['burn']],
    ['the other token program', [f.memo(), f.burnChecked({ program: f.token2022 })], ['burn']],
    ['burned twice', [...f.honest(), f.burnChecked()], ['burn']],
    [
      'burn of a second NFT',
      [...f.honest(), f.burnChecked({ mint: f.otherMint, from: f.otherAccount })],
      ['burn'],
    ],
    ['no burn', replace(BURN).toSpliced(3, 1), ['burn_missing']],
    [
      'burn with a multisig signer',
      replace(
        BURN,
        raw([15, ...f.u64(1n), 0], [f.account, f.mint, f.owner.publicKey, f.otherAccount]),
      ),
      ['not_allowed', 'close', 'burn_missing'],
    ],
    [
      'burn with one byte more',
      replace(BURN, raw([8, ...f.u64(1n), 0], [f.account, f.mint, f.owner.publicKey])),
      ['not_allowed', 'close', 'burn_missing'],
    ],
    ['Transfer', [...f.honest(), raw([3, ...f.u64(1n)])], ['not_allowed']],
    ['TransferChecked', [...f.honest(), raw([12, ...f.u64(1n), 0])], ['not_allowed']],
    ['Approve', [...f.honest(), raw([4, ...f.u64(1n)])], ['not_allowed']],
    [
      'SetAuthority',
      [...f.honest(), raw([6, 2, 1, ...f.stranger.publicKey.toBytes()])],
      ['not_allowed'],
    ],
    [
      'Batch, which hides instructions',
      [...f.honest(), raw([255, 3, 9, 3, ...f.u64(1n)])],
      ['not_allowed'],
    ],
    [
      'Batch of Token-2022',
      [...f.honest(), raw([255, 3, 9, 3, ...f.u64(1n)], undefined, programs.token2022)],
      ['not_allowed'],
    ],
    ['an empty token instruction', [...f.honest(), raw([])], ['not_allowed']],
    [
      'an unknown program',
      [...f.honest(), raw([1], undefined, f.otherMint.toBase58())],
      ['not_allowed'],
    ],
    [
      'a System transfer',
      [
        ...f.honest(),
        SystemProgram.transfer({
          fromPubkey: f.owner.publicKey,
          toPubkey: f.stranger.publicKey,
          lamports: 1,
        }),
      ],
      ['not_allowed'],
    ],
    [
      'a durable nonce',
      [
        SystemProgram.nonceAdvance({
          noncePubkey: f.otherAccount,
          authorizedPubkey: f.owner.publicKey,
        }),
        ...f.honest(),
      ],
      ['not_allowed'],
    ],
    [
      'another signer',
      [
        ...f.honest().slice(0, BURN),
        f.instruction(programs.memo, [[f.stranger.publicKey, 'signer']], [97]),
        f.burnChecked(),
      ],
      ['signers', 'memo'],
    ],
    [
      'burned in the name of somebody who need not sign',
      replace(BURN, raw([8, ...f.u64(1n)], [f.account, f.mint, f.otherAccount])),
      ['burn'],
    ],
    [
      'closed in the name of somebody who need not sign',
      replace(CLOSE, raw([9], [f.account, f.owner.publicKey, f.otherAccount])),
      ['close'],
    ],
    [
      'memo with another account',
      replace(MEMO, f.memo(undefined, [f.owner.publicKey, f.stranger.publicKey])),
      ['signers', 'memo'],
    ],
    [
      'a delegate burns',
      replace(BURN, f.burnChecked({ authority: f.stranger.publicKey })),
      ['signers', 'burn'],
    ],
    ['memo of another operation', replace(MEMO, f.memo(f.memoOf('upg_other'))), ['memo']],
    ['memo with a suffix', replace(MEMO, f.memo(`${f.memoOf(f.expected.operationId)} `)), ['memo']],
    [
      'memo behind a byte order mark',
      replace(MEMO, f.memo(`\uFEFF${f.memoOf(f.expected.operationId)}`)),
      ['memo'],
    ],
    [
      'memo that is not UTF-8',
      replace(MEMO, f.instruction(programs.memo, [[f.owner.publicKey, 'signer']], [0xff])),
      ['memo'],
    ],
    ['memo nobody signs', replace(MEMO, f.memo(undefined, [])), ['memo']],
    ['memo absent', replace(MEMO), ['memo_missing']],
    ['memo twice', [...f.honest(), f.memo()], ['memo']],
    [
      'memo of the first memo program, which binds nobody',
      replace(
        MEMO,
        f.instruction(
          'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
          [],
          Buffer.from(f.memoOf(f.expected.operationId)),
        ),
      ),
      ['not_allowed', 'memo_missing'],
    ],
    ['close of another account', replace(CLOSE, f.close({ account: f.otherAccount })), ['close']],
    ['close before the burn', [f.memo(), f.close(), f.burnChecked()], ['close']],
    [
      'close by the other token program',
      replace(CLOSE, f.close({ program: f.token2022 })),
      ['close'],
    ],
    ['close to a stranger', replace(CLOSE, f.close({ to: f.stranger.publicKey })), ['close']],
    [
      'close in the name of somebody else',
      replace(CLOSE, f.close({ authority: f.stranger.publicKey })),
      ['signers', 'close'],
    ],
    ['close twice', [...f.honest(), f.close()], ['close']],
    ['two unit limits', [...f.honest(), f.unitLimit()], ['limit']],
    ['two unit prices', [...f.honest(), f.unitPrice()], ['price']],
    [
      'a heap frame',
      [...f.honest(), f.instruction(programs.computeBudget, [], [1, 0, 0, 4, 0])],
      ['not_allowed'],
    ],
    [
      'a budget instruction with accounts',
      replace(LIMIT, f.instruction(programs.computeBudget, [[f.otherAccount]], [2, 0, 1, 0, 0])),
      ['not_allowed'],
    ],
    ['a price over the cap', replace(PRICE, f.unitPrice(16_666_667)), ['priority_fee']],
    [
      'a price over the cap, without a unit limit',
      [f.unitPrice(2_500_001), f.memo(), f.burnChecked()],
      ['priority_fee'],
    ],
    ['the highest price there is', replace(PRICE, f.unitPrice(2n ** 64n - 1n)), ['priority_fee']],
    ['Lighthouse, which only a wallet adds', [f.assertion(), ...f.honest()], ['assertion']],
  ])('%s', (_, instructions, broken) => {
    expect(rules(judge(instructions))).toEqual(broken);
    const version0 = judge(instructions, { version: 0 });
    expect(rules(version0)).toEqual(broken);
  });

  test('another fee payer', () => {
    expect(rules(judge(f.honest(), { feePayer: f.stranger.publicKey }))).toEqual(['signers']);
  });
  test('the owner does not sign', () => {
    const transaction = judge(
      [f.memo(undefined, []), f.burnChecked({ authority: f.stranger.publicKey })],
      {
        feePayer: f.stranger.publicKey,
      },
    );
    expect(rules(transaction)).toEqual(['signers', 'memo', 'burn']);
  });
  test('lookup tables', () => {
    const tables = [f.lookupTable([f.account, f.mint])];
    expect(rules(judge(f.honest(), { version: 0, tables }))).toEqual(['unreadable']);
  });
  test('an account named twice', () => {
    const bytes = f.build([
      ...f.honest(),
      f.instruction(programs.memo, [[f.otherAccount, 'writable']], [97]),
    ]);
    const at = (key: Uint8Array) => Buffer.from(bytes).indexOf(Buffer.from(key));
    bytes.copyWithin(
      at(f.otherAccount.toBytes()),
      at(f.account.toBytes()),
      at(f.account.toBytes()) + 32,
    );
    expect(rules(solanaGuard().inspect(encodeBase64(bytes), f.expected, 'before'))).toContain(
      'duplicate_key',
    );
  });
  test('a price at the cap is still safe, and a policy can be stricter', () => {
    expect(judge(replace(PRICE, f.unitPrice(16_666_666))).safe).toBe(true);
    expect(
      rules(
        judge(f.honest(), {}, 'before', { maxPriorityFeeLamports: 59, maxComputeUnits: 59_999 }),
      ),
    ).toEqual(['compute_units', 'priority_fee']);
  });
  test('a limit above that of the chain counts as that of the chain', () =>
    expect(
      judge([f.unitLimit(2 ** 32 - 1), f.unitPrice(500_000), f.memo(), f.burn()]),
    ).toMatchObject({
      safe: true,
      maxFeeLamports: 705_000n,
    }));
  test('what differs is named', () => {
    const verdict = judge([...f.honest(), raw([4, ...f.u64(1n)])]);
    expect(verdict).toEqual({
      safe: false,
      findings: [
        {
          rule: 'not_allowed',
          message:
            `${programs.token} ${[f.account, f.otherAccount, f.owner.publicKey].join()} ` +
            '4,1,0,0,0,0,0,0,0',
          instruction: 5,
        },
      ],
    });
  });
});

test('W1: a sponsor pays, and may do nothing else', () => {
  const sponsor = f.stranger.publicKey;
  const sponsored = (...instructions: TransactionInstruction[]) =>
    rules(judge(instructions, { feePayer: sponsor }, 'before', { feePayer: sponsor.toBase58() }));
  expect(sponsored(f.memo(), f.burnChecked(), f.close({ to: sponsor }))).toEqual([]);
  expect(sponsored(f.memo(), f.burnChecked({ authority: sponsor }), f.close())).toEqual(['burn']);
  expect(sponsored(f.memo(), f.burnChecked(), f.close({ authority: sponsor }))).toEqual(['close']);
  expect(sponsored(f.memo(undefined, [sponsor]), f.burnChecked())).toEqual(['memo']);
  expect(sponsored(f.memo(undefined, [f.owner.publicKey, sponsor]), f.burnChecked())).toEqual([
    'memo',
  ]);
  expect(sponsored(f.memo(undefined, [sponsor]), f.burnChecked({ authority: sponsor }))).toEqual([
    'signers',
    'memo',
    'burn',
  ]);
});

test('a page may pin the deployment that its burns are for', () => {
  const bytes = encodeBase64(f.build(f.honest()));
  const of = (deployment?: string) =>
    rules(solanaGuard({ ...(deployment && { deployment }) }).inspect(bytes, f.expected, 'before'));
  expect(of()).toEqual([]);
  expect(of(f.deployment)).toEqual([]);
  expect(of('TEST-TAG')).toEqual(['memo']);
  for (const deployment of ['short', 'too-long-a', 'with:col'])
    expect(() => solanaGuard({ deployment })).toThrow('deployment');
});

test('a server demands the memo to the letter, whatever its form', () => {
  const bytes = encodeBase64(f.build(f.honest()));
  const former = encodeBase64(
    f.build(f.honest().map((one, index) => (index === MEMO ? f.memo(formerMemo) : one))),
  );
  const of = (transaction: string, memo?: string) =>
    rules(solanaGuard().inspect(transaction, { ...f.expected, ...(memo && { memo }) }, 'before'));
  expect(of(bytes, f.memoOf(f.expected.operationId))).toEqual([]);
  expect(of(bytes, f.memoOf(f.expected.operationId).replace('test', 'TEST'))).toEqual(['memo']);
  expect(of(bytes, formerMemo)).toEqual(['memo']);
  expect(of(former, formerMemo)).toEqual([]);
  expect(of(former)).toEqual(['memo']);
});

test('an operation may have any name, in UTF-8', () => {
  const expected = { ...f.expected, operationId: 'upg_é✓' };
  const verdict = (text: string | Uint8Array) =>
    rules(
      solanaGuard().inspect(
        encodeBase64(
          f.build([
            f.instruction(programs.memo, [[f.owner.publicKey, 'signer']], Buffer.from(text)),
            f.burn(),
          ]),
        ),
        expected,
        'before',
      ),
    );
  expect(verdict(f.memoOf(expected.operationId))).toEqual([]);
  expect(verdict(Buffer.from(f.memoOf(expected.operationId), 'latin1'))).toEqual(['memo']);
});

describe('W1: bytes that cannot be what they seem', () => {
  const inspect = (bytes: Uint8Array) =>
    rules(solanaGuard().inspect(encodeBase64(bytes), f.expected, 'before'));
  const bytes = f.build(f.honest());
  test('trailing bytes', () =>
    expect(inspect(Uint8Array.from([...bytes, 0]))).toEqual(['unreadable']));
  test('cut anywhere', () => {
    for (let end = 0; end < bytes.length; end++)
      expect(inspect(bytes.slice(0, end))).toEqual(['unreadable']);
  });
  test('oversized', () => expect(inspect(new Uint8Array(1_233))).toEqual(['unreadable']));
  test('a length not in its shortest form', () => {
    expect(inspect(Uint8Array.from([0x81, 0x00, ...bytes.slice(1)]))).toEqual(['unreadable']);
  });
  test('a message version nobody knows', () => {
    const version0 = f.build(f.honest(), { version: 0 });
    expect(inspect(version0.with(65, 0x81) as Uint8Array<ArrayBuffer>)).toEqual(['unreadable']);
  });
  test('a header that no validator takes', () => {
    const header = 65;
    expect(inspect(bytes.with(header + 1, 1) as Uint8Array<ArrayBuffer>)).toEqual(['unreadable']);
    expect(inspect(bytes.with(header + 2, 200) as Uint8Array<ArrayBuffer>)).toEqual(['unreadable']);
    expect(inspect(Uint8Array.from([0, ...bytes.slice(header)]))).toEqual(['unreadable']);
  });
  test('more than a packet, in every other way a transaction', () => {
    const decoded = decodeTransaction(f.build([f.memo(), f.burnChecked()]));
    if (!decoded.ok) throw new TypeError(decoded.reason);
    const { transaction } = decoded;
    const padded = (bytes: number) => {
      const data = new Uint8Array(bytes).fill(120);
      const [memo] = transaction.instructions;
      return encodeTransaction({
        ...transaction,
        instructions: [
          ...transaction.instructions,
          { programIndex: 0, accounts: [], ...memo, data },
        ],
      });
    };
    expect(padded(800).length).toBeLessThanOrEqual(1_232);
    expect(inspect(padded(800))).toEqual(['memo']);
    expect(padded(1_100).length).toBeGreaterThan(1_232);
    expect(inspect(padded(1_100))).toEqual(['unreadable']);
  });
  test('a lookup table that is counted and not there', () => {
    const version0 = f.build(f.honest(), { version: 0 });
    expect(inspect(version0)).toEqual([]);
    expect(inspect(version0.with(-1, 1) as Uint8Array<ArrayBuffer>)).toEqual(['unreadable']);
  });
  test('an account that is not there', () => {
    const decoded = f.build([f.memo(), f.burnChecked()]);
    // The first account of the burn, whichever it is, becomes one behind the last.
    const at = decoded.length - 10 - 1 - 3;
    expect(inspect(decoded)).toEqual([]);
    expect(inspect(decoded.with(at, 200) as Uint8Array<ArrayBuffer>)).toEqual(['burn']);
  });
  test('base64 in another spelling', () => {
    const base64 = encodeBase64(bytes);
    for (const text of [
      `${base64} `,
      `\n${base64}`,
      base64.replaceAll('=', ''),
      `${base64}====`,
      'not base64',
      '',
    ])
      if (text !== base64)
        expect(rules(solanaGuard().inspect(text, f.expected, 'before'))).toEqual(['unreadable']);
  });
  test('nothing sensible expected', () => {
    const guard = solanaGuard();
    for (const [wrong, broken] of [
      [{ mint: '' }, ['burn']],
      [{ mint: f.expected.owner }, ['burn']],
      [{ owner: 'x' }, ['signers', 'memo', 'burn', 'close']],
      [{ operationId: '' }, ['memo']],
      [{ tokenProgram: '' }, ['burn']],
    ] as const)
      expect(
        rules(guard.inspect(encodeBase64(bytes), { ...f.expected, ...wrong }, 'before')),
      ).toEqual(broken);
    // A memo of no operation at all.
    const nameless = encodeBase64(f.build(replace(MEMO, f.memo(f.memoOf('')))));
    expect(rules(guard.inspect(nameless, { ...f.expected, operationId: '' }, 'before'))).toEqual([
      'memo',
    ]);
    // @ts-expect-error what a caller without types may pass
    expect(rules(guard.inspect(encodeBase64(bytes), undefined, 'before'))).toEqual(['unreadable']);
    // @ts-expect-error what a caller without types may pass
    expect(rules(guard.inspect(undefined, undefined, 'before'))).toEqual(['unreadable']);
    const asserted = encodeBase64(f.build([f.assertion(), ...f.honest()]));
    // @ts-expect-error an unknown stage must not open what only `after` may contain
    expect(rules(guard.inspect(asserted, f.expected, 'later'))).toEqual(['assertion']);
  });
});

test.each<[string, SolanaGuardOptions]>([
  ['maxPriorityFeeLamports', { maxPriorityFeeLamports: -1 }],
  ['maxPriorityFeeLamports', { maxPriorityFeeLamports: 0.5 }],
  ['maxPriorityFeeLamports', { maxPriorityFeeLamports: -1n }],
  ['maxComputeUnits', { maxComputeUnits: 0 }],
  ['feePayer', { feePayer: 'me' }],
  // @ts-expect-error what a caller without types may pass
  ['allowLighthouse', { allowLighthouse: 'false' }],
])('a wrong option %s is named', (option, options) => {
  expect(() => solanaGuard(options)).toThrow(
    expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(option) }),
  );
});
