import { type CodeFacts, type CodeWords, ownCodes, signingCodes } from './own-codes.ts';
import { sentences } from './sentences.ts';

interface WireFacts extends CodeFacts, CodeWords {
  /** HTTP status where the code travels as problem+json. */
  readonly status: number;
}

const code = (
  actor: CodeFacts['actor'],
  retryable: boolean,
  status: number,
  message: string,
  hint: string,
): WireFacts => ({
  actor,
  retryable,
  status,
  message,
  hint,
});

const own = (facts: CodeFacts, status: number, message: string, hint: string): WireFacts => ({
  ...facts,
  status,
  message,
  hint,
});

/**
 * Every error code of the product with what it means. The list is append-only: a code is never
 * renamed or given another meaning, because hosts switch on it. One table serves the server, the
 * messages and the documentation; a page that only follows operations does not load it, so it is a
 * function of its own that bundlers may leave out.
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
    invalid_request: code(
      'operator',
      false,
      422,
      'The request does not have the expected shape.',
      'Correct the fields named in the details.',
    ),
    unauthenticated: own(
      ownCodes.unauthenticated,
      401,
      'You are not signed in, or your session has ended.',
      'Sign in again and send a fresh token.',
    ),
    forbidden_origin: code(
      'operator',
      false,
      403,
      'This web origin may not call the API.',
      'Add the origin to the cors allow-list of the server.',
    ),
    not_found: own(
      ownCodes.not_found,
      404,
      'There is nothing here for you.',
      'Check the address and the account you are signed in with.',
    ),
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
    body_too_large: code(
      'operator',
      false,
      413,
      'The request body is too large.',
      'Send only the documented fields.',
    ),
    unsupported_media_type: code(
      'operator',
      false,
      415,
      'The request body has an unsupported content type.',
      'Send Content-Type: application/json.',
    ),
    rate_limited: own(
      ownCodes.rate_limited,
      429,
      'Too many requests.',
      'Wait for the time in Retry-After.',
    ),
    internal: own(
      ownCodes.internal,
      500,
      'The server met an unexpected error.',
      'Try again; if it stays, contact support with the operation id.',
    ),
    temporarily_unavailable: own(
      ownCodes.temporarily_unavailable,
      503,
      'The service is not available at the moment.',
      'Wait for the time in Retry-After and try again.',
    ),
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
    retry_refused: code(
      'user',
      false,
      409,
      'There is no waiting recovery to run.',
      'Follow the operation; it advances by itself.',
    ),
    compensate_refused: code(
      'operator',
      true,
      409,
      'The obligation cannot be compensated now: it is being delivered, was settled, or a mint ' +
        'may still land.',
      'Look at the operation; try again once it needs attention and no mint is under way.',
    ),
    burn_not_expected: own(
      signingCodes.burn_not_expected,
      409,
      'The operation is not waiting for a burn.',
      'Read the operation again and act on its status.',
    ),
    burn_still_valid: code(
      'user',
      true,
      409,
      'The earlier burn transaction may still land.',
      'Wait until it has landed or expired, then ask again.',
    ),
    // Protocol
    invalid_frame: code(
      'operator',
      false,
      502,
      'The stream sent something that is not an event of this protocol.',
      'Check what stands between browser and server; the client resumes by itself.',
    ),
    invalid_event: code(
      'operator',
      false,
      502,
      'The stream sent an event with missing or wrong fields.',
      'Update the client, or correct the server: the details name the field.',
    ),
    frame_too_large: code(
      'operator',
      false,
      502,
      'The stream sent an event larger than the limit.',
      'Raise maxFrameBytes, or send less.',
    ),
    protocol_unsupported: code(
      'operator',
      false,
      426,
      'Client and server speak different protocol versions.',
      'Update the older of the two.',
    ),
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
    unknown_process: code(
      'operator',
      false,
      404,
      'No such process.',
      'Use upgrade, claim or badge_activation, or register the process.',
    ),
    signal_timeout: code(
      'user',
      true,
      408,
      'What the operation waited for did not come in time.',
      'Wait for it again, or end the operation.',
    ),
    burn_window_closed: code(
      'user',
      true,
      410,
      'The burn was not signed in time.',
      'Start again; your NFT is still in your wallet.',
    ),
    not_qualified: code(
      'user',
      false,
      422,
      'The requirements are not met yet.',
      'See the requirements; they list what is missing.',
    ),
    // NFT and burn
    nft_not_owned: code(
      'user',
      false,
      422,
      'The NFT is not in this wallet.',
      'Connect the wallet that holds the NFT.',
    ),
    nft_frozen: code(
      'user',
      false,
      422,
      'The NFT is frozen and cannot be burned.',
      'Ask the holder of the freeze authority.',
    ),
    nft_moved: code(
      'user',
      false,
      409,
      'The NFT left the wallet before it was burned.',
      'Return it to this wallet and start again.',
    ),
    nft_unsupported: code(
      'operator',
      false,
      422,
      'This NFT follows a standard the server does not support.',
      'Register the standard, or use another NFT.',
    ),
    nft_already_upgraded: code(
      'user',
      false,
      409,
      'That NFT was already upgraded.',
      'Look for the new one in your wallet.',
    ),
    nft_in_use: code(
      'user',
      false,
      409,
      'Another operation that has not ended is about that NFT.',
      'Go on with that operation, or wait until it has ended; the NFT is as it was.',
    ),
    insufficient_sol: code(
      'user',
      false,
      422,
      'The wallet has not enough SOL for the network fee.',
      'Add the missing SOL and try again.',
    ),
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
    burn_not_found: code(
      'network',
      true,
      404,
      'The burn transaction is not on chain yet.',
      'Wait; the server keeps looking.',
    ),
    burn_missing: code(
      'user',
      false,
      422,
      'That transaction does not burn this NFT.',
      'Send the signature of the burn itself.',
    ),
    burn_wrong_amount: code(
      'user',
      false,
      422,
      'That transaction burns another amount.',
      'The burn must be of exactly one token.',
    ),
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
    burn_signature_reused: code(
      'user',
      false,
      409,
      'That burn was already used.',
      'A burn counts once.',
    ),
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
    unsafe_transaction: code(
      'operator',
      false,
      422,
      'The transaction does more than burn this NFT, so it was not shown to the wallet.',
      'Do not sign it. Report it with the details.',
    ),
    guard_missing: code(
      'operator',
      false,
      500,
      'No transaction guard is configured.',
      'Pass guard: solanaGuard() from @aiw3/nft-upgrade/solana to walletSigning().',
    ),
    wrong_account: own(
      signingCodes.wrong_account,
      422,
      'The transaction was signed by another account.',
      'Switch the wallet to the account that holds the NFT.',
    ),
    modified_beyond_policy: own(
      signingCodes.modified_beyond_policy,
      422,
      'The wallet changed the transaction more than is allowed.',
      'Turn off what changes it, or use another wallet.',
    ),
    signature_missing: own(
      signingCodes.signature_missing,
      422,
      'The transaction came back without the signature of the owner.',
      'Sign again.',
    ),
    // Wallet
    wallet_rejected: code(
      'user',
      true,
      400,
      'The request was declined in the wallet.',
      'Sign again when you are ready.',
    ),
    wallet_not_connected: own(
      ownCodes.wallet_not_connected,
      400,
      'No wallet is connected.',
      'Connect your wallet and sign again.',
    ),
    wallet_not_installed: code(
      'user',
      false,
      400,
      'The wallet is not installed.',
      'Install it, or choose another one.',
    ),
    wallet_locked: code('user', true, 400, 'The wallet is locked.', 'Unlock it and sign again.'),
    wallet_popup_blocked: code(
      'user',
      true,
      400,
      'The browser blocked the window of the wallet.',
      'Allow pop-ups for this site and sign again.',
    ),
    wallet_timeout: own(
      signingCodes.wallet_timeout,
      408,
      'The wallet did not answer in time.',
      'Look into the wallet. The server watches the chain meanwhile.',
    ),
    wallet_unsupported: code(
      'wallet',
      false,
      400,
      'The wallet cannot sign this kind of transaction.',
      'Use another wallet.',
    ),
    wallet_blind_signing: code(
      'user',
      true,
      400,
      'The hardware wallet refuses to sign what it cannot show.',
      'Allow blind signing in its Solana app, then sign again.',
    ),
    wallet_failed: own(
      signingCodes.wallet_failed,
      400,
      'The wallet failed.',
      'Look into the wallet. The server watches the chain meanwhile.',
    ),
    sign_in_progress: own(
      signingCodes.sign_in_progress,
      409,
      'Another signature request is open.',
      'Finish it in the wallet first.',
    ),
    // Metadata and mint
    metadata_upload_failed: code(
      'network',
      true,
      502,
      'The metadata could not be stored.',
      'The server tries again by itself.',
    ),
    metadata_cid_mismatch: code(
      'operator',
      true,
      502,
      'The store returned another CID than the content has.',
      'The server tries again; check the pinning provider if it stays.',
    ),
    metadata_unavailable: code(
      'network',
      true,
      502,
      'The stored metadata could not be read.',
      'Try again; nothing was changed.',
    ),
    mint_failed_on_chain: code(
      'network',
      true,
      502,
      'The mint transaction failed on chain.',
      'The server tries again by itself.',
    ),
    mint_authority_unfunded: code(
      'operator',
      true,
      503,
      'The mint authority has not enough SOL.',
      'Fund the mint authority.',
    ),
    mint_address_occupied: code(
      'operator',
      false,
      500,
      'Something unexpected stands at the address of the new NFT.',
      'An operator has to look at the address.',
    ),
    mint_mismatch: code(
      'operator',
      false,
      500,
      'The minted NFT is not what was ordered.',
      'An operator has to look at the mint.',
    ),
    mint_key_unknown: code(
      'operator',
      false,
      500,
      'The key that this operation mints with is not configured.',
      'Pass the former authority in formerAuthorities until its operations have ended.',
    ),
    records_failed: code(
      'network',
      true,
      502,
      'The records could not be updated.',
      'The server tries again by itself.',
    ),
    // Infrastructure
    rpc_unavailable: code(
      'network',
      true,
      503,
      'The Solana RPC node does not answer.',
      'Wait; nothing is decided without the chain.',
    ),
    wrong_cluster: code(
      'operator',
      false,
      500,
      'The RPC node serves another Solana cluster than this database was made with.',
      'Point SOLANA_RPC_URL at the right cluster, or use another database.',
    ),
    database_unavailable: code(
      'network',
      true,
      503,
      'The database does not answer.',
      'Wait and try again; nothing was lost.',
    ),
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
    port_timeout: code(
      'network',
      true,
      503,
      'Something that the server relies on did not answer in time.',
      'The server tries again by itself; look at the function named in the details if it stays.',
    ),
    port_answered_wrongly: code(
      'operator',
      false,
      502,
      'Something that the server relies on gave an answer that cannot be used.',
      'Correct the function and the field that the log names, then retry.',
    ),
    // Client
    connection_lost: own(
      ownCodes.connection_lost,
      503,
      'The connection was lost.',
      'The client reconnects by itself.',
    ),
    connection_gave_up: own(
      ownCodes.connection_gave_up,
      503,
      'The client stopped trying to reconnect.',
      'Check the network, then call retry().',
    ),
    missing_capability: code(
      'operator',
      false,
      500,
      'The runtime lacks something the client needs.',
      'Pass it in the environment option.',
    ),
    aborted: own(ownCodes.aborted, 499, 'The call was aborted.', 'Call again when it is wanted.'),
    detached: own(
      ownCodes.detached,
      499,
      'The operation was detached from this client; it goes on at the server.',
      'Attach again to follow it.',
    ),
    // Configuration
    invalid_option: code(
      'operator',
      false,
      500,
      'An option has a wrong value.',
      'Correct the option named in the message.',
    ),
  }) as const satisfies Record<string, WireFacts>)();

/** One of the codes of this version. */
export type ErrorCode = keyof typeof errorCodes;

/** True for a code that this version knows. */
export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCodes, value);

/**
 * All there is to know: the codes and the cases within them. A function of its own, so that
 * bundlers may leave it out.
 */
export const everyCode = /* @__PURE__ */ (() => ({ ...errorCodes, ...sentences }))();
