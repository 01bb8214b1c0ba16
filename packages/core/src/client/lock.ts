import { NftUpgradeError } from '../errors/error.ts';
import { deferred } from './deferred.ts';
import type { Locks } from './environment.ts';

/** Accounts with an open prompt in this page, over all clients in it. */
const prompting = new Set<string>();

/**
 * For a task whose caller goes away while a prompt is open: the caller gets the error at once, and the account stays busy until `over`. A wallet cannot take a
 * prompt back, and a second one must not open on top of it.
 */
export type Leave = (error: NftUpgradeError, over: Promise<unknown>) => Promise<never>;

/**
 * Runs a task while no other prompt for the account is open: in this page, and with Web Locks in no other tab of this origin. A tab that dies frees its lock.
 * @throws NftUpgradeError `sign_in_progress`
 */
export async function withSignLock<T>(locks: Locks | null, account: string, task: (leave: Leave) => Promise<T>): Promise<T> {
  if (prompting.has(account)) throw new NftUpgradeError('sign_in_progress');
  prompting.add(account);
  const left = deferred<never>();
  const leave: Leave = async (error, over) => {
    left.reject(error);
    await over;
    throw error;
  };
  const whole = async () => {
    try {
      return await (locks ? acrossTabs(locks, account, () => task(leave)) : task(leave));
    } finally {
      prompting.delete(account);
    }
  };
  return Promise.race([whole(), left.promise]);
}

async function acrossTabs<T>(locks: Locks, account: string, task: () => Promise<T>): Promise<T> {
  let answered = false;
  try {
    return await locks.request(`aiw3-nft-upgrade:sign:${account}`, { ifAvailable: true }, async (lock) => {
      answered = true;
      if (lock === null) throw new NftUpgradeError('sign_in_progress', { hint: 'Finish it in the other tab first.' });
      return task();
    });
  } catch (thrown) {
    // What the task throws must not run it again: it may have prompted.
    if (answered) throw thrown;
    // Sandboxed frames have the API and are refused it (SecurityError): then this page is all there is.
    return task();
  }
}
