import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type RpcMethod, rpcAnswers } from '../../packages/server-kit/src/solana/rpc/methods.ts';
import { type Nodes, openNodes } from './t2/environment.ts';
import { cannotLie, type LieName, lies } from './t2/lies.ts';
import { type Question, questionsOf } from './t2/questions.ts';
import { axis, axisBy, each, type Table } from './table.ts';
import { testTable } from './test-table.ts';

const methods = Object.keys(rpcAnswers) as RpcMethod[];
const names = Object.keys(lies) as LieName[];

/** Who of how many lies, in the same way. */
const sides = {
  one_of_one: ['node-a'],
  one_of_three: ['node-a'],
  two_of_three: ['node-a', 'node-b'],
} as const;
type Side = keyof typeof sides;
const three = ['node-a', 'node-b', 'node-c'];

/**
 * `unnoticed`: the truth is told, whichever node is asked first. `waits`: the truth, or nothing is
 * concluded. `believed`: as true as the one node; it is warned of at the start. `refused`: the
 * start names the node. `left_out`: the others begin without it. `down`: the start waits for a
 * node.
 */
type Outcome = 'unnoticed' | 'waits' | 'believed' | 'refused' | 'left_out' | 'down';

/** No node can be told from one that is behind, or does not answer. */
const silence = ['error', 'stale', 'no_history', 'no_version', 'html', 'hang'] as const;
/** Well-formed, and wrong. */
const untrue = [
  'null',
  'empty',
  'pruned',
  'too_high',
  'too_low',
  'other_cluster',
  'another_answer',
] as const;

const asked = {
  ...each(silence, {
    one_of_one: 'waits',
    one_of_three: 'unnoticed',
    two_of_three: 'waits',
  } as const),
  ...each(untrue, {
    one_of_one: 'believed',
    one_of_three: 'unnoticed',
    two_of_three: 'waits',
  } as const),
};
const absent = { one_of_one: 'down', one_of_three: 'left_out', two_of_three: 'left_out' } as const;

const axes = [
  axisBy('method', methods, (method): 'cluster' | 'asked' =>
    method === 'getGenesisHash' ? 'cluster' : 'asked',
  ),
  axis('lie', names),
  axis('side', Object.keys(sides) as Side[]),
] as const;

let nodes: Nodes;
let questions: { question: Question; methods: ReadonlySet<RpcMethod> }[];
let chains: Record<Side, Awaited<ReturnType<Nodes['chainOf']>>>;
beforeAll(async () => {
  nodes = await openNodes();
  const list = await questionsOf(nodes.solana);
  const many = await nodes.chainOf(three);
  chains = {
    one_of_one: await nodes.chainOf(['node-a']),
    one_of_three: many,
    two_of_three: many,
  };
  questions = [];
  for (const question of list) {
    const used = await nodes.methodsOf(async () => {
      expect([question.name, await question.ask(many())]).toEqual([question.name, question.truth]);
    });
    questions.push({ question, methods: used });
  }
});
afterAll(() => nodes.stop());

/** Nothing is concluded: the question is asked again. */
const waiting = ['rpc_unavailable', 'burn_rpc_mismatch', 'untouched', 'pending', 'gone'];
/** A start is refused, and can be tried again: nothing has happened. */
const refusals = [
  'nft_not_owned',
  'nft_unsupported',
  'nft_frozen',
  'insufficient_sol',
  'simulation_failed',
  'mint_authority_unfunded',
  'mint_address_occupied',
];

/** The words that a question is answered with, once with each node as the first. */
async function wordsOf(question: Question, side: Side): Promise<string[]> {
  const words: string[] = [];
  for (let turn = 0; turn < (side === 'one_of_one' ? 1 : 3); turn++) {
    vi.spyOn(Math, 'random').mockReturnValue((turn + 0.5) / 3);
    words.push(await question.ask(chains[side]()));
  }
  vi.restoreAllMocks();
  return words;
}

const table: Table<typeof axes, Outcome> = {
  name: 'T2',
  axes,
  decisions: {
    cluster: {
      ...each(['error', 'null', 'empty', 'no_history', 'no_version', 'html', 'hang'], absent),
      ...each(['stale', 'pruned', 'too_high', 'too_low', 'another_answer'], absent),
      other_cluster: {
        one_of_one: 'believed',
        one_of_three: 'refused',
        two_of_three: 'refused',
      },
    },
    asked,
  },
  impossible: ({ method, lie, side }) =>
    method === 'isBlockhashValid' && side === 'one_of_one'
      ? 'A node alone is not asked whether it knows its own blockhash.'
      : cannotLie(method, lie),
  suites: 'method',
  async run({ method, lie, side }, outcome, struck) {
    nodes.arm({ method, lie, liars: sides[side], struck });
    try {
      if (method === 'getGenesisHash') {
        const begun = nodes.chainOf(side === 'one_of_one' ? ['node-a'] : three).then(
          () => 'begun',
          (thrown: { code?: string }) => thrown.code,
        );
        expect(await begun).toBe(starts[outcome]);
        return;
      }
      for (const { question, methods: used } of questions) {
        if (!used.has(method)) continue;
        const allowed = [
          question.truth,
          ...waiting,
          ...(question.beforePrompt && side !== 'one_of_three' ? refusals : []),
          // An operator is called to look at it, and nothing happens by itself.
          ...(side === 'two_of_three' ? ['unexpected'] : []),
        ];
        const words = await wordsOf(question, side);
        if (outcome === 'believed') continue;
        const wrong = words.filter((word) => !allowed.includes(word));
        expect([question.name, wrong]).toEqual([question.name, []]);
        if (outcome === 'unnoticed') expect(words, question.name).toContain(question.truth);
      }
    } finally {
      nodes.arm(undefined);
    }
  },
};

/** What comes of a start. */
const starts: Readonly<Record<Outcome, string | undefined>> = {
  believed: 'begun',
  left_out: 'begun',
  refused: 'wrong_cluster',
  down: 'rpc_unavailable',
  unnoticed: undefined,
  waits: undefined,
};

testTable(table);
