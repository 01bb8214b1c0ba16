import { isNftUpgradeError, type Snapshot } from '@aiw3/nft-upgrade/protocol';
import type { Telemetry } from './telemetry.ts';

/**
 * Measures one step of an operation. `run` says through `failed` what it met and dealt with. A step
 * that wrote nothing, such as a look at a chain that has not moved, leaves no span: one operation
 * would have hundreds.
 */
export async function measureStep<T>(
  telemetry: Telemetry,
  { row, snapshot }: { row: { id: string; traceparent: string | null }; snapshot: Snapshot },
  run: (failed: (error: unknown) => void) => Promise<T>,
): Promise<T> {
  const { process, phase } = snapshot;
  const attributes = {
    'nft_upgrade.operation.id': row.id,
    'nft_upgrade.process': process,
    'nft_upgrade.phase': phase,
    'nft_upgrade.status.before': snapshot.status,
  };
  const began = performance.now();
  let failed = false;
  const measured = (result: 'done' | 'waiting' | 'failed' | 'conflict') => {
    telemetry.add('nft_upgrade.steps', { process, phase, result });
    if (result === 'done' || result === 'failed') {
      telemetry.record('nft_upgrade.step.duration', (performance.now() - began) / 1_000, {
        process,
        phase,
        result,
      });
    }
  };
  return telemetry.span(
    'nft_upgrade.phase',
    { parent: row.traceparent, attributes },
    async (span) => {
      try {
        const result = await run((error) => {
          failed = true;
          span.failed(error);
        });
        const after = isUpdated(result) ? result.snapshot : null;
        if (after) span.set({ 'nft_upgrade.status.after': after.status });
        else if (!failed) span.drop();
        measured(failed ? 'failed' : after ? 'done' : 'waiting');
        return result;
      } catch (thrown) {
        const conflict = isNftUpgradeError(thrown) && thrown.code === 'journal_conflict';
        if (conflict) span.drop();
        measured(conflict ? 'conflict' : 'failed');
        throw thrown;
      }
    },
  );
}

/** What a step gives that wrote something: the operation as it is then. */
const isUpdated = (value: unknown): value is { snapshot: Snapshot } =>
  typeof value === 'object' && value !== null && 'snapshot' in value;
