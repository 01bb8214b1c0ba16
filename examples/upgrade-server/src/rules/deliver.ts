import type { Operation } from '@aiw3/nft-upgrade-server-kit';
import type { Tier } from '../domain/tiers.ts';
import type { Records } from '../records/records.ts';

/**
 * The last step of claim and upgrade: the new NFT in the records, in the form of the guide.
 */
export async function deliver(records: Records, operation: Operation, tier: Tier) {
  const nftId = `nft_${operation.id}`;
  const mintAddress = String(operation.facts.mintAddress);
  const transactionSignature = String(operation.facts.transactionSignature);
  const metadataUri = String(operation.facts.metadataUri);
  await records.deliver({
    nft_id: nftId,
    user_id: operation.principal.id,
    tier_id: tier.id,
    mint_address: mintAddress,
    metadata_uri: metadataUri,
    transaction_signature: transactionSignature,
    operation_id: operation.id,
  });
  return {
    newNFT: {
      nftId,
      tierId: tier.id,
      tierName: tier.name,
      mintAddress,
      transactionSignature,
      metadataUri,
      benefits: { ...tier.benefits },
    },
  };
}
