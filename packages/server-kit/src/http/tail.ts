import type { AnyProcess, OperationEvent } from '@aiw3/nft-upgrade/protocol';
import type { HttpContext } from './context.ts';
import { type StreamCounts, streamCounts } from './measure.ts';
import type { Principal } from './operations.ts';
import { PAGE, type Page, pageOf } from './page.ts';
import type { CloseReason, Session } from './session.ts';

/** What all tails of a handler share. */
type Shared = Pick<
  HttpContext,
  'operations' | 'limits' | 'timing' | 'clock' | 'gate' | 'slices' | 'telemetry' | 'report'
>;

/** Whose log it is. */
export interface LogName {
  readonly process: AnyProcess;
  readonly operationId: string;
  readonly principal: Principal;
}

/** The tails that are open, one for each log and principal. */
export interface Tails {
  of(log: LogName): Tail;
  /** Ends the oldest stream of this log and principal. False where there is none. */
  makeRoom(log: LogName): boolean;
}

export function createTails(shared: Shared): Tails {
  const open = new Map<string, Tail>();
  const ownerOf = ({ process, operationId, principal }: LogName) =>
    `${process.name} ${operationId} ${principal.id}`;
  return {
    of(log) {
      const owner = ownerOf(log);
      let tail = open.get(owner);
      if (!tail) {
        tail = new Tail(shared, log, () => open.delete(owner));
        open.set(owner, tail);
      }
      return tail;
    },
    makeRoom: (log) => open.get(ownerOf(log))?.replaceOldest() ?? false,
  };
}

/**
 * The end of one log, where its streams wait. They share a watcher, one read for all that stand at
 * the same place, and the frames that come of it: what is left for each stream is a look at its
 * state and a write.
 */
export class Tail {
  readonly shared: Shared;
  readonly operationId: string;
  /** The log is known to have its terminal event. */
  ended = false;
  /** When the log was last looked at. Milliseconds. */
  lookedAt: number;
  readonly counts: StreamCounts;
  private readonly log: LogName;
  private readonly empty: () => void;
  private readonly sessions = new Set<Session>();
  private unwatch: (() => void) | null = null;
  /** Streams that wait for the next read, by their cursor. */
  private gathering: Map<number, Session[]> | null = null;

  constructor(shared: Shared, log: LogName, empty: () => void) {
    this.shared = shared;
    this.log = log;
    this.empty = empty;
    this.operationId = log.operationId;
    this.lookedAt = shared.clock.now();
    this.counts = streamCounts(shared.telemetry, log.process.name);
  }

  enter(session: Session): void {
    this.sessions.add(session);
    // The oldest may be of a page that is gone, while something on the way keeps it open.
    if (this.sessions.size > this.shared.limits.streamsPerOperation) this.replaceOldest();
    this.unwatch ??= this.shared.operations.watch(this.operationId, () => this.wake());
  }

  /** True when there was one. */
  replaceOldest(): boolean {
    // In the order in which they came.
    const [oldest] = this.sessions;
    oldest?.replace(this.shared.timing.retryMs);
    return oldest !== undefined;
  }

  leave(session: Session, reason: CloseReason): void {
    this.counts.closed(reason);
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    this.unwatch?.();
    this.unwatch = null;
    this.empty();
  }

  /** There may be news for all. */
  wake(): void {
    for (const session of this.sessions) session.wake();
  }

  /**
   * Shows the stream what comes after its cursor. Those that ask in one turn share a read; one that
   * has begun is never joined, because what woke the later one may have been written after it.
   */
  ask(session: Session): void {
    if (!this.gathering) {
      this.gathering = new Map();
      queueMicrotask(() => this.read());
    }
    const sharing = this.gathering.get(session.cursor);
    if (sharing) sharing.push(session);
    else this.gathering.set(session.cursor, [session]);
  }

  private read(): void {
    const { shared, log, gathering } = this;
    const query = {
      process: log.process.name,
      operationId: log.operationId,
      principal: log.principal,
      limit: PAGE,
    };
    this.gathering = null;
    this.lookedAt = shared.clock.now();
    for (const [after, sessions] of gathering ?? []) {
      // As it is known before the read: a page that was empty by then says nothing about what has
      // come since.
      const { ended } = this;
      shared
        .gate(() => shared.operations.events({ ...query, after }))
        .then(async (events) =>
          this.show(sessions, events, after, ended || (await this.isOver(events))),
        )
        .catch((thrown: unknown) => {
          shared.report(thrown);
          for (const session of sessions) session.retry(thrown);
        });
    }
  }

  /**
   * A status that is not in the definition here, as of a node of another version, tells nothing
   * about the end of the log; the journal does.
   */
  private async isOver(events: readonly OperationEvent[]): Promise<boolean> {
    const { process, operationId, principal } = this.log;
    const last = events.at(-1);
    if (!last || process.find(last.status)) return false;
    const query = { process: process.name, operationId, principal };
    const { seq, terminal } = await this.shared.operations.snapshot(query);
    return terminal && seq === last.seq;
  }

  private show(
    sessions: readonly Session[],
    events: readonly OperationEvent[],
    after: number,
    ended: boolean,
  ): void {
    const { limits, slices } = this.shared;
    const page = pageOf(events, after, {
      process: this.log.process,
      budgetBytes: limits.streamBytes,
      ended,
    });
    slices(this.deliver(sessions, page));
  }

  private *deliver(sessions: readonly Session[], page: Page): Generator<boolean, void> {
    let shown = 0;
    for (const session of sessions) {
      const wrote = session.show(page);
      if (wrote) shown += 1;
      yield wrote;
    }
    this.counts.frames(shown * page.count);
  }
}
