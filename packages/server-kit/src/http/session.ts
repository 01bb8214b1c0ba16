import {
  heartbeatFrame,
  isNftUpgradeError,
  NftUpgradeError,
  openingFrame,
  PROTOCOL_VERSION,
} from '@aiw3/nft-upgrade/protocol';
import type { Page } from './page.ts';
import type { Slot } from './registry.ts';
import type { Tail } from './tail.ts';

/**
 * Why a stream ended. `completed`: after a terminal event · `rolled`: it was open for
 * `maxConnectionMs` · `replaced`: a newer stream of the same principal and operation took its place
 * · `drained`: the server stops · `left`: the client went away · `stalled`: the client did not read
 * · `failed`: the journal could not be read
 */
export type CloseReason =
  | 'completed'
  | 'rolled'
  | 'replaced'
  | 'drained'
  | 'left'
  | 'stalled'
  | 'failed';

/** Where a session writes: a stream of the fetch standard, or a response of Node. */
export interface FrameSink {
  /**
   * Takes frames; they are shared with other streams. False when it will ask for more by itself.
   */
  write(frames: Uint8Array): boolean;
  /** Closes normally. */
  end(): void;
  /** Breaks off: that must not pass for an end. */
  fail(error: NftUpgradeError): void;
}

/**
 * Failures in a row to read the journal before the client is sent away: the answer to its next
 * request says why.
 */
const READ_ATTEMPTS = 3;

/** How long a client that reads slowly has for the last frame. Milliseconds. */
const GRACE_MS = 5_000;

const unread = () =>
  new NftUpgradeError('connection_lost', { message: 'The client did not read what was sent.' });

/**
 * One stream of one operation: the log above the cursor, then what comes, until a terminal event.
 * It pulls: the journal is read only when the sink has taken everything that was sent, so a client
 * that reads slowly, or never, holds no more than one page (L1). It has no timer of its own: the
 * registry's wheel turns for all. A class, because there are tens of thousands: what they do is
 * kept once.
 */
export class Session {
  /** Number of the last event the client has. */
  cursor: number;
  private readonly tail: Tail;
  private readonly slot: Slot;
  private sink: FrameSink | null = null;
  private opened = false;
  /** The journal may hold what was not sent yet. */
  private news = true;
  /** The sink waits for more. */
  private hungry = false;
  private reading = false;
  private over = false;
  private failures = 0;
  private readonly protocol: number;
  private readonly openedAt: number;
  private wroteAt: number;
  private readonly lifetimeMs: number;
  private closing: { reason: CloseReason; at: number; frame: string } | null = null;
  private broken: NftUpgradeError | null = null;

  constructor(tail: Tail, slot: Slot, after: number, protocol: number = PROTOCOL_VERSION) {
    const { clock, timing } = tail.shared;
    this.tail = tail;
    this.slot = slot;
    this.cursor = after;
    this.protocol = protocol;
    this.openedAt = clock.now();
    this.wroteAt = this.openedAt;
    // Streams opened in the same second, after a deployment, must not all end in the same second.
    this.lifetimeMs = Math.round(timing.maxConnectionMs * (1 - Math.random() / 10));
    tail.enter(this);
  }

  get operationId(): string {
    return this.tail.operationId;
  }

  /** Gives it a sink, or another one before anything was sent. */
  attach(sink: FrameSink): void {
    this.sink = sink;
    if (this.broken) sink.fail(this.broken);
  }

  /** The sink takes more. */
  pull(): void {
    this.hungry = true;
    this.advance();
  }

  /** There may be news. */
  wake(): void {
    this.news = true;
    this.advance();
  }

  /** The client went away. */
  leave(): void {
    this.cut('left', new NftUpgradeError('aborted'));
  }

  /** What follows its cursor. True when something was written. */
  show(page: Page): boolean {
    this.reading = false;
    this.failures = 0;
    if (this.over) return false;
    this.cursor = page.cursor;
    if (page.more) this.news = true;
    else if (page.terminal) this.closing ??= { reason: 'completed', at: this.now(), frame: '' };
    if (page.chunk) this.send(page.chunk);
    if (this.over) return false;
    // The last frame is out: nothing is gained by waiting until it is read.
    if (this.closing && (this.closing.reason === 'completed' || !this.hungry))
      this.closeNormally(this.closing);
    else this.advance();
    return page.chunk !== null;
  }

  /** The journal could not be read. It is asked again when the wheel comes round. */
  retry(thrown: unknown): void {
    this.reading = false;
    this.failures += 1;
    if (this.over) return;
    if (
      this.failures >= READ_ATTEMPTS ||
      (isNftUpgradeError(thrown) && thrown.code === 'not_found')
    )
      this.close('failed');
    else this.advance();
  }

  /**
   * Sends a heartbeat, rolls or cuts the stream when it is time. True when something may have been
   * written.
   */
  tick(now: number): boolean {
    if (this.over) return false;
    const { timing } = this.tail.shared;
    const slow = this.closing ? Math.min(GRACE_MS, timing.stallMs) : timing.stallMs;
    const since = Math.max(this.wroteAt, this.closing?.at ?? 0);
    if ((!this.hungry || (this.closing && this.reading)) && now - since >= slow)
      this.cut(this.closing?.reason ?? 'stalled', unread());
    else if (now - this.openedAt >= this.lifetimeMs) this.close('rolled');
    else if (this.hungry && this.isSilent(now)) this.advance();
    else return false;
    return true;
  }

  /** True when the client waits and the journal was not looked at for `pollMs`. */
  isDue(now: number): boolean {
    return (
      !this.over &&
      this.hungry &&
      !this.reading &&
      Math.abs(now - this.tail.lookedAt) >= this.tail.shared.timing.pollMs
    );
  }

  /** Looks into the journal without a wake-up. */
  look(): void {
    this.tail.wake();
  }

  /** Closes normally, and tells the client to come back, elsewhere, after `retryMs`. */
  drain(retryMs: number): void {
    this.close('drained', `retry: ${retryMs}\n\n`);
  }

  /** Gives its place up at once: normally where the client reads, and else as it is. */
  replace(retryMs: number): void {
    if (this.over) return;
    if (this.hungry) this.closeNormally({ reason: 'replaced', frame: `retry: ${retryMs}\n\n` });
    else this.cut('replaced', unread());
  }

  private now(): number {
    return this.tail.shared.clock.now();
  }

  /** Either way: a clock that was set back would silence the stream for as long. */
  private isSilent(now: number): boolean {
    return Math.abs(now - this.wroteAt) >= this.tail.shared.timing.heartbeatMs;
  }

  private finish(reason: CloseReason): void {
    this.over = true;
    this.tail.leave(this, reason);
    this.slot.release(reason);
  }

  /** Ends at once, also when the client takes nothing any more. */
  private cut(reason: CloseReason, error: NftUpgradeError): void {
    if (this.over) return;
    this.finish(reason);
    this.broken = error;
    this.sink?.fail(error);
  }

  private close(reason: CloseReason, frame = ''): void {
    this.closing ??= { reason, at: this.now(), frame };
    this.advance();
  }

  private send(frames: Uint8Array): void {
    this.wroteAt = this.now();
    try {
      if (this.sink) this.hungry = this.sink.write(frames);
    } catch (thrown) {
      // A host may have put a `write` of its own into its responses. What it throws must not touch
      // the other streams.
      this.tail.shared.report(thrown);
      this.cut('failed', new NftUpgradeError('internal', { cause: thrown }));
    }
  }

  private opening(): Uint8Array {
    return Buffer.from(openingFrame(this.tail.shared.timing, this.protocol));
  }

  private closeNormally({ reason, frame }: { reason: CloseReason; frame: string }): void {
    if (!this.opened) this.send(this.opening());
    if (frame !== '') this.send(Buffer.from(frame));
    // A write can find out that the client is gone.
    if (this.over) return;
    this.finish(reason);
    this.sink?.end();
  }

  /** Does what can be done now; whatever changes that calls it again. */
  private advance(): void {
    if (this.over || !this.hungry || this.reading) return;
    if (this.closing) this.closeNormally(this.closing);
    else if (!this.opened) {
      this.opened = true;
      this.send(this.opening());
      this.advance();
    } else if (this.news) {
      // Before the read: a wake-up that comes during it is about what it may have missed.
      this.news = false;
      this.reading = true;
      this.tail.ask(this);
    } else {
      const now = this.now();
      if (this.isSilent(now)) this.send(Buffer.from(heartbeatFrame(now)));
    }
  }
}
