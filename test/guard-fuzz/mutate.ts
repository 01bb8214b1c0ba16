import type { CompiledInstruction } from '../../packages/core/src/solana/transaction.ts';
import { encodeTransaction, type MessageParts } from '../../packages/core/src/testing/encode.ts';
import { pool } from './accounts.ts';
import { type Call, compile, type Draft, type Role, thefts, u64 } from './compile.ts';

/** A generator that gives the same numbers for the same seed (mulberry32). */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    /** One of a list that is not empty. */
    pick: <Item>(items: readonly Item[], otherwise: Item): Item =>
      items[below(items.length)] ?? otherwise,
  };
}
export type Random = ReturnType<typeof createRandom>;

const roles: readonly Role[] = ['', 'w', 's', 'sw'];
const amounts = [0n, 1n, 2n, 255n, 256n, 2n ** 32n + 1n, 2n ** 64n - 1n];
const tags = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 35, 38, 255];

/**
 * Changes one instruction as a whole: what it says stays an instruction that some library could
 * have made.
 */
function changeCall(random: Random, call: Call): Call {
  const at = random.below(Math.max(1, call.accounts.length));
  const replaced = (by: readonly [string, Role]) =>
    call.accounts.with(Math.min(at, Math.max(0, call.accounts.length - 1)), by);
  const [address, role] = call.accounts[at] ?? ['', '' as Role];
  switch (random.below(8)) {
    case 0:
      return call.accounts.length === 0
        ? call
        : { ...call, accounts: replaced([random.pick(pool, address), role]) };
    case 1:
      return call.accounts.length === 0
        ? call
        : { ...call, accounts: replaced([address, random.pick(roles, role)]) };
    case 2:
      return {
        ...call,
        accounts: [...call.accounts, [random.pick(pool, address), random.pick(roles, '')]],
      };
    case 3:
      return { ...call, accounts: call.accounts.toSpliced(at, 1) };
    case 4:
      return { ...call, program: random.pick(pool, call.program) };
    case 5:
      return { ...call, data: Uint8Array.from([random.pick(tags, 0), ...call.data.slice(1)]) };
    case 6:
      return {
        ...call,
        data: Uint8Array.from([
          call.data[0] ?? 0,
          ...u64(random.pick(amounts, 1n)),
          ...call.data.slice(9),
        ]),
      };
    default:
      return { ...call, data: changeBytes(random, call.data) };
  }
}

/**
 * Changes the list of instructions: added, taken out, doubled, moved, changed; or who pays, or the
 * version.
 */
function changeDraft(random: Random, draft: Draft): Draft {
  const { calls } = draft;
  const at = random.below(calls.length + 1);
  const here = calls[Math.min(at, calls.length - 1)];
  if (!here) return draft;
  switch (random.below(10)) {
    case 0:
    case 1:
      return { ...draft, calls: calls.toSpliced(at, 0, random.pick(thefts, here)) };
    case 2:
      return {
        ...draft,
        calls: calls.toSpliced(at, random.below(2), changeCall(random, random.pick(thefts, here))),
      };
    case 8:
      return { ...draft, calls: calls.toSpliced(at, 1, random.pick(thefts, here)) };
    case 3:
      return { ...draft, calls: calls.toSpliced(at, 1) };
    case 4:
      return { ...draft, calls: calls.toSpliced(at, 0, random.pick(calls, here)) };
    case 5:
      return {
        ...draft,
        calls: calls.toSpliced(at, 1).toSpliced(random.below(calls.length), 0, here),
      };
    case 6:
      return random.below(2) === 0
        ? { ...draft, payer: random.pick(pool, draft.payer) }
        : { ...draft, version: draft.version === 0 ? 'legacy' : 0 };
    default:
      return {
        ...draft,
        calls: calls.with(Math.min(at, calls.length - 1), changeCall(random, here)),
      };
  }
}

/** Changes what no library would write: counts of the header, indexes, keys, lookup tables. */
function changeParts(random: Random, parts: MessageParts): MessageParts {
  const { keys, instructions } = parts;
  const key = random.below(keys.length);
  const at = random.below(Math.max(1, instructions.length));
  const step = random.pick([-1, 1, 2], 1);
  const rewrite = (change: (instruction: CompiledInstruction) => CompiledInstruction) => ({
    ...parts,
    instructions: instructions.map((instruction, index) =>
      index === at ? change(instruction) : instruction,
    ),
  });
  switch (random.below(10)) {
    case 0:
      return { ...parts, keys: keys.with(key, random.pick(pool, '')) };
    case 1: {
      const other = random.below(keys.length);
      return { ...parts, keys: keys.with(key, keys[other] ?? '').with(other, keys[key] ?? '') };
    }
    case 2:
      return { ...parts, keys: [...keys, random.pick(pool, '')] };
    case 3: {
      const requiredSignatures = Math.max(0, parts.requiredSignatures + step);
      return {
        ...parts,
        requiredSignatures,
        signatures: Array.from({ length: requiredSignatures }, () => new Uint8Array(64).fill(1)),
      };
    }
    case 4:
      return { ...parts, readonlySigned: Math.max(0, parts.readonlySigned + step) };
    case 5:
      return { ...parts, readonlyUnsigned: Math.max(0, parts.readonlyUnsigned + step) };
    case 6:
      return rewrite((instruction) => ({
        ...instruction,
        programIndex: random.below(keys.length + 2),
      }));
    case 7:
      return rewrite((instruction) => ({
        ...instruction,
        accounts: instruction.accounts.map((index) =>
          random.below(3) === 0 ? random.below(keys.length + 1) : index,
        ),
      }));
    case 8:
      return { ...parts, blockhash: random.pick(pool, '') };
    default:
      return {
        ...parts,
        version: 0,
        lookupTables: [
          {
            account: random.pick(pool, ''),
            writable: [random.below(4)],
            readonly: [random.below(4)],
          },
        ],
      };
  }
}

function changeBytes(random: Random, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const list = [...bytes];
  const at = random.below(list.length + 1);
  const kind = random.below(4);
  if (kind === 0) list.splice(at, 0, random.below(256));
  else if (kind === 1) list.splice(at, 1);
  else if (kind === 2)
    list.splice(at, 32, ...list.slice(random.below(list.length + 1)).slice(0, 32));
  else if (list.length > 0) list[at % list.length] = random.below(256);
  return Uint8Array.from(list);
}

const atMost = <Value>(
  random: Random,
  times: number,
  value: Value,
  change: (random: Random, value: Value) => Value,
): Value => {
  let changed = value;
  for (let count = random.below(times + 1); count > 0; count--) changed = change(random, changed);
  return changed;
};

/** One changed transaction: on each of three levels nothing, or a few changes. */
export function mutate(random: Random, honest: Draft): Uint8Array<ArrayBuffer> {
  const draft = atMost(random, 2, honest, changeDraft);
  const parts = atMost(random, 1, compile(draft), changeParts);
  return atMost(random, random.below(3) === 0 ? 2 : 0, encodeTransaction(parts), changeBytes);
}
