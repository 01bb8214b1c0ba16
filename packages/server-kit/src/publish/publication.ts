import {
  type AnyProcess,
  type Asset,
  foldAll,
  NftUpgradeError,
  type OperationEvent,
  type Snapshot,
} from '@aiw3/nft-upgrade/protocol';
import type { Loaded, OperationRow } from '../journal/journal.ts';
import type { Publication } from '../ports/sink.ts';

/**
 * True for events that others are notified of: those that change where the asset is, those that end
 * an operation, and those after which people have to look. The steps in between are for the page
 * that waits.
 */
export const isMilestone = (
  process: AnyProcess,
  before: Asset,
  { asset, status, requiresSupport }: OperationEvent,
): boolean =>
  asset !== before || process.statuses[status]?.terminal === true || requiresSupport === true;

export function milestonesOf(before: Snapshot, { process, events }: Loaded): OperationEvent[] {
  let { asset } = before;
  return events.filter((event) => {
    if (event.seq <= before.seq) return false;
    const notified = isMilestone(process, asset, event);
    asset = event.asset;
    return notified;
  });
}

/** What a publication is made of. */
export interface PublicationSource {
  readonly row: Pick<
    OperationRow,
    'id' | 'process' | 'principal' | 'wallet' | 'input' | 'traceparent'
  >;
  readonly process: AnyProcess;
  readonly events: readonly OperationEvent[];
}

/** The publication of one event, the same on every repeat. */
export function publicationOf(
  { row, process, events }: PublicationSource,
  seq: number,
): Publication {
  const event = events.find((candidate) => candidate.seq === seq);
  const snapshot = foldAll(
    process,
    events.filter((candidate) => candidate.seq <= seq),
  );
  if (!event || !snapshot)
    throw new NftUpgradeError('internal', {
      message: `The operation has no event ${seq}.`,
      operationId: row.id,
    });
  return {
    id: `${row.id}/${seq}`,
    type: `${row.process}.${event.status}`,
    operationId: row.id,
    process: row.process,
    status: event.status,
    seq,
    asset: event.asset,
    at: event.timestamp,
    principal: { id: row.principal, ...(row.wallet === null ? {} : { wallet: row.wallet }) },
    input: row.input,
    facts: snapshot.facts,
    event,
    traceparent: row.traceparent,
  };
}
