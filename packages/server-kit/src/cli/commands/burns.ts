import { unboundBurns } from '../../engine/unbound-burns.ts';
import type { Command } from '../command.ts';
import { limitOf } from '../numbers.ts';
import { table } from '../table.ts';

export const burnsList: Command = {
  name: ['burns', 'list'],
  usage: '[--all] [--limit 100]',
  summary: 'burns for which no operation lived, and which you may honour',
  flags: { all: { type: 'boolean' }, limit: { type: 'string' } },
  async run({ db, flags }) {
    const limit = limitOf(flags);
    const data = await unboundBurns(db).list({ all: flags.all === true, limit });
    const rows = data.map(
      ({ mint, process, principal, burnTxSignature, memo, decision, status }) => [
        mint,
        process,
        principal,
        burnTxSignature,
        memo ?? '',
        decision,
        status,
      ],
    );
    return {
      data,
      text:
        rows.length === 0
          ? 'No burn waits for a decision.'
          : table(
              ['burned NFT', 'process', 'user', 'transaction', 'memo', 'decision', 'operation'],
              rows,
            ),
    };
  },
};

const decide = (word: string, decision: 'honoured' | 'declined', summary: string): Command => ({
  name: ['burns', word],
  usage: '<mint of the burned NFT>',
  summary,
  arguments: 1,
  async run({ db, args: [mint = ''], environment }) {
    const by = environment.USER ?? environment.USERNAME ?? 'operator';
    await unboundBurns(db).decide(mint, decision, by);
    const text =
      decision === 'honoured'
        ? 'Honoured. A node begins the operation, which needs no signature of the user.'
        : 'Declined. Nothing is minted for it.';
    return { data: { mint, decision }, text };
  },
});

export const burnsHonour = decide(
  'honour',
  'honoured',
  'mint for it: the user gets what he asked for when he was refused',
);
export const burnsDecline = decide('decline', 'declined', 'mint nothing for it, for good');
