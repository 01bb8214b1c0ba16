export interface Cursor {
  /** Number of the last event the client has; 0 for none. */
  readonly after: number;
  /** True when the client named a cursor that this log does not have. */
  readonly gap: boolean;
}

/**
 * Where the client wants to go on: `Last-Event-ID`, else `?after=`. The header wins, because a
 * reconnecting EventSource sends it along with the address it began with. An unknown cursor means
 * the whole log.
 */
export function readCursor(request: Request, url: URL, lastSeq: number): Cursor {
  const given = request.headers.get('last-event-id') || url.searchParams.get('after');
  if (!given) return { after: 0, gap: false };
  const after = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  return after <= lastSeq ? { after, gap: false } : { after: 0, gap: true };
}
