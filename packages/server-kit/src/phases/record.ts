import type { ReceiptClaims } from '@aiw3/nft-upgrade/receipt';
import { append, backoff, type PhaseDriver, type Step, wait } from './driver.ts';
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
  failed: (step) => wait(backoff(step, step.failures)),
};

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
