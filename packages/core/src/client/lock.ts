import { NftUpgradeError } from '../errors/error.ts';
import { type Environment, type Locks, locksOf } from './environment.ts';

/** Accounts with an open prompt in this page, over all clients in it. */
const prompting = new Set<string>();

/** Locks that do not answer for so long never will. Milliseconds. */
const ANSWER_MS = 3_000;

/**
 * Runs a task while no other prompt for the account is open: in this page, and with Web Locks in no
 * other tab of this origin. A tab that dies frees its lock.
 * @throws NftUpgradeError `sign_in_progress`
 */
export async function withSignLock<T>(
  environment: Pick<Environment, 'locks' | 'clock'>,
  account: string,
  task: () => Promise<T>,
): Promise<T> {
  if (prompting.has(account)) throw new NftUpgradeError('sign_in_progress');
  prompting.add(account);
  const locks = locksOf(environment);
  try {
    return await (locks ? acrossTabs(locks, environment, account, task) : task());
  } finally {
    prompting.delete(account);
  }
}

/**
 * Sandboxed frames have the API and are refused it (SecurityError), and some wait for ever: then
 * this page is all there is. What the task throws must not run it again: it may have prompted.
 */
function acrossTabs<T>(
  locks: Locks,
  { clock }: Pick<Environment, 'clock'>,
  account: string,
  task: () => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let begun = false;
    const begin = async (run: () => Promise<T>): Promise<void> => {
      if (begun) return;
      begun = true;
      clock.clearTimeout(timer);
      await run().then(resolve, reject);
    };
    const alone = () => void begin(task);
    const timer = clock.setTimeout(alone, ANSWER_MS);
    const held = (lock: unknown) =>
      begin(
        lock === null
          ? async () => {
              throw new NftUpgradeError('sign_in_progress', {
                hint: 'Finish it in the other tab first.',
              });
            }
          : task,
      );
    try {
      locks.request(`aiw3-nft-upgrade:sign:${account}`, { ifAvailable: true }, held).catch(alone);
    } catch {
      alone();
    }
  });
}
