import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { createOutbox, type OutboxEntry } from '../../publish/deliveries.ts';
import { type DeliveryState, deliveryStates } from '../../publish/outbox.ts';
import type { Command, CommandContext } from '../command.ts';
import { limitOf, wholeNumber } from '../numbers.ts';
import { duration, table } from '../table.ts';

/**
 * Running nodes look for what is due once a second, so nobody has to be notified. With `--emitter`:
 * the outbox of an emitter, which has tables of its own.
 */
const outboxOf = ({ db, flags }: Pick<CommandContext, 'db' | 'flags'>) =>
  createOutbox(
    { db, schema: flags.emitter === true ? 'nft_upgrade_emitter' : 'nft_upgrade' },
    () => {},
  );

const which = { emitter: { type: 'boolean' } } as const;

export const outboxList: Command = {
  name: ['outbox', 'list'],
  usage: '[--state dead] [--sink name] [--limit 100] [--emitter]',
  summary:
    'dead letters: what a sink could not be told, and why; --state waiting shows what is ' +
    'still to be told',
  flags: {
    ...which,
    state: { type: 'string' },
    sink: { type: 'string' },
    limit: { type: 'string' },
  },
  async run({ db, flags }) {
    const { state = 'dead', sink } = flags;
    if (!isState(state))
      throw new NftUpgradeError('invalid_option', {
        message: `--state is one of ${deliveryStates.join(', ')}.`,
      });
    const limit = limitOf(flags);
    const data = await outboxOf({ db, flags }).list({
      state,
      limit,
      ...(typeof sink === 'string' && { sink }),
    });
    const head = ['id', 'sink', 'operation', 'what', 'age', 'tries', 'behind it', 'error'];
    return {
      data,
      text: data.length === 0 ? `Nothing is ${state}.` : table(head, data.map(rowOf)),
    };
  },
};

export const outboxShow: Command = {
  name: ['outbox', 'show'],
  usage: '<id> [--emitter]',
  summary: 'one delivery, with its last error',
  arguments: 1,
  flags: which,
  async run({ db, flags, args: [id = ''] }) {
    const data = await outboxOf({ db, flags }).show(wholeNumber('The id', id));
    return { data, text: JSON.stringify(data, null, 2) };
  },
};

export const outboxReplay: Command = {
  name: ['outbox', 'replay'],
  usage: '<id> | <sink> [--emitter]',
  summary: 'tell a dead letter again, or all of a sink, with a fresh budget',
  arguments: 1,
  flags: which,
  async run({ db, flags, args: [target = ''] }) {
    const replayed = await outboxOf({ db, flags }).replay(
      /^\d+$/.test(target) ? { id: wholeNumber('The id', target) } : { sink: target },
    );
    return {
      data: { replayed },
      text: replayed === 0 ? `The sink ${target} has no dead letters.` : `${replayed} due again.`,
    };
  },
};

export const outboxSkip: Command = {
  name: ['outbox', 'skip'],
  usage: '<id> [--emitter]',
  summary: 'give a dead letter up, so that what waits behind it goes out',
  arguments: 1,
  flags: which,
  async run({ db, flags, args: [id = ''] }) {
    await outboxOf({ db, flags }).skip(wholeNumber('The id', id));
    return { data: { skipped: Number(id) }, text: 'Skipped.' };
  },
};

const rowOf = ({
  id,
  sink,
  operationId,
  topic,
  data,
  createdAt,
  tries,
  held,
  error,
}: OutboxEntry): string[] => [
  String(id),
  sink,
  operationId,
  topic === 'event' ? `event ${String(data.seq)}` : topic,
  duration(Date.now() - createdAt.getTime()),
  String(tries),
  String(held),
  error ?? '',
];

const isState = (value: unknown): value is DeliveryState =>
  deliveryStates.some((state) => state === value);
