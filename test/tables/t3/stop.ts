import { expect } from 'vitest';
import type { PortMethod } from '../../../packages/server-kit/src/engine/ports/deadlines.ts';
import { type Driver, openEnvironment } from './environment.ts';
import type { Armed } from './faults.ts';
import { Journey } from './journey.ts';
import { aboutNobody, flowOf } from './run.ts';

const STOP_MS = 600;
/** For a machine that is busy with something else: what hangs is never answered. */
const GRACE_MS = 3_000;

interface Stopped {
  readonly tookMs: number;
  readonly armed: ReadonlyMap<PortMethod, Armed>;
}
const stopped = new Map<Driver, Promise<Stopped>>();

/** One node with one operation in each of these, when it stops. */
async function stopWithAll(driver: Driver, ports: readonly PortMethod[]): Promise<Stopped> {
  const environment = await openEnvironment(driver);
  const node = await environment.node('idle', { stopMs: STOP_MS });
  const armed = new Map<PortMethod, Armed>();
  const named = ports.filter((port) => !aboutNobody.has(port));
  for (const port of [...named, ...ports.filter((port) => aboutNobody.has(port))]) {
    const journey = new Journey(environment, flowOf[port] ?? 'upgrade', node);
    await journey.prepare();
    const about = aboutNobody.has(port) ? null : journey.names;
    const one = environment.faults.arm(port, 'hangs_at_stop', about);
    armed.set(port, one);
    await journey.until(() => one.strikes > 0, port, { poke: true });
  }
  const tookMs = await timeOf(() => node.service.stop());
  for (const one of armed.values()) one.lift();
  return { tookMs, armed };
}

export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

export function expectStopped(tookMs: number, armed: Armed | undefined): number {
  expect(tookMs).toBeLessThan(STOP_MS + GRACE_MS);
  return armed?.strikes ?? 0;
}

export async function runStop(
  driver: Driver,
  port: PortMethod,
  ports: readonly PortMethod[],
): Promise<number> {
  const present = stopped.get(driver) ?? stopWithAll(driver, ports);
  stopped.set(driver, present);
  const { tookMs, armed } = await present;
  expect(armed.get(port)?.aborted, 'told to end').toBe(true);
  return expectStopped(tookMs, armed.get(port));
}
