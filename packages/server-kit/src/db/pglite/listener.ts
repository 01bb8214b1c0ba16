import type { PGlite } from '@electric-sql/pglite';

/**
 * LISTEN within the process. Statements go through `run`, never around it: inside the transaction
 * of somebody else LISTEN would be undone by its rollback. There is no connection to lose.
 */
export function createLocalListener(
  database: Pick<PGlite, 'onNotification'>,
  run: (text: string) => Promise<unknown>,
) {
  const channels = new Map<string, Set<(payload: string) => void>>();
  database.onNotification((channel, payload) => {
    for (const onMessage of channels.get(channel) ?? []) onMessage(payload);
  });
  return async (
    channel: string,
    onMessage: (payload: string) => void,
  ): Promise<() => Promise<void>> => {
    const own = (payload: string) => onMessage(payload);
    const listeners = channels.get(channel) ?? new Set();
    channels.set(channel, listeners.add(own));
    await run(`LISTEN "${channel}"`);
    return async () => {
      listeners.delete(own);
      if (listeners.size > 0 || channels.get(channel) !== listeners) return;
      channels.delete(channel);
      await run(`UNLISTEN "${channel}"`);
    };
  };
}
