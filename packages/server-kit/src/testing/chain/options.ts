import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { decodeBase58 } from '@aiw3/nft-upgrade/solana';

/** @throws NftUpgradeError `invalid_option` naming the option and its bounds */
export function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new NftUpgradeError('invalid_option', {
    message: `${name} has to be a whole number from ${least} to ${most}.`,
    details: { [name]: value },
  });
}

/** The arguments of an airdrop. @throws NftUpgradeError `invalid_option` */
export function checkedAirdrop(
  address: string,
  lamports: bigint,
): [address: string, lamports: bigint] {
  if (typeof address !== 'string' || decodeBase58(address, 32) === null) {
    throw new NftUpgradeError('invalid_option', {
      message: 'airdrop needs a Solana address in base58.',
      details: { address },
    });
  }
  // JSON-RPC carries lamports as a number.
  if (
    typeof lamports !== 'bigint' ||
    lamports <= 0n ||
    lamports > BigInt(Number.MAX_SAFE_INTEGER)
  ) {
    throw new NftUpgradeError('invalid_option', {
      message:
        'airdrop needs an amount above 0, in lamports, as a bigint: 1_000_000_000n is one SOL.',
      details: { lamports: String(lamports) },
    });
  }
  return [address, lamports];
}
