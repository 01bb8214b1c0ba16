import { NftUpgradeError, type OperationEvent } from '@aiw3/nft-upgrade/protocol';
import { createWatchers } from '../journal/watchers.ts';
import type { Journal, JournalEntry, JournalKey, Signal } from './journal.ts';

/** Bounds of `memoryJournal`. */
export interface MemoryJournalOptions {
  /**
   * Bytes of JSON that are kept. Ended operations are forgotten first, the oldest before the
   * others. Default 64 MiB.
   */
  maxBytes?: number;
  /** How long an ended operation can still be read. Milliseconds, default 1 hour. */
  keepMs?: number;
  /** Milliseconds since the epoch. Default: the system's. */
  now?(): number;
}

interface MemoryLog {
  readonly entry: JournalEntry;
  readonly events: OperationEvent[];
  readonly signals: Signal[];
  readonly keys: string[];
  bytes: number;
  endedAt: number | null;
}

/** What an entry costs beside its events, roughly. */
const ENTRY_BYTES = 1_024;

/**
 * The journal of one process without a database, of bounded size: for development, and for
 * operations that need not survive a restart. Where live operations alone fill it, a further start
 * is refused; what is running is never forgotten.
 */
export function memoryJournal({
  maxBytes = 64 * 1024 ** 2,
  keepMs = 3_600_000,
  now = Date.now,
}: MemoryJournalOptions = {}): Journal {
  const logs = new Map<string, MemoryLog>();
  const subjects = new Map<string, string>();
  const keys = new Map<string, { operationId: string; request: string }>();
  // In the order in which they ended.
  const ended = new Set<MemoryLog>();
  const watchers = createWatchers();
  let bytes = 0;

  const grow = (log: MemoryLog, value: unknown) => {
    const size = JSON.stringify(value)?.length ?? 0;
    log.bytes += size;
    bytes += size;
  };
  const forget = (log: MemoryLog) => {
    ended.delete(log);
    logs.delete(log.entry.operationId);
    for (const key of log.keys) keys.delete(key);
    bytes -= log.bytes;
  };
  const makeRoom = () => {
    for (const log of ended) {
      if (bytes <= maxBytes && now() - (log.endedAt ?? 0) < keepMs) return;
      forget(log);
    }
    if (bytes > maxBytes) {
      throw new NftUpgradeError('temporarily_unavailable', {
        message: 'The journal in memory is full of live operations.',
        details: { retryAfterMs: 5_000, maxBytes },
      });
    }
  };
  const logOf = (operationId: string): MemoryLog => {
    const log = logs.get(operationId);
    if (!log) throw new NftUpgradeError('not_found', { operationId });
    return log;
  };
  const keep = (log: MemoryLog, name: string | null, key: JournalKey | null) => {
    if (name === null || key === null) return;
    keys.set(name, { operationId: log.entry.operationId, request: key.request });
    log.keys.push(name);
    grow(log, name + key.request);
  };

  return {
    async create(entry, first, key) {
      const keyed = key && `${entry.principalId} ${key.key}`;
      const known = keyed === null ? undefined : keys.get(keyed);
      if (known) return { ...known, created: false };
      const subject = subjectOf(entry);
      const live = subjects.get(subject);
      const request = key?.request ?? null;
      if (live !== undefined) {
        keep(logOf(live), keyed, key);
        return { operationId: live, created: false, request };
      }
      makeRoom();
      const log: MemoryLog = {
        entry,
        events: [first],
        signals: [],
        keys: [],
        bytes: ENTRY_BYTES,
        endedAt: null,
      };
      bytes += ENTRY_BYTES;
      grow(log, first);
      logs.set(entry.operationId, log);
      subjects.set(subject, entry.operationId);
      keep(log, keyed, key);
      return { operationId: entry.operationId, created: true, request };
    },
    find: async (operationId) => logs.get(operationId)?.entry ?? null,
    live: async (principalId, process) =>
      [...logs.values()]
        .filter(
          ({ entry, endedAt }) =>
            endedAt === null && entry.principalId === principalId && entry.process === process,
        )
        .map(({ entry }) => entry.operationId)
        .reverse()
        .slice(0, 100),
    async append(event, ends) {
      const log = logOf(event.operationId);
      if (event.seq !== log.events.length + 1 || log.endedAt !== null) {
        throw new NftUpgradeError('journal_conflict', { operationId: event.operationId });
      }
      log.events.push(event);
      grow(log, event);
      if (ends) {
        log.endedAt = now();
        subjects.delete(subjectOf(log.entry));
        ended.add(log);
      }
      watchers.wake(event.operationId);
    },
    read: async (operationId, after, limit) =>
      logs.get(operationId)?.events.slice(after, after + limit) ?? [],
    async signal(operationId, name, value) {
      const log = logOf(operationId);
      const same = JSON.stringify(value);
      if (log.signals.some((one) => one.name === name && JSON.stringify(one.value) === same))
        return;
      log.signals.push({ number: log.signals.length + 1, name, value });
      grow(log, value);
      watchers.wake(operationId);
    },
    signals: async (operationId) => [...(logs.get(operationId)?.signals ?? [])],
    watch: (operationId, wake) => watchers.add(operationId, wake),
  };
}

const subjectOf = ({ principalId, process, subject }: JournalEntry): string =>
  JSON.stringify([principalId, process, subject]);
