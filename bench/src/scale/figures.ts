/**
 * What one unit of each resource carries. Measured where a benchmark exists, else an assumption
 * that is named as one.
 */
export interface Figures {
  /** Streams one Node process holds over HTTP/2. Suite `server`. */
  readonly streamsPerNode: number;
  /**
   * Journalled events a second one Postgres takes with job, wake-up and read-back, on two cores
   * that it shares with the node. Suite `engine`.
   */
  readonly eventsPerPostgres: number;
  /**
   * A large Postgres (16 cores, fast disk) does so many times that. Assumption: two thirds of
   * linear.
   */
  readonly largePostgres: number;
  /**
   * Events a second that one node advances and streams, on its half of those cores.
   * Suite `engine`.
   */
  readonly eventsPerNode: number;
  /**
   * Notifications a second before they have to be coalesced in one Postgres. Measured at 32
   * writers.
   */
  readonly notifiesPerPostgres: number;
  /** Calls a second that an RPC plan of a large provider allows. Assumption. */
  readonly rpcCallsPerPlan: number;
  /** Dollars a month. Assumptions, list prices of 2026, for comparison only. */
  readonly cost: { readonly node: number; readonly postgres: number; readonly rpcPlan: number };
}

export const defaultFigures: Figures = {
  streamsPerNode: 50_000,
  eventsPerPostgres: 1_900,
  largePostgres: 6,
  eventsPerNode: 950,
  notifiesPerPostgres: 2_000,
  rpcCallsPerPlan: 500,
  cost: { node: 60, postgres: 900, rpcPlan: 500 },
};

/** The load that one upgrade puts on a deployment. */
export interface Workload {
  /**
   * Statuses that wait for a user or the chain: how long, and how often the chain is asked
   * meanwhile.
   */
  readonly waits: readonly {
    readonly name: string;
    readonly medianMs: number;
    readonly spread: number;
    readonly rpcCallsPerSecond: number;
  }[];
  /** Events of an operation. */
  readonly events: number;
  /** RPC calls outside of these waits: building, simulating, sending. */
  readonly rpcCalls: number;
  /** Share of operations that meet an outage after the burn, and how long it lasts. */
  readonly outage: { readonly share: number; readonly meanMs: number };
}

/** Finality on mainnet since Alpenglow, in milliseconds. */
const FINALITY_MS = 150;
/** Until a signer's transaction is in a block: two slots of 200 ms. Milliseconds. */
const LANDING_MS = 400;

/**
 * Solana mainnet: what landed is final at once, and is seen by the next look. A look at a waiting
 * operation is two calls, once a `watchMs`.
 */
export const upgradeWorkload = (watchMs: number, batch: number): Workload => ({
  waits: [
    { name: 'signature', medianMs: 20_000, spread: 1, rpcCallsPerSecond: 2_000 / watchMs / batch },
    {
      name: 'burn finality',
      medianMs: LANDING_MS + FINALITY_MS + watchMs / 2,
      spread: 0.15,
      rpcCallsPerSecond: 2_000 / watchMs / batch,
    },
    {
      name: 'mint finality',
      medianMs: LANDING_MS + FINALITY_MS + watchMs / 2,
      spread: 0.15,
      rpcCallsPerSecond: 2_000 / watchMs / batch,
    },
  ],
  events: 12,
  rpcCalls: 14,
  outage: { share: 0.01, meanMs: 600_000 },
});
