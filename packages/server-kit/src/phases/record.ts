import { append, backoff, type PhaseDriver, wait } from './driver.ts';

/** The host's records follow. Nothing can be lost any more, so a failure is only tried again. */
export const recordDriver: PhaseDriver = {
  enter: async (_step, payload) => append('updating_records', payload),
  on: {
    async updating_records(step) {
      const { operation, loaded } = step;
      const completed = { message: 'Completed', ...(await step.rules.record(operation)) };
      if (!loaded.process.statuses.completed?.factKeys.includes('receipt')) return append('completed', completed);
      const receipt = await step.receipts.issue({
        operationId: operation.id,
        process: operation.process,
        principal: operation.principal.id,
        burned: operation.facts.burnTxSignature ?? null,
        minted: operation.facts.mintAddress ?? null,
      });
      return append('completed', { ...completed, receipt });
    },
  },
  failed: (step) => wait(backoff(step, step.failures)),
};
