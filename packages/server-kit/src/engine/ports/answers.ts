import type { BurnObservation, MintObservation } from '../../ports/chain.ts';
import type { PortMethod } from './deadlines.ts';

type Kind = 'text' | 'number' | 'boolean' | 'object' | 'list' | 'function' | 'bytes';
/** Fields that have to be there. */
type Shape = Readonly<Record<string, Kind>>;
type Expected =
  | Kind
  | Shape
  /** What it resolves to is not looked at. */
  | null
  | { readonly orNull: Kind | Shape }
  | { readonly oneOf: Readonly<Record<string, Shape>>; readonly by: string };

const attempt: Shape = { attempt: 'number', transaction: 'text' };
const signed: Shape = { signature: 'text' };
const worded: Shape = { message: 'text' };

const burnKinds: Readonly<Record<BurnObservation['kind'], Shape>> = {
  untouched: {},
  pending: { ...signed, commitment: 'text' },
  burned: { ...signed, slot: 'number' },
  burned_elsewhere: { ...signed, slot: 'number' },
  failed: { ...signed, ...worded, code: 'text' },
  refused: { ...signed, ...worded, code: 'text' },
  dead: {},
  moved: worded,
  gone: worded,
};

const mintKinds: Readonly<Record<MintObservation['kind'], Shape>> = {
  absent: {},
  // Without a transaction that is known, its signature is empty.
  pending: {},
  minted: { mintAddress: 'text' },
  failed: { ...signed, ...worded, code: 'text' },
  unexpected: { ...worded, code: 'text' },
};

/** What each function of the host has to answer with, as far as the engine relies on it. */
const answers: Readonly<Record<PortMethod, Expected>> = {
  'rules.subject': 'text',
  'rules.qualify': {
    by: 'qualified',
    oneOf: { true: { facts: 'object' }, false: { error: 'text', requirements: 'list' } },
  },
  'rules.describe': { standard: 'text', name: 'text', symbol: 'text', metadata: 'object' },
  'rules.record': 'object',
  'rules.release': null,
  'rules.held': { items: 'list' },
  'content.cid': 'text',
  'content.put': 'text',
  'content.get': { orNull: 'bytes' },
  'chain.identity': 'text',
  'burn.locate': { mint: 'text', owner: 'text', tokenAccount: 'text', tokenProgram: 'text' },
  'burn.prepare': { ...attempt, nft: 'object', lastValidBlockHeight: 'number' },
  'burn.accept': { ...attempt, ...signed },
  'burn.broadcast': null,
  'burn.observe': { by: 'kind', oneOf: burnKinds },
  'burn.find': { orNull: { ...signed, slot: 'number' } },
  'mint.address': 'text',
  'mint.preflight': null,
  'mint.prepare': { ...attempt, ...signed, mintAddress: 'text', lastValidBlockHeight: 'number' },
  'mint.send': null,
  'mint.observe': { by: 'kind', oneOf: mintKinds },
  'mint.elsewhere': 'list',
  'mint.standing': 'list',
  'mint.digest': 'text',
  'mint.horizon': 'number',
  'mint.funds': { authority: 'text', lamports: 'number' },
  'receipts.issue': { id: 'text' },
  'compensator.settle': { kind: 'text' },
  'alerts.alert': null,
  'alerts.authority': null,
  'sink.publish': null,
  'sink.close': null,
  'wake.join': { leave: 'function' },
  'wake.broadcast': null,
  'wake.leave': null,
};

/** What is wrong with an answer, in words that name the field; null when nothing is. */
export function faultIn(port: PortMethod, answer: unknown): string | null {
  const expected = answers[port];
  if (expected === null) return null;
  if (typeof expected === 'string') return isKind(answer, expected) ? null : `no ${expected}`;
  if ('orNull' in expected) {
    if (answer === null) return null;
    const { orNull } = expected;
    if (typeof orNull === 'string') return isKind(answer, orNull) ? null : `no ${orNull}`;
    return faultInShape(answer, orNull);
  }
  if (!isOneOf(expected)) return faultInShape(answer, expected);
  if (!isKind(answer, 'object')) return 'no object';
  const member = String(Reflect.get(answer, expected.by));
  const shape = Object.hasOwn(expected.oneOf, member) ? expected.oneOf[member] : undefined;
  return shape ? faultInShape(answer, shape) : `${expected.by} is ${member.slice(0, 50)}`;
}

const isOneOf = (
  answer: Shape | Extract<Expected, { by: string }>,
): answer is Extract<Expected, { by: string }> => typeof answer.oneOf === 'object';

function faultInShape(answer: unknown, shape: Shape): string | null {
  if (!isKind(answer, 'object')) return 'no object';
  for (const [field, kind] of Object.entries(shape))
    if (!isKind(Reflect.get(answer, field), kind)) return `${field} is no ${kind}`;
  return null;
}

function isKind(value: unknown, kind: 'object'): value is object;
function isKind(value: unknown, kind: Kind): boolean;
function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'list':
      return Array.isArray(value);
    case 'bytes':
      return value instanceof Uint8Array;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'boolean':
    case 'function':
      return typeof value === kind;
  }
}
