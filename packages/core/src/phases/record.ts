import { definePhase, type Shape, status } from '../machine/define.ts';

/**
 * The host's records follow what has happened: NFTs, badges, caches, events.
 * @param updating facts that are known when it begins
 * @param completed facts the operation ends with
 */
export const record = <const Updating extends Shape, const Completed extends Shape>(
  updating: Updating,
  completed: Completed,
) =>
  definePhase('record', {
    entries: ['updating_records'],
    statuses: {
      updating_records: status(90, 'inherited', { facts: updating, to: ['completed'] }),
      completed: status(100, 'inherited', { facts: completed }),
    },
  });
