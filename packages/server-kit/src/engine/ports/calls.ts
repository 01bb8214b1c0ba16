import { AsyncLocalStorage } from 'node:async_hooks';
import { isNftUpgradeError, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { CallOptions } from '../../ports/call.ts';
import { within } from '../../within.ts';
import { faultIn } from './answers.ts';
import type { Deadlines, PortMethod } from './deadlines.ts';

/** How a node that stops takes its leave. */
const closing: ReadonlySet<PortMethod> = new Set(['sink.close', 'wake.leave'] as const);

/** How the host is called: never without an end. */
export interface Calls {
  /**
   * Resolves to the answer. @throws NftUpgradeError `port_timeout`, `port_answered_wrongly`, what
   * the host throws, or `temporarily_unavailable` once the node stops
   */
  call<T>(port: PortMethod, work: (options: CallOptions) => T | Promise<T>): Promise<T>;
  /**
   * Does the work of a step, within `stepMs`. After that its open call ends, and it begins no
   * other: whatever of it still runs reaches nothing of the host.
   * @throws NftUpgradeError `port_timeout`, which `isOverrun` knows, and what the work throws
   */
  step<T>(work: () => Promise<T>): Promise<T>;
  /** Ends every call that is open; none begins any more, but for those by which a node leaves. */
  stop(): void;
}

export function createCalls(deadlines: Deadlines, stepMs: number): Calls {
  const open = new Set<(reason: NftUpgradeError) => void>();
  /** Of the step that a call is part of. */
  const steps = new AsyncLocalStorage<AbortSignal>();
  let stopped = false;

  const bounded = <T>(port: PortMethod, work: (options: CallOptions) => T | Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const aborter = new AbortController();
      const step = steps.getStore();
      const endWithStep = () => giveUp(step?.reason);
      step?.addEventListener('abort', endWithStep);
      const end = () => {
        clearTimeout(timer);
        step?.removeEventListener('abort', endWithStep);
        open.delete(giveUp);
      };
      const giveUp = (reason: NftUpgradeError) => {
        end();
        reject(reason);
        aborter.abort(reason);
      };
      const timer = setTimeout(() => giveUp(late(port, deadlines[port])), deadlines[port]);
      open.add(giveUp);
      // What throws at once, and what answers without a promise, is the same as what does so later.
      const answer = (async () => work({ signal: aborter.signal }))();
      // After its deadline nobody receives it, an error neither.
      answer.finally(end).then(resolve, reject);
    });

  return {
    async call(port, work) {
      if (stopped && !closing.has(port)) throw stopping();
      steps.getStore()?.throwIfAborted();
      const answer = await bounded(port, work);
      const fault = faultIn(port, answer);
      if (fault !== null) throw wrong(port, fault);
      return answer;
    },
    step(work) {
      const aborter = new AbortController();
      const end = () => {
        const reason = overrun(stepMs);
        aborter.abort(reason);
        return reason;
      };
      return within(stepMs, steps.run(aborter.signal, work), end);
    },
    stop() {
      stopped = true;
      for (const giveUp of open) giveUp(stopping());
    },
  };
}

const late = (port: PortMethod, timeoutMs: number) =>
  new NftUpgradeError('port_timeout', {
    message: `${port} did not answer within ${timeoutMs} ms.`,
    details: { port, timeoutMs },
  });

const STEP = 'step';
const overrun = (timeoutMs: number) =>
  new NftUpgradeError('port_timeout', {
    message: `A step did not end within ${timeoutMs} ms.`,
    details: { port: STEP, timeoutMs },
  });
/** The whole step has taken too long, not only one call. */
export const isOverrun = (thrown: unknown): boolean =>
  isNftUpgradeError(thrown) && thrown.code === 'port_timeout' && thrown.details.port === STEP;

const wrong = (port: PortMethod, fault: string) =>
  new NftUpgradeError('port_answered_wrongly', {
    message: `${port} gave an answer that cannot be used: ${fault}.`,
    details: { port, fault },
  });

const stopping = () =>
  new NftUpgradeError('temporarily_unavailable', { message: 'This node stops.' });
