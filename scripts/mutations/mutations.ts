/** One protection switched off: a text in a file, and what it becomes. The tests of the row have to fail then. */
export interface Mutation {
  /** Row of the failure matrix. */
  readonly row: string;
  /** What is switched off, in words. */
  readonly protection: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** File with a test of the row's name. */
  readonly test: string;
}

const mutation = (row: string, protection: string, file: string, find: string, replace: string, test: string): Mutation => ({
  row,
  protection,
  file,
  find,
  replace,
  test,
});

const core = 'packages/core/src';
const kit = 'packages/server-kit/src';

/** Add a line for each protection you write: `npm run mutate -- <row>` shows whether a test sees it go. */
export const mutations: readonly Mutation[] = [
  mutation(
    'C1',
    'the key of an open start is kept',
    `${core}/client/keys.ts`,
    'alive(known) ? known :',
    'false as boolean ? (known as Open) :',
    `${core}/client/start.test.ts`,
  ),
  mutation(
    'C2',
    'one prompt at a time in a page',
    `${core}/client/lock.ts`,
    'if (prompting.has(account)) throw',
    'if (false as boolean) throw',
    `${core}/client/sign.test.ts`,
  ),
  mutation(
    'C3',
    'a key remembers its body',
    `${kit}/engine/commands/start.ts`,
    'row.process !== process || !row.same',
    'false as boolean',
    `${kit}/service.test.ts`,
  ),
  mutation(
    'C6',
    'a refused token is renewed',
    `${core}/stream/transport.ts`,
    'response.status === 401 && auth.refreshable',
    'false as boolean',
    `${core}/client/tokens.test.ts`,
  ),
  mutation(
    'C7',
    'resumes from the cursor',
    `${core}/stream/attempt.ts`,
    "'Last-Event-ID': String(cursor)",
    "'Last-Event-ID': String(cursor + 1)",
    `${core}/stream/cut.test.ts`,
  ),
  mutation(
    'C8',
    'a seen event is dropped',
    `${core}/machine/reduce.ts`,
    'if (event.seq <= seq) return',
    'if (event.seq < 0) return',
    `${core}/machine/reduce.test.ts`,
  ),
  mutation(
    'C8',
    'a missing event is noticed',
    `${core}/machine/reduce.ts`,
    'if (event.seq > seq + 1) return',
    'if (event.seq < 0) return',
    `${core}/machine/reduce.test.ts`,
  ),
  mutation(
    'C11',
    'the server refuses another protocol',
    `${kit}/http/handler.ts`,
    'spoken === String(PROTOCOL_VERSION)',
    "spoken !== ''",
    `${kit}/http/problems.test.ts`,
  ),
  mutation(
    'W1',
    'what the guard finds is a refusal',
    `${core}/solana/guard.ts`,
    'if (findings.length > 0) return',
    'if (findings.length > 99) return',
    `${core}/solana/guard.test.ts`,
  ),
  mutation(
    'W7',
    'the signature of the owner is checked',
    `${kit}/solana/burn/accept.ts`,
    'if (!everySignerSigned(transaction))',
    'if (false as boolean)',
    `${kit}/solana/burn/accept.test.ts`,
  ),
  mutation(
    'B3',
    'dead only past the last block height',
    `${kit}/solana/burn/observe.ts`,
    'settled.blockHeight > lastValidBlockHeight',
    'settled.blockHeight >= 0 * lastValidBlockHeight',
    `${kit}/solana/burn/observe.test.ts`,
  ),
  mutation(
    'B5',
    'a burn counts when it is final',
    `${kit}/solana/burn/judge.ts`,
    "if (commitment !== 'finalized') {",
    "if (commitment === 'processed') {",
    `${kit}/solana/burn/observe.test.ts`,
  ),
  mutation(
    'B9',
    'nodes that disagree decide nothing',
    `${kit}/solana/rpc.ts`,
    'agreeing !== answered.length + 1 || agreeing <= endpoints.length / 2',
    'false as boolean',
    `${kit}/solana/rpc.test.ts`,
  ),
  mutation(
    'M2',
    'the CID of the store is compared',
    `${kit}/ipfs/kubo.ts`,
    'if (actual !== expected) throw',
    'if (false as boolean) throw',
    `${kit}/ipfs/kubo.test.ts`,
  ),
  mutation(
    'K7',
    'an address that was closed is not minted to again',
    `${kit}/solana/mint/observe.ts`,
    'if (creation) return occupied(`the NFT',
    'if (false as boolean) return occupied(`the NFT',
    `${kit}/solana/mint/observe.test.ts`,
  ),
  mutation(
    'K8',
    'what was minted is compared with the order',
    `${kit}/solana/mint/observe.ts`,
    "    if (wrong.length > 0)\n      return { kind: 'unexpected'",
    "    if (wrong.length > 99)\n      return { kind: 'unexpected'",
    `${kit}/solana/mint/observe.test.ts`,
  ),
  mutation(
    'S1',
    'refusals under load say when to come again',
    `${kit}/http/problem.ts`,
    'problem.status === 429 || problem.status === 503',
    'false as boolean',
    `${kit}/http/problems.test.ts`,
  ),
  mutation(
    'S8',
    'a cancel waits for what was handed out',
    `${kit}/engine/commands/cancel.ts`,
    "to.includes('cancelling')",
    "to.includes('never')",
    `${kit}/service.test.ts`,
  ),
  mutation(
    'S10',
    'a compensation that was decided is paid after a crash',
    `${kit}/phases/recovery.ts`,
    "where operation_id = $1 and settlement = 'compensated'",
    "where operation_id = $1 and settlement = 'never'",
    `${kit}/service.test.ts`,
  ),
  mutation(
    'L1',
    'a client that does not read is cut off',
    `${kit}/http/session.ts`,
    '(!hungry || (closing && reading)) && now - since >= slow',
    'now < 0',
    `${kit}/http/stall.test.ts`,
  ),
  mutation(
    'L2',
    'streams of one user are counted',
    `${kit}/http/registry.ts`,
    'open >= limits.connectionsPerPrincipal',
    'open < 0',
    `${kit}/http/limits.test.ts`,
  ),
  mutation(
    'L3',
    'a stop tells every client to come again',
    `${kit}/http/registry.ts`,
    'for (const [index, session] of all.entries()) session.drain(retryIn(timing, (spreadMs * (index + Math.random())) / all.length));',
    'void all.length;',
    `${kit}/http/drain.test.ts`,
  ),
  mutation(
    'B8',
    'an NFT that left the wallet ends the run',
    `${kit}/phases/burn.ts`,
    "if (seen.kind === 'moved') {",
    'if (seen.kind === undefined) {',
    `${kit}/service.test.ts`,
  ),
  mutation(
    'S9',
    'the window for the signature closes',
    `${kit}/phases/burn.ts`,
    'step.now() + step.patience.burnWindowMs',
    'step.now() + 86_400_000',
    `${kit}/service.test.ts`,
  ),
];
