import { expect, test } from 'vitest';
import { explainFinding } from './explain.ts';
import * as f from './fixtures.ts';
import { judge } from './fixtures.ts';
import { programs } from './programs.ts';

const explained = (...verdict: Parameters<typeof judge>): string[] => {
  const judged = judge(...verdict);
  return judged.safe ? [] : judged.findings.map(explainFinding);
};

test('names what would hurt most', () => {
  const token = (data: number[]) => f.instruction(programs.token, [[f.account, 'writable']], data);
  expect(explained([...f.honest(), token([4, ...f.u64(1n)])])).toEqual([
    `An instruction of ${programs.token} is Approve of the token program (instruction 5).`,
  ]);
  expect(explained([...f.honest(), token([])])).toEqual([
    `An instruction of ${programs.token} is an empty instruction of the token program ` +
      '(instruction 5).',
  ]);
  const stranger = f.otherMint.toBase58();
  expect(explained([...f.honest(), f.instruction(stranger, [], [1])])).toEqual([
    `An instruction of ${stranger} calls a program that is not allowed (instruction 5).`,
  ]);
});

test('every rule of the guard has its sentence, with what was found', () => {
  const [, , , , close] = f.honest();
  const twice = f
    .honest()
    .flatMap((instruction) =>
      instruction.data[0] === close?.data[0] ? [] : [instruction, instruction],
    );
  const options = { maxPriorityFeeLamports: 1, maxComputeUnits: 1 };
  const findings = [
    ...explained([f.assertion(), ...twice], { feePayer: f.stranger.publicKey }, 'before', options),
    ...explained([f.close(), f.unitLimit()], {}, 'after'),
  ];
  expect(findings.map((sentence) => sentence.replaceAll(/: [^:]*$/g, '.')).sort()).toEqual([
    'It asks for more compute units than the policy allows.',
    'It burns something else than this one NFT of its owner, through another program, or twice ' +
      '(instruction 8).',
    'It closes another account than the one just emptied, to somebody else, or twice ' +
      '(instruction 0).',
    'It contains assertions, which only a wallet may add, and only where the policy allows it ' +
      '(instruction 0).',
    'It does not burn the NFT.',
    'It is not signed by the owner of the NFT alone, or by the named fee payer and the owner.',
    'It sets the compute unit limit twice (instruction 2).',
    'It sets the compute unit price twice (instruction 4).',
    'Its memo is not the one of this operation, signed by the owner and by nobody else, ' +
      'or stands there twice (instruction 6).',
    'Its priority fee is above the most that the policy allows, in lamports.',
    'No memo names this operation.',
    'The signature of the owner is missing.',
  ]);
  expect(explainFinding({ rule: 'unreadable', message: '' })).toContain('cannot be read');
  expect(explainFinding({ rule: 'duplicate_key', message: '' })).toBe('It names an account twice.');
});

test('leaves the findings of other guards as they are', () =>
  expect(explainFinding({ rule: 'mine', message: 'Not today.' })).toBe('Not today.'));
