import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * A channel becomes part of the text of LISTEN, which takes no parameters, so only a plain name may
 * pass. 63 bytes is where Postgres cuts names.
 * @throws NftUpgradeError `invalid_option`
 */
export function checkChannel(channel: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(channel)) return channel;
  throw new NftUpgradeError('invalid_option', {
    message: 'A channel is a name of lower-case letters, digits and underscores, at most 63 long.',
    details: { channel },
  });
}
