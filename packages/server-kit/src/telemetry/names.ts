interface MetricFacts {
  readonly kind: 'counter' | 'up-down-counter' | 'histogram' | 'gauge';
  /** UCUM, as OpenTelemetry wants it. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

/**
 * Every metric of the kit. `docs/observability.md` shows this table, and a test holds the two
 * together.
 */
export const metrics = {
  'nft_upgrade.operations.started': {
    kind: 'counter',
    unit: '{operation}',
    description: 'Operations made; a start that joined one that existed is none',
    attributes: ['process'],
  },
  'nft_upgrade.operations.ended': {
    kind: 'counter',
    unit: '{operation}',
    description: 'Operations that reached their last status',
    attributes: ['process', 'status'],
  },
  'nft_upgrade.steps': {
    kind: 'counter',
    unit: '{step}',
    description:
      'Looks at an operation: `done` wrote events, `waiting` found nothing to do yet, ' +
      '`failed` met an error, `conflict` came second to another node',
    attributes: ['process', 'phase', 'result'],
  },
  'nft_upgrade.step.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long a step took that was `done` or `failed`, its transaction included',
    attributes: ['process', 'phase', 'result'],
  },
  'nft_upgrade.obligations.open': {
    kind: 'gauge',
    unit: '{obligation}',
    description: 'Obligations that are not settled',
    attributes: ['process'],
  },
  'nft_upgrade.obligations.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest of them',
    attributes: ['process'],
  },
  'nft_upgrade.deliveries': {
    kind: 'counter',
    unit: '{delivery}',
    description:
      'Tries to tell a sink something: `delivered`, `failed`, or `dead` after the last try',
    attributes: ['sink', 'result'],
  },
  'nft_upgrade.outbox.waiting': {
    kind: 'gauge',
    unit: '{delivery}',
    description: 'What a sink is still to be told',
    attributes: ['sink'],
  },
  'nft_upgrade.outbox.age': {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest of them',
    attributes: ['sink'],
  },
  'nft_upgrade.outbox.dead': {
    kind: 'gauge',
    unit: '{delivery}',
    description: 'Dead letters',
    attributes: ['sink'],
  },
  'nft_upgrade.authority.balance': {
    kind: 'gauge',
    unit: '{lamport}',
    description: 'What the mint authority had when a node last looked',
    attributes: ['authority'],
  },
  'nft_upgrade.streams.open': {
    kind: 'up-down-counter',
    unit: '{stream}',
    description: 'Open streams',
    attributes: ['process'],
  },
  'nft_upgrade.streams.closed': {
    kind: 'counter',
    unit: '{stream}',
    description: 'Streams that ended, by reason; `stalled` is a slow consumer that was closed',
    attributes: ['process', 'reason'],
  },
  'nft_upgrade.streams.resumed': {
    kind: 'counter',
    unit: '{stream}',
    description: 'Streams that began behind the first event, because the client had some',
    attributes: ['process'],
  },
  'nft_upgrade.streams.gaps': {
    kind: 'counter',
    unit: '{stream}',
    description: 'Streams whose client named an event that this log does not have',
    attributes: ['process'],
  },
  'nft_upgrade.frames': {
    kind: 'counter',
    unit: '{frame}',
    description: 'Events written to streams',
    attributes: ['process'],
  },
} as const satisfies Record<string, MetricFacts>;

type Metrics = typeof metrics;
export type MetricName = keyof Metrics;
type OfKind<K extends MetricFacts['kind']> = {
  [N in MetricName]: Metrics[N]['kind'] extends K ? N : never;
}[MetricName];
export type CounterName = OfKind<'counter' | 'up-down-counter'>;
export type HistogramName = OfKind<'histogram'>;
export type GaugeName = OfKind<'gauge'>;
/** The attributes of a metric, each with a value. */
export type AttributesOf<N extends MetricName> = Readonly<
  Record<Metrics[N]['attributes'][number], string>
>;

/** Every span of the kit, and what it stands for. */
export const spans = {
  'nft_upgrade.start':
    'A start, from the request to the first event. Child of the active span, else of the ' +
    '`traceparent` of the request',
  'nft_upgrade.command':
    'A command on an operation: `confirm_burn`, `reissue_burn`, `cancel`, `retry`. Linked ' +
    'to the trace of the operation',
  'nft_upgrade.phase':
    'One step of a phase that wrote events or failed, on whichever node did it. Child of ' +
    'the start of its operation, so that one trace shows all of it',
  'nft_upgrade.deliver': 'One try to tell a sink something. Child of the start of its operation',
} as const;
export type SpanName = keyof typeof spans;

/** Attributes of the spans. */
export const spanAttributes = {
  'nft_upgrade.operation.id': 'all but a start that was refused',
  'nft_upgrade.process': 'all',
  'nft_upgrade.phase': '`nft_upgrade.phase`',
  'nft_upgrade.status.before': '`nft_upgrade.phase`',
  'nft_upgrade.status.after': '`nft_upgrade.phase`',
  'nft_upgrade.command': '`nft_upgrade.command`',
  'nft_upgrade.sink': '`nft_upgrade.deliver`',
  'error.type': 'where it failed: the code of the error, never its text',
} as const;
export type SpanAttributes = Partial<Record<keyof typeof spanAttributes, string>>;
