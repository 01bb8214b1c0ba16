import type { OperationQuery, Started, StartRequest } from '../http/operations.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Puts spans around what callers ask for. `traceOf` gives the `traceparent` that an operation
 * remembers.
 */
export function traceCommands(
  telemetry: Telemetry,
  traceOf: (operationId: string) => Promise<string | null>,
) {
  return {
    /**
     * The operation remembers this span: its steps are children of it, on whichever node and
     * whenever they run.
     */
    start:
      (run: (request: StartRequest) => Promise<Started>) =>
      (request: StartRequest): Promise<Started> => {
        const attributes = { 'nft_upgrade.process': request.process };
        return telemetry.span(
          'nft_upgrade.start',
          { parent: request.traceparent ?? null, preferActive: true, attributes },
          async (span) => {
            const started = await run({ ...request, traceparent: span.traceparent });
            span.set({ 'nft_upgrade.operation.id': started.snapshot.operationId });
            return started;
          },
        );
      },

    command:
      <Query extends OperationQuery, T>(name: string, run: (query: Query) => Promise<T>) =>
      (query: Query): Promise<T> => {
        const attributes = {
          'nft_upgrade.operation.id': query.operationId,
          'nft_upgrade.process': query.process,
          'nft_upgrade.command': name,
        };
        return telemetry.span(
          'nft_upgrade.command',
          { parent: query.traceparent ?? null, preferActive: true, attributes },
          async (span) => {
            const done = await run(query);
            if (span.traceparent !== null) {
              // The command is done: that its link cannot be read must not make it fail.
              span.link(await traceOf(query.operationId).catch(() => null));
            }
            return done;
          },
        );
      },
  };
}
