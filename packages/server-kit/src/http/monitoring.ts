import { HEALTH_PATH } from '@aiw3/nft-upgrade/protocol';
import type { HttpContext } from './context.ts';
import { json } from './headers.ts';
import type { Health } from './health.ts';

/** Restart the process when this does not answer. */
const LIVE_PATH = '/api/v1/monitoring/live';

/** Send new connections elsewhere while this answers 503. */
const READY_PATH = '/api/v1/monitoring/ready';

/** How long the host's own check may take. Milliseconds. */
const CHECK_MS = 2_000;

export interface MonitoringOptions {
  health(): Health;
  /** The host's own check; rejects or resolves to false when it is not ready. */
  ready: (() => Promise<boolean>) | null;
}

type MonitoringEndpoint = () => Promise<Response>;

/** What a monitor asks, without being signed in: none of it names an operation or a user. */
export function createMonitoring(
  { registry, clock, report }: Pick<HttpContext, 'registry' | 'clock' | 'report'>,
  { health, ready }: MonitoringOptions,
): Readonly<Record<string, MonitoringEndpoint>> {
  const passes = async (check: () => Promise<boolean>): Promise<boolean> => {
    let timer: unknown;
    const late = new Promise<boolean>((resolve) => {
      timer = clock.setTimeout(() => resolve(false), CHECK_MS);
    });
    try {
      return (await Promise.race([check(), late])) === true;
    } catch (thrown) {
      report(thrown);
      return false;
    } finally {
      clock.clearTimeout(timer);
    }
  };
  return {
    [HEALTH_PATH]: async () => {
      const state = health();
      return json(state, { status: state.status === 'healthy' ? 200 : 503 });
    },
    [LIVE_PATH]: async () => json({ status: 'live' }),
    [READY_PATH]: async () => {
      const reason = registry.stats().draining
        ? 'draining'
        : registry.full()
          ? 'full'
          : ready && !(await passes(ready))
            ? 'dependencies'
            : null;
      return reason === null
        ? json({ status: 'ready' })
        : json({ status: 'not_ready', reason }, { status: 503 });
    },
  };
}
