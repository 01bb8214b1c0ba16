import { definePhase, status } from '../machine/define.ts';
import * as s from '../schema/index.ts';
import { recovery } from './recovery.ts';

/** The metadata of the new NFT is pinned to IPFS; its CID is known before. */
export const metadata = definePhase('metadata', {
  entries: ['uploading_metadata'],
  statuses: {
    uploading_metadata: status(60, 'carried', { to: ['metadata_uploaded', 'upload_failed'] }),
    metadata_uploaded: status(70, 'carried', { facts: { ipfsHash: s.string(), metadataUri: s.string() }, to: ['next'] }),
    ...recovery('upload_failed', 'uploading_metadata'),
  },
});
