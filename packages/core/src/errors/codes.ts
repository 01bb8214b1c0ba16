import { type CodeFacts, ownCodes } from './own-codes.ts';

interface WireFacts extends CodeFacts {
  /** HTTP status where the code travels as problem+json. */
  readonly status: number;
}

const code = (actor: CodeFacts['actor'], retryable: boolean, status: number, message: string, hint: string): WireFacts => ({
  actor,
  retryable,
  status,
  message,
  hint,
});

const at = (status: number, facts: CodeFacts): WireFacts => ({ ...facts, status });

/**
 * Every error code of the product with what it means. The list is append-only: a code is never renamed or given another meaning,
 * because hosts switch on it. One table serves the server, the messages and the documentation; a page that only follows operations does not load it, so it is a function of its own
 * that bundlers may leave out.
 */
export const errorCodes = /* @__PURE__ */ (() =>
  ({
    // Requests
    malformed_json: code(
      'operator',
      false,
      400,
      'The request body is not valid JSON.',
      'Send a JSON object with Content-Type: application/json.',
    ),
    invalid_request: at(422, ownCodes.invalid_request),
    unauthenticated: at(401, ownCodes.unauthenticated),
    forbidden_origin: code(
      'operator',
      false,
      403,
      'This web origin may not call the API.',
      'Add the origin to the cors allow-list of the server.',
    ),
    not_found: at(404, ownCodes.not_found),
    method_not_allowed: code(
      'operator',
      false,
      405,
      'This route does not take that method.',
      'Use one of the methods in the Allow header.',
    ),
    not_acceptable: code(
      'operator',
      false,
      406,
      'None of the accepted formats can be served.',
      'Accept text/event-stream or application/json.',
    ),
    body_too_large: code('operator', false, 413, 'The request body is too large.', 'Send only the documented fields.'),
    unsupported_media_type: code(
      'operator',
      false,
      415,
      'The request body has an unsupported content type.',
      'Send Content-Type: application/json.',
    ),
    rate_limited: at(429, ownCodes.rate_limited),
    internal: at(500, ownCodes.internal),
    temporarily_unavailable: at(503, ownCodes.temporarily_unavailable),
    idempotency_conflict: code(
      'operator',
      false,
      409,
      'This idempotency key was used for another request.',
      'Mint a new key for a new request.',
    ),
    cancel_refused: code(
      'user',
      false,
      409,
      'It is too late to cancel: the old NFT is burned, or there is nothing left to cancel.',
      'Wait: the new NFT will be delivered.',
    ),
    retry_refused: code('user', false, 409, 'There is no waiting recovery to run.', 'Follow the operation; it advances by itself.'),
    compensate_refused: code(
      'operator',
      true,
      409,
      'The debt cannot be compensated now: it is being delivered, was settled, or a mint may still land.',
      'Look at the operation; try again once it needs attention and no mint is under way.',
    ),
    burn_not_expected: at(409, ownCodes.burn_not_expected),
    burn_still_valid: code(
      'user',
      true,
      409,
      'The earlier burn transaction may still land.',
      'Wait until it has landed or expired, then ask again.',
    ),
    // Protocol
    invalid_frame: at(502, ownCodes.invalid_frame),
    invalid_event: at(502, ownCodes.invalid_event),
    frame_too_large: at(502, ownCodes.frame_too_large),
    protocol_unsupported: at(426, ownCodes.protocol_unsupported),
    // Operation
    illegal_transition: code(
      'operator',
      false,
      409,
      'That status may not follow the present one.',
      'Emit one of the statuses named in the details.',
    ),
    operation_ended: code('operator', false, 409, 'The operation has ended.', 'Start a new one.'),
    journal_conflict: code(
      'network',
      true,
      409,
      'Another worker advanced the operation first.',
      'Read the journal again; nothing was written.',
    ),
    unknown_process: at(404, ownCodes.unknown_process),
    signal_timeout: code(
      'user',
      true,
      408,
      'What the operation waited for did not come in time.',
      'Wait for it again, or end the operation.',
    ),
    burn_window_closed: code('user', true, 410, 'The burn was not signed in time.', 'Start again; your NFT is still in your wallet.'),
    not_qualified: code('user', false, 422, 'The requirements are not met yet.', 'See the requirements; they list what is missing.'),
    // NFT and burn
    nft_not_owned: code('user', false, 422, 'The NFT is not in this wallet.', 'Connect the wallet that holds the NFT.'),
    nft_frozen: code('user', false, 422, 'The NFT is frozen and cannot be burned.', 'Ask whoever froze it.'),
    nft_moved: code('user', false, 409, 'The NFT left the wallet before it was burned.', 'Return it to this wallet and start again.'),
    nft_unsupported: code(
      'operator',
      false,
      422,
      'This NFT follows a standard the server does not support.',
      'Register the standard, or use another NFT.',
    ),
    nft_already_upgraded: code('user', false, 409, 'That NFT was already upgraded.', 'Look for the new one in your wallet.'),
    insufficient_sol: code('user', false, 422, 'The wallet has not enough SOL for the network fee.', 'Add the missing SOL and try again.'),
    simulation_failed: code(
      'network',
      true,
      422,
      'The transaction would fail on chain.',
      'Nothing was signed. Check the details and try again.',
    ),
    burn_transaction_failed: code(
      'user',
      true,
      422,
      'The burn transaction failed on chain.',
      'Your NFT is still in your wallet. Sign again.',
    ),
    burn_not_found: code('network', true, 404, 'The burn transaction is not on chain yet.', 'Wait; the server keeps looking.'),
    burn_missing: code('user', false, 422, 'That transaction does not burn this NFT.', 'Send the signature of the burn itself.'),
    burn_wrong_amount: code('user', false, 422, 'That transaction burns another amount.', 'The burn must be of exactly one token.'),
    burn_wrong_program: code(
      'user',
      false,
      422,
      'That transaction uses another token program.',
      'Use the transaction the server prepared.',
    ),
    burn_owner_did_not_sign: code(
      'user',
      false,
      422,
      'The owner of the NFT did not sign that transaction.',
      'Sign with the wallet that holds the NFT.',
    ),
    burn_authority_not_owner: code(
      'user',
      false,
      422,
      'The NFT was burned by a delegate, not by its owner.',
      'Sign with the wallet that holds the NFT.',
    ),
    burn_memo_mismatch: code(
      'user',
      false,
      422,
      'That transaction belongs to another operation.',
      'Use the transaction the server prepared for this one.',
    ),
    burn_signature_reused: code('user', false, 409, 'That burn was already used.', 'A burn counts once.'),
    burn_too_old: code(
      'user',
      false,
      422,
      'That transaction is older than the operation.',
      'Use the transaction the server prepared for this one.',
    ),
    burn_balance_mismatch: code(
      'user',
      false,
      422,
      'The balances of that transaction do not show a burn.',
      'Use the transaction the server prepared.',
    ),
    burn_mint_authority_alive: code(
      'operator',
      false,
      422,
      'The burned NFT could be minted again.',
      'Remove its mint authority before it is used here.',
    ),
    burn_rpc_mismatch: code(
      'network',
      true,
      502,
      'The RPC node answered for another transaction.',
      'Try again; change the RPC provider if it stays.',
    ),
    // Safe signing
    unsafe_transaction: at(422, ownCodes.unsafe_transaction),
    guard_missing: at(500, ownCodes.guard_missing),
    wrong_account: at(422, ownCodes.wrong_account),
    modified_beyond_policy: at(422, ownCodes.modified_beyond_policy),
    signature_missing: at(422, ownCodes.signature_missing),
    // Wallet
    wallet_rejected: code('user', true, 400, 'The request was declined in the wallet.', 'Sign again when you are ready.'),
    wallet_not_connected: at(400, ownCodes.wallet_not_connected),
    wallet_not_installed: code('user', false, 400, 'The wallet is not installed.', 'Install it, or choose another one.'),
    wallet_locked: code('user', true, 400, 'The wallet is locked.', 'Unlock it and sign again.'),
    wallet_popup_blocked: code(
      'user',
      true,
      400,
      'The browser blocked the window of the wallet.',
      'Allow pop-ups for this site and sign again.',
    ),
    wallet_timeout: at(408, ownCodes.wallet_timeout),
    wallet_unsupported: code('wallet', false, 400, 'The wallet cannot sign this kind of transaction.', 'Use another wallet.'),
    wallet_blind_signing: code(
      'user',
      true,
      400,
      'The hardware wallet refuses to sign what it cannot show.',
      'Allow blind signing in its Solana app, then sign again.',
    ),
    wallet_failed: at(400, ownCodes.wallet_failed),
    sign_in_progress: at(409, ownCodes.sign_in_progress),
    // Metadata and mint
    metadata_upload_failed: code('network', true, 502, 'The metadata could not be stored.', 'The server tries again by itself.'),
    metadata_cid_mismatch: code(
      'operator',
      true,
      502,
      'The store returned another CID than the content has.',
      'The server tries again; check the pinning provider if it stays.',
    ),
    metadata_unavailable: code('network', true, 502, 'The stored metadata could not be read.', 'Try again; nothing was changed.'),
    mint_failed_on_chain: code('network', true, 502, 'The mint transaction failed on chain.', 'The server tries again by itself.'),
    mint_authority_unfunded: code('operator', true, 503, 'The mint authority has not enough SOL.', 'Fund the mint authority.'),
    mint_address_occupied: code(
      'operator',
      false,
      500,
      'Something unexpected stands at the address of the new NFT.',
      'An operator has to look at the address.',
    ),
    mint_mismatch: code('operator', false, 500, 'The minted NFT is not what was ordered.', 'An operator has to look at the mint.'),
    mint_key_unknown: code(
      'operator',
      false,
      500,
      'The key that this operation mints with is not configured.',
      'Pass the former authority in formerAuthorities until its operations have ended.',
    ),
    records_failed: code('network', true, 502, 'The records could not be updated.', 'The server tries again by itself.'),
    // Infrastructure
    rpc_unavailable: code('network', true, 503, 'The Solana RPC node does not answer.', 'Wait; nothing is decided without the chain.'),
    wrong_cluster: code(
      'operator',
      false,
      500,
      'The RPC node serves another Solana cluster than this database was made with.',
      'Point SOLANA_RPC_URL at the right cluster, or use another database.',
    ),
    database_unavailable: code('network', true, 503, 'The database does not answer.', 'Wait and try again; nothing was lost.'),
    database_in_use: code(
      'operator',
      false,
      500,
      'The embedded database folder is used by another process.',
      'Stop that process, or use DATABASE_URL with Postgres for several processes.',
    ),
    transaction_rolled_back: code(
      'operator',
      false,
      500,
      'The database rolled the transaction back because a statement in it had failed.',
      'Let the error of a failed statement end the transaction; nothing was written.',
    ),
    database_newer: code(
      'operator',
      false,
      500,
      'The database was migrated by a newer version of this package.',
      'Deploy that version or a later one; nothing was changed.',
    ),
    sink_refused: code(
      'operator',
      false,
      502,
      'The other system refuses the message for good.',
      'Correct what it names, then replay the dead letter; the operation itself is unharmed.',
    ),
    // Client
    connection_lost: at(503, ownCodes.connection_lost),
    connection_gave_up: at(503, ownCodes.connection_gave_up),
    missing_capability: at(500, ownCodes.missing_capability),
    aborted: at(499, ownCodes.aborted),
    detached: at(499, ownCodes.detached),
    // Configuration
    invalid_option: at(500, ownCodes.invalid_option),
  }) as const satisfies Record<string, WireFacts>)();

/** One of the codes of this version. */
export type ErrorCode = keyof typeof errorCodes;

/** True for a code that this version knows. */
export const isErrorCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(errorCodes, value);
