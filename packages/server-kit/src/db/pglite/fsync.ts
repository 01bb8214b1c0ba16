import fs from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { PGliteOptions } from '@electric-sql/pglite';
import { optionalPackage } from '../optional.ts';

/**
 * errno of WASI for an input or output error, which makes Postgres stop rather than acknowledge.
 */
const EIO = 29;

interface FsyncOptions {
  /** Called after each fsync that succeeded. */
  onSync?: () => void;
  /**
   * Called when the operating system could not write something that Postgres may do without: it
   * fails the statement, or does not start.
   */
  onRefusal: (error: unknown) => void;
  /**
   * Called when it could not write what Postgres cannot do without. Nothing may be acknowledged
   * from then on.
   */
  onFailure: (error: unknown) => void;
}

interface Node {
  parent: Node;
  name: string;
  mount: { opts: { root: string } };
}
interface Stream {
  /** File descriptor of Node; a folder has none. */
  nfd?: number;
  node: Node;
}
type Write = (stream: Stream, ...what: unknown[]) => number;
interface NodeFilesystem {
  stream_ops: { fsync?: (stream: Stream) => number; write: Write };
  realPath(node: Node): string;
}

const isNodeFilesystem = (value: unknown): value is NodeFilesystem =>
  typeof value === 'object' &&
  value !== null &&
  'realPath' in value &&
  typeof value.realPath === 'function' &&
  'stream_ops' in value &&
  typeof value.stream_ops === 'object' &&
  value.stream_ops !== null &&
  'write' in value.stream_ops;

function syncFolder(path: string): void {
  // Windows cannot open a folder for this, and does not need it.
  if (process.platform === 'win32') return;
  const descriptor = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * PGlite's file system on a folder of the disk, with the fsync that PGlite 0.5.14 lacks: its NODEFS
 * has no such operation, so the fsync of Postgres does nothing at all, and a power cut loses what
 * was acknowledged (https://github.com/electric-sql/pglite/issues/1107). Use it with
 * {@link durableStartParams}.
 * @throws NftUpgradeError `missing_capability` when this version of PGlite has other internals than
 *   the ones this relies on
 */
export async function durableFilesystem(
  folder: string,
  { onSync, onRefusal, onFailure }: FsyncOptions,
): Promise<NonNullable<PGliteOptions['fs']>> {
  const { NodeFS } = await optionalPackage(
    '@electric-sql/pglite',
    () => import('@electric-sql/pglite/nodefs'),
  );

  class DurableFS extends NodeFS {
    override async init(...[pg, options]: Parameters<InstanceType<typeof NodeFS>['init']>) {
      const { emscriptenOpts } = await super.init(pg, options);
      const addFsync: NonNullable<typeof emscriptenOpts.preRun>[number] = (module) => {
        const nodefs: unknown = module.FS.filesystems.NODEFS;
        if (!isNodeFilesystem(nodefs)) throw unsupported();
        const stop = (error: unknown) => {
          onFailure(error);
          const stopped = () => {
            throw diskFailed(error);
          };
          // Postgres ends itself now, holding its locks. PGlite's execProtocolRawSync catches that
          // and sends it the next message, in which it waits for those locks for ever, and this
          // process with it. So the next message does not get there, and the one call that
          // leaves the catch block throws.
          module._PostgresMainLoopOnce = stopped;
          module.stackRestore = stopped;
        };
        nodefs.stream_ops.fsync = ({ nfd, node }) => {
          try {
            if (nfd === undefined) syncFolder(nodefs.realPath(node));
            else fs.fsyncSync(nfd);
            onSync?.();
            return 0;
          } catch (error) {
            stop(error);
            return EIO;
          }
        };
        const { write } = nodefs.stream_ops;
        nodefs.stream_ops.write = (stream, ...what) => {
          try {
            return write(stream, ...what);
          } catch (error) {
            onRefusal(error);
            // A full disk. A table that cannot grow is an error of its statement (53100); a log
            // that cannot is the end of Postgres.
            if (nodefs.realPath(stream.node).includes('pg_wal')) stop(error);
            throw error;
          }
        };
      };
      return {
        emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addFsync] },
      };
    }
  }
  return new DurableFS(folder);
}

export const diskFailed = (cause: unknown): NftUpgradeError =>
  new NftUpgradeError('database_unavailable', {
    message: 'The disk refused to write, so the embedded database has stopped.',
    hint: 'Check the disk, then start the process again; what was acknowledged is there.',
    retryable: false,
    cause,
  });

export const unsupported = (): NftUpgradeError =>
  new NftUpgradeError('missing_capability', {
    message: 'This version of PGlite cannot be made to write to the disk.',
    hint: 'Install @electric-sql/pglite 0.5.14, or use Postgres.',
  });

/**
 * PGlite's own start parameters, with fsync on instead of off. Not `fdatasync`, the default of
 * Postgres on Linux: in PGlite that is a stub.
 */
export const durableStartParams = (defaults: readonly string[]): string[] => [
  ...defaults.filter((parameter) => parameter !== '-F'),
  '-c',
  'fsync=on',
  '-c',
  'wal_sync_method=fsync',
];

/** Writes a whole folder to the disk: files first, then the folders that name them. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) {
      const file = await open(path, 'r+');
      await file.sync();
      await file.close();
    }
  }
  syncFolder(folder);
}
