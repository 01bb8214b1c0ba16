/** What each call into the host brings as its last argument. */
export interface CallOptions {
  /**
   * Aborts when the call has reached its deadline, or the node stops: nobody waits for the answer
   * any more, and what comes after it is ignored.
   */
  readonly signal: AbortSignal;
}
