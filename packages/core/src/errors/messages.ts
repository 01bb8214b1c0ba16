import type { StatusOf } from '../machine/types.ts';
import type { processes } from '../processes/index.ts';
import type { Asset } from '../protocol/envelope.ts';
import { type ErrorCode, errorCodes } from './codes.ts';
import type { NftUpgradeError } from './error.ts';
import { chinese } from './messages-zh.ts';

/** What happened, and what to do next. */
export interface Sentences {
  readonly message: string;
  readonly hint: string;
}

/** A status of one of the processes of this version. */
export type KnownStatus = StatusOf<(typeof processes)[keyof typeof processes]>;

/** Sentences for people. Whatever is left out is taken from the English one. */
export interface Catalogue {
  readonly errors: Readonly<Partial<Record<ErrorCode, Sentences>>>;
  /** By status; a host with processes of its own adds theirs. */
  readonly statuses: Readonly<Partial<Record<KnownStatus, string>> & Record<string, string>>;
  readonly assets: Readonly<Partial<Record<Asset, string>>>;
}

/** Finds the sentence. Never throws: what a newer server sends gets a readable fallback. */
export interface Messages {
  error(error: NftUpgradeError): Sentences;
  status(status: string): string;
  /** Where the asset is. No message about a failure should stand without it. */
  asset(asset: Asset): string;
}

export type Locale = 'en' | 'zh';

const english = {
  statuses: {
    initializing: 'Getting ready',
    qualification_verified: 'You meet the requirements',
    qualification_failed: 'The requirements are not met yet',
    awaiting_burn: 'Waiting for your signature',
    verifying_burn: 'Checking the burn on the chain',
    burn_verified: 'The old NFT is burned; the new one is on its way',
    burn_failed: 'The burn did not go through',
    cancelling: 'Cancelling; waiting until the burn can no longer land',
    cancelled: 'Cancelled',
    uploading_metadata: 'Storing the metadata',
    metadata_uploaded: 'The metadata is stored',
    upload_failed: 'Storing the metadata failed; it will be tried again',
    recovering: 'Trying again',
    minting_new_nft: 'Minting the new NFT',
    mint_failed: 'Minting failed; it will be tried again',
    updating_records: 'Updating the records',
    completed: 'Done',
    needs_attention: 'Our team is looking into it; what is owed to you stays owed',
    compensated: 'Settled by a compensation',
    error: 'It could not be carried out',
  },
  assets: {
    safe: 'Your NFT is in your wallet.',
    at_risk: 'A signed burn may be on its way; the chain decides.',
    burned_owed: 'The old NFT is burned, and the new one is owed to you.',
    delivered: 'It is in your wallet.',
  },
} satisfies { statuses: Record<KnownStatus, string>; assets: Record<Asset, string> };

/**
 * Makes a catalogue of messages.
 * @param choice `en` (default), `zh`, or sentences of the host
 */
export function createMessages(choice: Locale | Partial<Catalogue> = 'en'): Messages {
  const chosen: Partial<Catalogue> = choice === 'en' ? {} : choice === 'zh' ? chinese : choice;
  const statuses: Readonly<Record<string, string | undefined>> = { ...english.statuses, ...chosen.statuses };
  return {
    // The English message of an error may know more than its code does: the field, the account, the amount.
    error: (error) => chosen.errors?.[error.code] ?? { message: error.message, hint: error.hint || errorCodes[error.code].hint },
    status: (status) => (Object.hasOwn(statuses, status) ? statuses[status] : undefined) ?? readable(status),
    asset: (asset) => chosen.assets?.[asset] ?? english.assets[asset],
  };
}

/** `polishing_nft` of a newer server reads “Polishing nft”. */
const readable = (status: string): string => {
  const words = status.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
