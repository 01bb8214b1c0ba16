import type { Clock } from '@aiw3/nft-upgrade';
import type { AnyProcess } from '@aiw3/nft-upgrade/protocol';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Operations, Principal } from './operations.ts';
import type { HandlerLimits, HandlerTiming } from './options.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Registry } from './registry.ts';
import type { Steps } from './slices.ts';
import type { Tails } from './tail.ts';

/** What the routes of one handler share. */
export interface HttpContext {
  readonly operations: Operations;
  readonly basePath: string;
  readonly limits: HandlerLimits;
  readonly timing: HandlerTiming;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly starts: RateLimit;
  readonly commands: RateLimit;
  readonly reads: RateLimit;
  /**
   * Bounds how many streams read the journal at once: a wake-up of all of them must not starve the
   * commands.
   */
  readonly gate: <T>(work: () => Promise<T>) => Promise<T>;
  readonly telemetry: Telemetry;
  /** Where the streams of an operation wait. */
  readonly tails: Tails;
  /** Runs work on many streams without holding up everything else. */
  readonly slices: (work: Steps) => void;
  /** Reports an error to the host. Never throws. */
  readonly report: (error: unknown) => void;
}

/** One request of a known caller for a process. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly process: AnyProcess;
  readonly principal: Principal;
  /** The version of the protocol in which it is answered. */
  readonly protocol: number;
}

/** One request for one operation. */
export interface OperationCall extends Call {
  readonly operationId: string;
}

export const queryOf = ({ request, process, operationId, principal }: OperationCall) => ({
  process: process.name,
  operationId,
  principal,
  traceparent: request.headers.get('traceparent'),
});

export const bodyLimits = ({ limits, timing, clock }: HttpContext) => ({
  bodyBytes: limits.bodyBytes,
  bodyMs: timing.bodyMs,
  clock,
});
