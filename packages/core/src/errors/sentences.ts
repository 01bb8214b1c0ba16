import type { CodeWords } from './own-codes.ts';

type Details = Readonly<Record<string, unknown>>;

/** Words of a case within a code; what they name stands in the details. */
export interface CaseWords extends Partial<Omit<CodeWords, 'message'>> {
  readonly message?: (details: Details) => string;
}

/**
 * More than a code says by itself, for the client's own errors: by code and `details.problem`. Like
 * the words of the codes they come with the catalogue of messages; a page without it has the code
 * and the details.
 */
export const sentences: Readonly<Record<string, CaseWords>> = {
  'invalid_option:unknown': {
    message: ({ option, known }) =>
      `${String(option)} does not exist. Known: ${[known].flat().join(', ')}.`,
  },
  'invalid_option:range': {
    message: ({ option }) => `${String(option)} must be a number above 0 and at most 2147483647.`,
  },
  'invalid_option:key': {
    message: () => 'idempotencyKey must be 8 to 128 visible ASCII characters.',
  },
  'invalid_option:base_url': {
    message: () =>
      'baseUrl must be an http or https URL without credentials, query and fragment, or a path ' +
      'of this site.',
  },
  'connection_lost:foreign': {
    message: ({ status }) =>
      `Something between here and the server answered in its place (${String(status)}).`,
  },
  'connection_lost:stored': {
    message: () => 'A cache on the way gave an answer of another time.',
  },
  'connection_lost:token_late': { message: () => 'getToken() did not answer in time.' },
  'connection_lost:token_failed': { message: () => 'getToken() failed.' },
  'connection_lost:token': {
    message: () => 'getToken() must give a string of visible ASCII characters, or null.',
  },
  'connection_lost:late': { message: () => 'The server did not answer in time.' },
  'detached:closed': { message: () => 'The client was closed.', hint: 'Create a new client.' },
  'missing_capability:absent': {
    message: ({ capability }) => `This runtime has no ${String(capability)}.`,
    hint: 'Load a polyfill of it, or pass it in the environment option.',
  },
  'protocol_unsupported:server': {
    message: ({ server, client }) =>
      `The server speaks protocol ${String(server)}, this client ${String(client)}. Nothing was ` +
      'signed.',
    hint: 'Load the page again for a newer client.',
  },
  'protocol_unsupported:end': {
    message: () => 'The operation has ended in a way this client does not know.',
  },
  'wallet_not_connected:no_signing': {
    hint: 'Pass signing: walletSigning({ wallet, guard }) to the client.',
  },
};
