import { type Arena, openArena } from './arena.ts';
import type { Attack, Honest } from './attack.ts';

/** What came of one of them. */
export interface AttackOutcome {
  readonly id: string;
  readonly wanted: string;
  readonly code: string;
  /** Calls of RPC nodes that it cost us. */
  readonly calls: number;
  /** What it cost the attacker. */
  readonly lamports: number;
  readonly ms: number;
}

/** Longest that one of them may take; then it has hung, which is no refusal. Milliseconds. */
const LONGEST_MS = 90_000;

async function tryOne(
  arena: Arena,
  { id, code: wanted, run }: Attack | Honest,
): Promise<AttackOutcome> {
  const begun = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, LONGEST_MS, 'hangs');
  });
  const code = await Promise.race([run(arena), late]).catch(
    (thrown: unknown) => `threw ${String(thrown)}`,
  );
  clearTimeout(timer);
  const costs = await arena.settle();
  return { id, wanted, code, ...costs, ms: Math.round(performance.now() - begun) };
}

/** Tries all of them, on several chains at the same time. */
export async function tryAll(
  all: readonly (Attack | Honest)[],
  lanes: number,
  onTried: (tried: AttackOutcome) => void = () => {},
): Promise<AttackOutcome[]> {
  const waiting = all.map((one, at) => ({ one, at }));
  const results: AttackOutcome[] = [];
  const lane = async () => {
    const arena = await openArena();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const tried = await tryOne(arena, next.one);
      results[next.at] = tried;
      onTried(tried);
    }
    await arena.stop();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
