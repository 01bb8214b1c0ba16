import { core, kit, type Mutation, mutation } from '../mutation.ts';

const t1 = 'test/tables/t1-chain.test.ts';
const t2 = 'test/tables/t2-rpc.test.ts';
const t3 = 'test/tables/t3-ports.test.ts';
const t4 = 'test/tables/t4-verdicts.test.ts';
const t6 = 'test/tables/t6-platform.test.ts';
const t7 = 'test/tables/t7-database.test.ts';

/** Each table has at least one: a cell that cannot go red decides nothing. */
export const tableCells: readonly Mutation[] = [
  mutation(
    'T1',
    'a cancel ends once nothing can land, whatever failed before',
    `${kit}/phases/burn/decision.ts`,
    "dead: 'cancel'",
    "dead: 'wait'",
    t1,
  ),
  mutation(
    'T1',
    'what refuses a fresh burn is told',
    `${kit}/phases/burn/issue.ts`,
    'if (!isNftUpgradeError(thrown) || unsettled.includes(thrown.code)) throw thrown;',
    'if (thrown !== undefined) throw thrown;',
    t1,
  ),
  mutation(
    'T1',
    'a mint that lands while people are waited for is adopted',
    `${kit}/phases/mint-decision.ts`,
    "minted: 'adopt'",
    "minted: 'wait'",
    t1,
  ),
  mutation(
    'T2',
    'a majority has to say the same',
    `${kit}/solana/rpc/majority.ts`,
    'same >= majorityOf(nodes)',
    'same >= 1',
    t2,
  ),
  mutation(
    'T2',
    'a height is asked for in two ways before a burn is dead',
    `${kit}/solana/burn/observe.ts`,
    'isPast(settled.blockHeight) && isPast(await finalizedHeight(endpoint))',
    'isPast(settled.blockHeight)',
    t2,
  ),
  mutation(
    'T2',
    'an answer from before the point of the chain is none',
    `${kit}/solana/rpc/reads.ts`,
    "if (context.slot < atLeast) throw behind(endpoint, 'account');",
    'void atLeast;',
    t2,
  ),
  mutation(
    'T3',
    'an answer that cannot be used is told as what it is',
    `${core}/errors/codes.ts`,
    "502, 'Something that the server relies on gave",
    "500, 'Something that the server relies on gave",
    t3,
  ),
  mutation(
    'T3',
    'a call that hangs fails at its deadline',
    `${kit}/engine/ports/calls.ts`,
    'setTimeout(() => giveUp(late(port, deadlines[port])), deadlines[port])',
    'setTimeout(() => giveUp(late(port, deadlines[port])), 2 ** 31 - 1)',
    t3,
  ),
  mutation(
    'T3',
    'a node that stops ends the calls that are open',
    `${kit}/engine/stop.ts`,
    'end(); const left',
    'const left',
    t3,
  ),
  mutation(
    'T4',
    'what was seen is not given up for one refusal',
    `${core}/stream/policy.ts`,
    "not_found: { start: 'refuse', unsure: 'weather', named: 'end', seen: 'weather' },",
    "not_found: { start: 'refuse', unsure: 'weather', named: 'end', seen: 'end' },",
    t4,
  ),
  mutation(
    'T4',
    'a signed burn outlasts who does not judge it',
    `${core}/client/confirm.ts`,
    'const notOfTheBytes: readonly unknown[] = [403, 404, 426];',
    'const notOfTheBytes: readonly unknown[] = [];',
    t4,
  ),
  mutation(
    'T6',
    'locks that never answer are not waited for',
    `${core}/stream/tabs-lock.ts`,
    "how.signal === undefined && clock.setTimeout(() => resolve('unavailable'), ANSWER_MS);",
    'how.signal === undefined && null;',
    t6,
  ),
  mutation(
    'T7',
    'a database that takes no writes is no error of the program',
    `${kit}/db/sql-states.ts`,
    'return known[state] ??',
    "return state === '25006' ? null : known[state] ??",
    t7,
  ),
  mutation(
    'T7',
    'a transaction that ran into another is begun again',
    `${kit}/db/again.ts`,
    'trouble === null || tries >= most',
    'trouble !== undefined || tries >= most',
    t7,
  ),
  mutation(
    'T7',
    'a database that is away spends no budget of an operation',
    `${kit}/engine/drive.ts`,
    "thrown.code === 'journal_conflict' || thrown.code === 'database_unavailable'",
    "thrown.code === 'journal_conflict'",
    t7,
  ),
  mutation(
    'T7',
    'what became of a delivery is written when the database is back',
    `${kit}/publish/delivery-worker.ts`,
    'if (!away || stopping.signal.aborted',
    'if (away || stopping.signal.aborted',
    t7,
  ),
];
