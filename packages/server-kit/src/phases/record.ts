import type { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { ReceiptClaims } from '@aiw3/nft-upgrade/receipt';
import { append, backoff, type Owed, type PhaseDriver, type Step } from './driver.ts';
import { mintSlot } from './mint.ts';

/** The host's records follow. Nothing can be lost any more, so a failure is only tried again. */
export const recordDriver: PhaseDriver = {
  enter: async (_step, payload) => append('updating_records', payload),
  on: {
    async updating_records(step) {
      const { operation, loaded } = step;
      const completed = { message: 'Completed', ...(await step.rules.record(operation)) };
      if (!loaded.process.statuses.completed?.factKeys.includes('receipt'))
        return append('completed', completed);
      const receipt = await step.receipts.issue(await claimsOf(step));
      return append('completed', { ...completed, receipt });
    },
  },
  failed: (step, error) => ({
    kind: 'wait',
    ms: backoff(step, step.failures),
    // It is tried for ever; when its budget is spent, people are alerted as well.
    ...(step.failures + 1 >= step.patience.maxAttempts && { owed: missing(step, error) }),
  }),
};

const missing = (step: Step, { code, message }: NftUpgradeError): Owed => ({
  kind: 'records',
  summary: `${step.operation.process} is delivered and not in the records: ${code}`,
  evidence: { code, error: message, facts: step.operation.facts },
});

/** What was exchanged for what, as the log of the operation knows it. */
async function claimsOf(step: Step): Promise<ReceiptClaims> {
  const { id, process, facts } = step.operation;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const nft: unknown = facts.currentNFT;
  const mint = typeof nft === 'object' && nft !== null ? text(Reflect.get(nft, 'mintAddress')) : '';
  const { burnTxSignature, slot, mintAddress, transactionSignature, ipfsHash } = facts;
  return {
    operationId: id,
    process,
    cluster: (await step.chain?.identity()) ?? '',
    owner: step.loaded.row.wallet ?? '',
    burned:
      typeof burnTxSignature === 'string'
        ? { mint, signature: burnTxSignature, slot: Number(slot) }
        : null,
    minted:
      typeof mintAddress === 'string'
        ? { mint: mintAddress, signature: text(transactionSignature), slot: await mintSlot(step) }
        : null,
    cid: typeof ipfsHash === 'string' ? ipfsHash : null,
  };
}
