/**
 * One way in which an upgrade can go wrong, and what has to come of it. A test whose name begins
 * with the id proves the row.
 */
export interface MatrixRow {
  readonly id: string;
  readonly failure: string;
  readonly outcome: string;
  /** Title of the issue that proves it. Until then the row is open; after it the title goes. */
  readonly issue?: string;
}

const row = (id: string, failure: string, outcome: string, issue?: string): MatrixRow => ({
  id,
  failure,
  outcome,
  ...(issue !== undefined && { issue }),
});

const click = 'The click: fresh bytes, the right NFT, wallets as they ship';
const controller = 'Your own controller keeps the promise, and the guide is true to the letter';

/**
 * C: client · W: wallet · B: burn · M: metadata · K: mint · S: server · L: load · A: attacks · E:
 * emitter · N: network of the client
 */
export const rows: readonly MatrixRow[] = [
  row('C1', 'the start gets no answer and is sent again', 'one operation: the key finds it'),
  row(
    'C2',
    'two clicks, two tabs or two devices start the same thing',
    'the second joins; one prompt at a time',
  ),
  row('C3', 'a key comes back with another body', '409, and nothing is made'),
  row(
    'C4',
    'the user does not qualify, or the NFT is gone, frozen or used',
    'a refusal with reasons; nothing to sign',
  ),
  row(
    'C5',
    'the page is reloaded or closed while the wallet waits',
    'the same operation in the same state, with a fresh transaction when asked',
  ),
  row(
    'C6',
    'the token runs out in the middle of a stream',
    'one renewal and on from the cursor; else a pause, never an end',
  ),
  row(
    'C7',
    'the stream is cut at any byte, held back by a proxy, or the network is gone',
    'resumed or polled to the same state; nothing told twice, nothing started twice',
  ),
  row(
    'C8',
    'events are lost, doubled, out of order or of a newer version',
    'the same snapshot in the end; what is unknown is kept',
  ),
  row(
    'C9',
    'the clock of the device is wrong, or it slept',
    'deadlines follow the server and the chain',
  ),
  row(
    'C10',
    'components mount twice or unmount during a prompt',
    'no second prompt, no lost result',
  ),
  row(
    'C11',
    'client and server are of different versions',
    'full function, or a readable refusal before any burn',
  ),
  row(
    'W1',
    'the transaction would do more than burn this NFT',
    'refused before the wallet sees it, with what differs',
  ),
  row(
    'W2',
    'the transaction would fail: no SOL, frozen, not owned',
    'no prompt; a reason with the missing amount',
  ),
  row('W3', 'the user declines', 'the NFT is safe; signing again is possible'),
  row('W4', 'the wallet is locked, blocked or missing', 'a code and a hint of its own; no loop'),
  row(
    'W5',
    'the wallet reports a refusal, yet the transaction landed',
    'the chain is believed; the page heals',
  ),
  row('W6', 'the wallet never answers', 'unknown, not refused; the watcher decides'),
  row('W7', 'another account signed, or another message', 'refused before it is sent'),
  row('W8', 'the wallet adds guards or changes the fee', 'accepted within the policy, and noted'),
  row('W9', 'the wallet can only sign and send in one', 'works; the watcher was armed before'),
  row(
    'W10',
    'a hardware wallet signs blindly, slowly, or not version 0',
    'its own code, a legacy transaction, more time',
  ),
  row(
    'B1',
    'a reload between the signature and the broadcast',
    'the server has the bytes or they die; never two live burns',
  ),
  row(
    'B2',
    'the broadcast worked, its answer was lost',
    'the signature was known before, and is found',
  ),
  row('B3', 'the burn never lands', 'a new attempt only with proof that the old one is dead'),
  row('B4', 'the burn lands and fails', 'a new attempt; the NFT is safe'),
  row(
    'B5',
    'the burn is confirmed, then forked away',
    'verified again; the mint waits for finality',
  ),
  row('B6', 'two attempts were signed', 'the chain lets one through'),
  row('B7', 'the NFT is burned in another way during the run', 'noticed, honoured, noted'),
  row('B8', 'the NFT is sold before the burn lands', 'the burn has failed, with the reason'),
  row('B9', 'RPC nodes are down, late or of different minds', 'waiting, no guessing'),
  row(
    'B10',
    'a burn is forged, borrowed, old, partial or of something else',
    'refused with its own code; no mint; noted',
  ),
  row('B11', 'no client ever reports the burn', 'the watcher finds it'),
  row('M1', 'pinning fails or is over its quota', 'again later, or elsewhere'),
  row(
    'M2',
    'the store returns another CID than the content has',
    'refused and repeated; never minted',
  ),
  row('M3', 'only a part was pinned', 'repeating changes nothing that is there'),
  row('M4', 'pinning fails for days after the burn', 'owed, alerted, needs_attention'),
  row('K1', 'the node dies before it intends the mint', 'exactly one NFT'),
  row('K2', 'the node dies after it wrote the intent', 'exactly one NFT'),
  row('K3', 'the node dies after it sent the mint', 'exactly one NFT'),
  row('K4', 'the node dies after the mint was confirmed', 'exactly one NFT'),
  row('K5', 'two workers are on one operation', 'one writes, the other adopts'),
  row(
    'K6',
    'the mint fails on chain, or its authority is empty or revoked',
    'repeated, or needs_attention with an alert',
  ),
  row('K7', 'something else stands at the address of the new NFT', 'stop and alert'),
  row(
    'K8',
    'the NFT was minted to the wrong owner or with the wrong metadata',
    'no success: needs_attention',
  ),
  row(
    'K9',
    'the mint is confirmed, then forked away',
    'sent again to the same address until it is final',
  ),
  row('S1', 'the database is down at the start', 'refused cleanly; nothing was signed'),
  row('S2', 'the database is down after the burn may be out', 'the chain tells what was missed'),
  row('S3', 'the database is older than the burn', 'burns without operations are found'),
  row('S4', 'processes are killed at any time', 'every invariant holds'),
  row(
    'S5',
    'a new version is deployed in the middle',
    'operations finish under their own definition',
  ),
  row(
    'S6',
    'a sink, an alert or a log throws or hangs',
    'the operation does not notice; delivery is repeated',
  ),
  row(
    'S7',
    'the secret that mint addresses derive from is rotated',
    'open operations keep the old one',
  ),
  row('S8', 'a cancel comes while a burn may be under way', 'cancelling, until it died or landed'),
  row(
    'S9',
    'the user walks away before the signature',
    'expires and frees the NFT; a late burn still counts',
  ),
  row(
    'S10',
    'an obligation is compensated and the mint lands late, or the reverse',
    'one row decides; never both',
  ),
  row('L1', 'a client never reads', 'bounded memory, closed with a reason, resumed without a loss'),
  row('L2', 'one user opens thousands of streams', 'a limit, answered with 429'),
  row('L3', 'the server stops with streams open', 'drained; every client goes on elsewhere'),
  row('A1', 'a memo names an operation of somebody else', 'it decides nothing'),
  row('A2', 'an address, a mint or a wallet is spammed', 'bounded calls; nobody is delayed'),
  row('A3', 'one burn is shown to two deployments', 'one of them honours it'),
  row(
    'A4',
    'the server, or what is in front of it, names another NFT than the page',
    'refused before the prompt',
    click,
  ),
  row(
    'A5',
    'others have power over the NFT, or its owner cannot sign',
    'refused before the prompt, with the reason; the issuer’s own authority is accepted',
    click,
  ),
  row(
    'A6',
    'versions, programs or instructions that the reads do not know',
    'refused before the prompt',
  ),
  row(
    'W11',
    'the user hesitates longer than a blockhash lives',
    'a fresh transaction at the click, one prompt',
    click,
  ),
  row('S11', 'a port hangs on a living node', 'taken over, with an alert'),
  row('S12', 'a node is frozen and wakes after its lease', 'it can write nothing'),
  row('S13', 'nodes of two versions run while a deploy rolls', 'reads everywhere; nobody gives up'),
  row(
    'S14',
    'the database is read-only, serializable, pooled by transaction, full or slow',
    'said as what it is; no budget is spent',
  ),
  row('S15', 'a year of operations', 'every statement touches a bounded number of rows'),
  row(
    'E1',
    'a controller of the host dies between any two lines',
    'another node resumes it; one NFT',
    controller,
  ),
  row('N1', 'an answer is not the server’s', 'weather, never a verdict'),
  row('N2', 'a token provider fails', 'weather; only a 401 of the server is a verdict'),
  row(
    'N3',
    'streams are impossible for a while',
    'polling meanwhile; streams again within minutes',
  ),
  row('N4', 'the wall clock jumps', 'nothing changes'),
  row('N5', 'a tab is stuck or old', 'never worse than a tab alone'),
];
