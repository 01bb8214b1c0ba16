import type { AnyProcess, OperationEvent } from '@aiw3/nft-upgrade/protocol';

type Status = NonNullable<ReturnType<AnyProcess['find']>>;

/** What the row of an operation says, whatever version of the code wrote it. */
export interface StoredState {
  readonly process: string;
  readonly version: number;
  readonly status: string;
  readonly phase: string;
  readonly live: boolean;
}

/** Members that every event has; `upgradeId` and its like only repeat one of them. */
const envelope: ReadonlySet<string> = new Set([
  'operationId',
  'process',
  'seq',
  'status',
  'progress',
  'asset',
  'timestamp',
  'message',
]);

/**
 * A definition for reading an operation whose own one this node does not have: events are data, and
 * the row says what only the definition would. It is made of the definition that comes nearest, and
 * of what the events themselves show; nothing that they carry is left out. Never used to write.
 * @param like another version of the process; null where the node knows none
 */
export function standInFor(
  state: StoredState,
  events: readonly OperationEvent[],
  like: AnyProcess | null,
): AnyProcess {
  const statuses = new Map<string, Status>(Object.entries(like?.statuses ?? {}));
  for (const event of events)
    statuses.set(event.status, seen(event, statuses.get(event.status), state, like));
  return {
    path: state.process,
    idPrefix: '',
    phases: [state.phase],
    input: { check: () => undefined },
    ...like,
    name: state.process,
    version: state.version,
    initial: events[0]?.status ?? state.status,
    statuses: Object.fromEntries(statuses),
    find: (status) => statuses.get(status),
  } as AnyProcess;
}

function seen(
  event: OperationEvent,
  known: Status | undefined,
  { status, phase, live }: StoredState,
  like: AnyProcess | null,
): Status {
  const isLast = event.status === status;
  const { factKeys = [], nowKeys = [] } = known ?? {};
  const more = Object.keys(event).filter(
    (key) =>
      !envelope.has(key) &&
      key !== like?.idAlias &&
      !factKeys.includes(key) &&
      !nowKeys.includes(key),
  );
  return {
    progress: 'kept',
    to: [],
    fields: () => true,
    ...known,
    status: event.status,
    phase: isLast ? phase : (known?.phase ?? null),
    asset: event.asset,
    // Of a status that is not known, nobody can say what outlasts it.
    factKeys: [...factKeys, ...more],
    nowKeys: known ? nowKeys : more,
    terminal: isLast && !live,
  };
}
