import fs, { constants, cpSync, rmSync } from 'node:fs';
import { vi } from 'vitest';

/**
 * A disk with a cache in front: writes to `folder` reach `platter` only by fsync, and what was
 * renamed, made or deleted with the next one, as ext4 does. What is on the platter is what a power
 * cut leaves. @returns how many writes it has not got yet
 */
export function cachedDisk(folder: string, platter: string): () => number {
  cpSync(folder, platter, { recursive: true });
  const real = { ...fs };
  const paths = new Map<number, string>();
  const cached = new Map<string, { bytes: Uint8Array; at: number }[]>();
  let named: (() => void)[] = [];
  const there = (path: string) => platter + path.slice(folder.length);
  const isOurs = (path: unknown): path is string =>
    typeof path === 'string' && path.startsWith(`${folder}/`);
  const names = (path: unknown, change: () => void) => void (isOurs(path) && named.push(change));

  vi.spyOn(fs, 'openSync').mockImplementation((path, ...how) => {
    const file = real.openSync(path, ...how);
    paths.set(file, String(path));
    return file;
  });
  vi.spyOn(fs, 'writeSync').mockImplementation(((
    file: number,
    buffer: Uint8Array,
    from: number,
    length: number,
    at: number,
  ) => {
    const written = real.writeSync(file, buffer, from, length, at);
    const path = paths.get(file);
    if (isOurs(path))
      cached.set(path, [
        ...(cached.get(path) ?? []),
        { bytes: Uint8Array.from(buffer.subarray(from, from + written)), at },
      ]);
    return written;
  }) as typeof fs.writeSync);
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    real.renameSync(from, to);
    cached.set(String(to), cached.get(String(from)) ?? []);
    cached.delete(String(from));
    for (const [file, path] of paths) if (path === from) paths.set(file, String(to));
    names(
      from,
      () =>
        real.existsSync(there(String(from))) &&
        real.renameSync(there(String(from)), there(String(to))),
    );
  });
  vi.spyOn(fs, 'unlinkSync').mockImplementation((path) => {
    real.unlinkSync(path);
    cached.delete(String(path));
    names(path, () => rmSync(there(String(path)), { force: true }));
  });
  vi.spyOn(fs, 'mkdirSync').mockImplementation(((path: string, how?: fs.MakeDirectoryOptions) => {
    names(path, () => real.mkdirSync(there(path), { recursive: true }));
    return real.mkdirSync(path, how);
  }) as typeof fs.mkdirSync);
  vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
    const path = paths.get(file);
    if (!isOurs(path)) return real.fsyncSync(file);
    for (const change of named) change();
    named = [];
    const now = real.fstatSync(file);
    if (now.isDirectory()) return;
    const copy = real.openSync(there(path), constants.O_RDWR + constants.O_CREAT, 0o600);
    for (const { bytes, at } of cached.get(path) ?? [])
      real.writeSync(copy, bytes, 0, bytes.length, at);
    real.ftruncateSync(copy, now.size);
    real.closeSync(copy);
    cached.delete(path);
  });
  return () => [...cached.values()].flat().length;
}
