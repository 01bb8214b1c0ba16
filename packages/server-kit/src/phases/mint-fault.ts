import { isErrorCode, NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/** What the chain says of a mint that is not what was ordered. */
export function mintFault(
  seen: { code: string; message: string },
  otherwise: 'mint_failed_on_chain' | 'mint_address_occupied',
): NftUpgradeError {
  return new NftUpgradeError(isErrorCode(seen.code) ? seen.code : otherwise, {
    message: seen.message,
  });
}
