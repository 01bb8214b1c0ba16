import { NftUpgradeError } from '../errors/error.ts';
import type { Locks } from './environment.ts';

/** Accounts with an open prompt in this page, over all clients in it. */
const prompting = new Set<string>();

/**
 * Runs a task while no other prompt for the account is open: in this page, and with Web Locks in no
 * other tab of this origin. A tab that dies frees its lock.
 * @throws NftUpgradeError `sign_in_progress`
 */
export async function withSignLock<T>(
  locks: Locks | null,
  account: string,
  task: () => Promise<T>,
): Promise<T> {
  if (prompting.has(account)) throw new NftUpgradeError('sign_in_progress');
  prompting.add(account);
  try {
    return await (locks ? acrossTabs(locks, account, task) : task());
  } finally {
    prompting.delete(account);
  }
}

async function acrossTabs<T>(locks: Locks, account: string, task: () => Promise<T>): Promise<T> {
  let answered = false;
  try {
    return await locks.request(
      `aiw3-nft-upgrade:sign:${account}`,
      { ifAvailable: true },
      async (lock) => {
        answered = true;
        if (lock === null)
          throw new NftUpgradeError('sign_in_progress', {
            hint: 'Finish it in the other tab first.',
          });
        return task();
      },
    );
  } catch (thrown) {
    // What the task throws must not run it again: it may have prompted.
    if (answered) throw thrown;
    // Sandboxed frames have the API and are refused it (SecurityError): then this page is all there
    // is.
    return task();
  }
}
