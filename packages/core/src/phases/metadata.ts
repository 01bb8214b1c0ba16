import * as z from 'zod/mini';
import { definePhase, status } from '../machine/define.ts';
import { recovery } from './recovery.ts';

/** The metadata of the new NFT is pinned to IPFS; its CID is known before. */
export const metadata = definePhase('metadata', {
  entries: ['uploading_metadata'],
  statuses: {
    uploading_metadata: status(60, 'inherited', { to: ['metadata_uploaded', 'upload_failed'] }),
    metadata_uploaded: status(70, 'inherited', {
      facts: { ipfsHash: z.string(), metadataUri: z.string() },
      to: ['next'],
    }),
    ...recovery('upload_failed', 'uploading_metadata'),
  },
});
