import { NftUpgradeError, toNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { append, next, type PhaseDriver } from './driver.ts';
import { makePlan, needContent, readPlan } from './plan.ts';
import { recoveryDriver } from './recovery.ts';

const enter: PhaseDriver['enter'] = async () =>
  append('uploading_metadata', { message: 'Uploading new NFT metadata to IPFS' });
const recovery = recoveryDriver({ failed: 'upload_failed', step: 'upload' }, enter);

/** Pins bytes whose CID was known before, so that an upload may be repeated at will. */
export const metadataDriver: PhaseDriver = {
  enter,
  async preflight(step) {
    const plan = await makePlan(step);
    return step.attempts.intent('upload', 1, plan);
  },
  on: {
    ...recovery.on,
    async uploading_metadata(step) {
      const plan = await readPlan(step);
      const cid = await needContent(step).put(new TextEncoder().encode(plan.json));
      if (cid !== plan.cid)
        throw new NftUpgradeError('metadata_cid_mismatch', {
          details: { required: plan.cid, actual: cid },
        });
      return append('metadata_uploaded', {
        ipfsHash: plan.cid,
        metadataUri: `ipfs://${plan.cid}`,
        message: 'Metadata uploaded',
      });
    },
    metadata_uploaded: async () => next(),
  },
  failed: (step, error) =>
    recovery.failed(step, toNftUpgradeError(error, 'metadata_upload_failed')),
};
