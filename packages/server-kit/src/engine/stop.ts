import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { within } from '../within.ts';

/** What a node does to stop. */
export interface Stopping {
  /** Takes on nothing new, and resolves when the steps in hand have ended. */
  inHand(): Promise<unknown>;
  /** Ends the calls into the host that are open: their steps end with them. */
  end(): void;
  /** What is let go of then, one after another, by name. */
  readonly rest: Readonly<Record<string, () => Promise<unknown>>>;
}

/**
 * Stops within `stopMs`, whatever hangs: half of it is for the steps in hand, and each of what
 * follows has what is left. What did not end is reported, and never rejects. It loses nothing:
 * whatever a process leaves behind, another one takes up.
 */
export async function stopWithin(
  stopMs: number,
  { inHand, end, rest }: Stopping,
  onError: (error: unknown) => void,
): Promise<void> {
  const until = performance.now() + stopMs;
  const steps = inHand().catch(onError);
  const bounded = (ms: number, name: string, work: Promise<unknown>) =>
    within(Math.max(1, ms), work, () => unfinished(name), { unref: true }).catch(onError);
  await within(stopMs / 2, steps, () => unfinished('steps')).catch(() => undefined);
  end();
  const left = () => until - performance.now();
  await bounded(left(), 'steps', steps);
  for (const [name, work] of Object.entries(rest))
    await bounded(left(), name, (async () => work())());
}

const unfinished = (name: string) =>
  new NftUpgradeError('temporarily_unavailable', {
    message: `The node stops, and did not wait for the end of: ${name}.`,
  });
