/** Who can do something about an error. */
export type Actor = 'user' | 'wallet' | 'network' | 'operator';

export interface CodeFacts {
  /** Who can act. */
  readonly actor: Actor;
  /** True when the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What happened, in one short sentence for people. */
  readonly message: string;
  /** What to do next, in one short sentence. */
  readonly hint: string;
}

const code = (actor: Actor, retryable: boolean, message: string, hint: string): CodeFacts => ({ actor, retryable, message, hint });

/** The codes that a client raises itself. A page loads these; what a server raises comes with its words. Their place among all codes is in `codes.ts`. */
export const ownCodes = {
  invalid_request: code('operator', false, 'The request does not have the expected shape.', 'Correct the fields named in the details.'),
  unauthenticated: code('user', false, 'You are not signed in, or your session has ended.', 'Sign in again and send a fresh token.'),
  not_found: code('user', false, 'There is nothing here for you.', 'Check the address and the account you are signed in with.'),
  rate_limited: code('network', true, 'Too many requests.', 'Wait for the time in Retry-After.'),
  internal: code('operator', true, 'The server met an unexpected error.', 'Try again; if it stays, contact support with the operation id.'),
  temporarily_unavailable: code(
    'network',
    true,
    'The service is not available at the moment.',
    'Wait for the time in Retry-After and try again.',
  ),
  burn_not_expected: code('user', false, 'The operation is not waiting for a burn.', 'Read the operation again and act on its status.'),
  invalid_frame: code(
    'operator',
    false,
    'The stream sent something that is not an event of this protocol.',
    'Check what stands between browser and server; the client resumes by itself.',
  ),
  invalid_event: code(
    'operator',
    false,
    'The stream sent an event with missing or wrong fields.',
    'Update the client, or correct the server: the details name the field.',
  ),
  frame_too_large: code('operator', false, 'The stream sent an event larger than the limit.', 'Raise maxFrameBytes, or send less.'),
  protocol_unsupported: code('operator', false, 'Client and server speak different protocol versions.', 'Update the older of the two.'),
  unknown_process: code('operator', false, 'No such process.', 'Use upgrade, claim or badge_activation, or register the process.'),
  unsafe_transaction: code(
    'operator',
    false,
    'The transaction does more than burn this NFT, so it was not shown to the wallet.',
    'Do not sign it. Report it with the details.',
  ),
  guard_missing: code(
    'operator',
    false,
    'No transaction guard is configured.',
    'Pass guard: solanaGuard() from @aiw3/nft-upgrade/solana to the client.',
  ),
  wrong_account: code(
    'user',
    false,
    'The transaction was signed by another account.',
    'Switch the wallet to the account that holds the NFT.',
  ),
  modified_beyond_policy: code(
    'wallet',
    false,
    'The wallet changed the transaction more than is allowed.',
    'Turn off what changes it, or use another wallet.',
  ),
  signature_missing: code('wallet', true, 'The transaction came back without the signature of the owner.', 'Sign again.'),
  wallet_not_connected: code('user', true, 'No wallet is connected.', 'Connect your wallet and sign again.'),
  wallet_timeout: code(
    'wallet',
    true,
    'The wallet did not answer in time.',
    'Look into the wallet. The server watches the chain meanwhile.',
  ),
  wallet_failed: code('wallet', true, 'The wallet failed.', 'Look into the wallet. The server watches the chain meanwhile.'),
  sign_in_progress: code('user', true, 'Another signature request is open.', 'Finish it in the wallet first.'),
  connection_lost: code('network', true, 'The connection was lost.', 'The client reconnects by itself.'),
  connection_gave_up: code('network', true, 'The client stopped trying to reconnect.', 'Check the network, then call retry().'),
  missing_capability: code('operator', false, 'The runtime lacks something the client needs.', 'Pass it in the environment option.'),
  aborted: code('user', true, 'The call was aborted.', 'Call again when it is wanted.'),
  detached: code('user', true, 'The operation was detached from this client; it goes on at the server.', 'Attach again to follow it.'),
  invalid_option: code('operator', false, 'An option has a wrong value.', 'Correct the option named in the message.'),
} as const satisfies Record<string, CodeFacts>;

/** The codes that only a server, a wallet or an adapter raises, by name: more than that a page does not have to know. */
export const otherCodes =
  'malformed_json forbidden_origin method_not_allowed not_acceptable body_too_large unsupported_media_type ' +
  'idempotency_conflict cancel_refused retry_refused compensate_refused burn_still_valid illegal_transition operation_ended ' +
  'journal_conflict signal_timeout burn_window_closed not_qualified nft_not_owned nft_frozen nft_moved nft_unsupported nft_already_upgraded ' +
  'insufficient_sol simulation_failed burn_transaction_failed burn_not_found burn_missing burn_wrong_amount ' +
  'burn_wrong_program burn_owner_did_not_sign burn_authority_not_owner burn_memo_mismatch burn_signature_reused ' +
  'burn_too_old burn_balance_mismatch burn_mint_authority_alive burn_rpc_mismatch wallet_rejected wallet_not_installed ' +
  'wallet_locked wallet_popup_blocked wallet_unsupported wallet_blind_signing metadata_upload_failed metadata_cid_mismatch ' +
  'metadata_unavailable mint_failed_on_chain mint_authority_unfunded mint_address_occupied mint_mismatch mint_key_unknown ' +
  'records_failed rpc_unavailable wrong_cluster database_unavailable database_in_use transaction_rolled_back database_newer ' +
  'sink_refused';
