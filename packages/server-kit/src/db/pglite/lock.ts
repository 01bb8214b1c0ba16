import { createHash } from 'node:crypto';
import { open, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * The name of the file is the lock: `.lock-<pid>-<start>-<place>`. Creating it is one step, so
 * nobody ever reads half of it, and two processes that take over from a dead one cannot remove each
 * other's.
 */
const pattern = /^\.lock-(\d+)-([0-9a-z]+)-([0-9a-z]+)$/;
const attempts = 4;

interface LockHolder {
  readonly file: string;
  readonly pid: number;
  readonly start: string;
  readonly place: string;
}

const short = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 10);

/**
 * When the process started, as a word: tells it from a later one with the same pid, also after a
 * reboot. `unknown` where there is no /proc, `ended` for a zombie.
 */
async function startOf(pid: number): Promise<string> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // Counted from behind the name of the program, which is in brackets and may hold spaces and
    // brackets itself: 3 is the state, 22 the start. proc_pid_stat(5)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed and not yet collected by its parent: in a container without an init that can last for
    // ever.
    if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
    return short(`${boot}${fields[19]}`);
  } catch {
    return 'unknown';
  }
}

/** Where a pid has its meaning: in another container the same number is another process. */
async function placeOf(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return short(`${hostname()} ${namespace}`);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Only what is proven: everything that cannot be known from here counts as alive. */
async function isDead(holder: LockHolder, here: string): Promise<boolean> {
  if (holder.place !== here) return false;
  if (!exists(holder.pid)) return true;
  const start = await startOf(holder.pid);
  return start !== 'unknown' && holder.start !== 'unknown' && start !== holder.start;
}

async function holders(folder: string): Promise<LockHolder[]> {
  const found = (await readdir(folder))
    .map((file) => pattern.exec(file))
    .filter((match) => match !== null);
  return found.map(([file, pid = '', start = '', place = '']) => ({
    file,
    pid: Number(pid),
    start,
    place,
  }));
}

const inUse = (folder: string, { pid, place, file }: LockHolder, here: string): NftUpgradeError =>
  new NftUpgradeError('database_in_use', {
    message:
      place === here
        ? `The embedded database folder is used by process ${pid}.`
        : 'The embedded database folder was locked in another container or on another ' +
          `machine, by process ${pid} there.`,
    hint:
      place === here
        ? 'Stop that process, or set DATABASE_URL to a Postgres server, which any number of ' +
          'processes can share.'
        : `When it is certain that this process has ended, delete the file ${file} in the ` +
          'folder. Several machines need DATABASE_URL and a Postgres server.',
    details: { pid, folder, file },
  });

/**
 * Reserves the folder for this process, because two that open one PGlite folder silently lose most
 * of what they commit. The lock is taken over only from a process that is provably dead. Resolves
 * with the function that gives it back.
 * @throws NftUpgradeError `database_in_use` with `details.pid`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const [start, here] = await Promise.all([startOf(process.pid), placeOf()]);
  const own: LockHolder = {
    file: `.lock-${process.pid}-${start}-${here}`,
    pid: process.pid,
    start,
    place: here,
  };
  const path = join(folder, own.file);

  for (let attempt = 1; ; attempt++) {
    const handle = await open(path, 'wx').catch((error: unknown) => {
      // This very process has it already: a second copy of the package, a worker thread, or a
      // missing close().
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
        throw inUse(folder, own, here);
      throw error;
    });
    await handle.close();
    // Looking only after one's own file is there: of two that come at once, at least the later one
    // sees the other.
    let alive: LockHolder | undefined;
    for (const holder of await holders(folder)) {
      if (holder.file === own.file) continue;
      if (await isDead(holder, here)) await rm(join(folder, holder.file), { force: true });
      else alive = holder;
    }
    if (alive === undefined) return () => rm(path, { force: true });
    await rm(path, { force: true });
    if (attempt === attempts) throw inUse(folder, alive, here);
    // Both may have seen each other and stepped back: a random pause lets one of them go first.
    await setTimeout(50 + Math.random() * 100);
  }
}
