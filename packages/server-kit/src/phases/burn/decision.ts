/** Statuses in which the chain is watched for the burn of an operation. */
export const burnStatuses = ['awaiting_burn', 'verifying_burn', 'cancelling'] as const;
export type BurnStatus = (typeof burnStatuses)[number];

/** What one look at the chain comes to, once the signatures that it rules out are looked past. */
export const burnSights = [
  /** In the wallet, and something that was handed out may still land. */
  'untouched',
  /** The same, after a transaction of ours failed; nothing else of ours is known to be signed. */
  'failed',
  /** In the wallet for good: nothing that was handed out can land any more. */
  'dead',
  'pending',
  /** Final by its status, but no node shows it, or nobody can read it. */
  'unproven',
  'burned',
  'burned_elsewhere',
  /** In another wallet, while something may still land should it come back. */
  'away',
  /** In another wallet for good. */
  'left',
  /** Destroyed, and no burn that counts explains it. */
  'gone',
  /** The same, and people have decided about it. */
  'honoured',
  'declined',
  /** Destroyed by a burn that counts for another operation. */
  'spent',
] as const;
export type BurnSight = (typeof burnSights)[number];

/** Whether the time for the signature is over. */
export const burnWindows = ['open', 'closed'] as const;
export type BurnWindow = (typeof burnWindows)[number];

/** What is done about it. */
export type BurnAction =
  /** The status stands, and what it says is still true. */
  | 'wait'
  /** The same; stored bytes are sent once more. */
  | 'resend'
  /**
   * The same: the user asks for a fresh transaction when they are there to sign it. One after a
   * failure, or one that only the network stood in the way of, is made by itself.
   */
  | 'offer'
  /** The same; where it lasts, one alert goes out. */
  | 'call'
  /** → `verifying_burn` */
  | 'verify'
  /** → `burn_verified`: from here on the new NFT is owed. */
  | 'record'
  /** → `awaiting_burn`, with a fresh transaction or with the reason why there is none. */
  | 'renew'
  /** → `burn_failed`: the time is over, and nothing can land any more. */
  | 'close'
  /** → `burn_failed`: the NFT has left the wallet. */
  | 'leave'
  /** → `cancelled` */
  | 'cancel';

type ByWindow = BurnAction | Readonly<Record<BurnWindow, BurnAction>>;

/** A burn that is final counts, and an NFT that has left has left, whatever was meant to happen. */
const certain = {
  burned: 'record',
  burned_elsewhere: 'record',
  away: 'wait',
  left: 'leave',
  spent: 'leave',
  honoured: 'record',
  declined: 'leave',
} as const;

/**
 * What follows from each look, by status. Each `wait` has an end that the chain sets: an attempt
 * that may land is dead after its last block, and what has landed becomes final or is dropped.
 */
export const burnDecisions: Readonly<Record<BurnStatus, Readonly<Record<BurnSight, ByWindow>>>> = {
  awaiting_burn: {
    ...certain,
    untouched: 'wait',
    // A closed window is not opened again by a failure. It ends once nothing can land.
    failed: { open: 'renew', closed: 'wait' },
    dead: { open: 'offer', closed: 'close' },
    pending: 'verify',
    unproven: 'verify',
    // Nobody is told that an NFT is safe that is nowhere.
    gone: 'verify',
  },
  verifying_burn: {
    ...certain,
    untouched: 'resend',
    failed: { open: 'renew', closed: 'wait' },
    dead: { open: 'renew', closed: 'close' },
    pending: 'wait',
    unproven: 'call',
    gone: 'call',
  },
  cancelling: {
    ...certain,
    untouched: 'wait',
    failed: 'wait',
    dead: 'cancel',
    pending: 'wait',
    unproven: 'call',
    gone: 'call',
  },
};

export function decideBurn(status: BurnStatus, sight: BurnSight, window: BurnWindow): BurnAction {
  const decision = burnDecisions[status][sight];
  return typeof decision === 'string' ? decision : decision[window];
}
