import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import {
  type BatchObservableCallback,
  type Counter,
  context,
  type Histogram,
  type MeterProvider,
  metrics as metricsApi,
  type ObservableGauge,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
  type UpDownCounter,
} from '@opentelemetry/api';
import {
  type AttributesOf,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricName,
  metrics,
  type SpanAttributes,
  type SpanName,
} from './names.ts';
import { formatTraceparent, parseTraceparent, remoteContext } from './trace.ts';

/**
 * Providers of OpenTelemetry. Default: those that are registered globally when the service or
 * handler is made; without any, nothing is measured.
 */
export interface TelemetryOptions {
  tracerProvider?: TracerProvider;
  meterProvider?: MeterProvider;
}

/** One value of a gauge. */
export type Reading = {
  [N in GaugeName]: { name: N; value: number; attributes: AttributesOf<N> };
}[GaugeName];

export interface SpanOptions {
  /**
   * `traceparent` of what this belongs to. Without one, or with one that cannot be read: the active
   * span.
   */
  parent?: string | null;
  /** The active span comes first, as that of the host's own instrumentation of HTTP. */
  preferActive?: boolean;
  attributes: SpanAttributes;
}

export interface OpenSpan {
  set(attributes: SpanAttributes): void;
  /** Relates it to another trace, by the `traceparent` of that. */
  link(traceparent: string | null): void;
  /** What went wrong, for a span whose work does not throw. */
  failed(error: unknown): void;
  /** The span is not exported: nothing came of its work. */
  drop(): void;
  /** Header that leads back to it. */
  readonly traceparent: string | null;
}

/** Spans and metrics, silent unless a provider is given. A provider that throws touches nothing. */
export interface Telemetry {
  add<N extends CounterName>(name: N, attributes: AttributesOf<N>, value?: number): void;
  record<N extends HistogramName>(name: N, value: number, attributes: AttributesOf<N>): void;
  /** Gauges are read when somebody collects. Returns what ends it. */
  observe(read: () => Promise<readonly Reading[]>): () => void;
  /** Runs `work` inside a span. What it throws is noted in the span by its code, and thrown on. */
  span<T>(name: SpanName, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T>;
}

const SCOPE = '@aiw3/nft-upgrade-server-kit';

const gaugeNames = Object.keys(metrics).filter(
  (name): name is GaugeName => metrics[name as MetricName].kind === 'gauge',
);

type Instruments = Partial<
  Record<MetricName, Counter | UpDownCounter | Histogram | ObservableGauge>
>;

export function createTelemetry({
  tracerProvider,
  meterProvider,
}: TelemetryOptions = {}): Telemetry {
  const tracer = quietly(() => (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE));
  const meter = quietly(() => (meterProvider ?? metricsApi.getMeterProvider()).getMeter(SCOPE));
  const instruments: Instruments = {};
  for (const [name, { kind, unit, description }] of Object.entries(metrics)) {
    instruments[name as MetricName] = quietly(() => {
      if (kind === 'counter') return meter?.createCounter(name, { unit, description });
      if (kind === 'up-down-counter')
        return meter?.createUpDownCounter(name, { unit, description });
      if (kind === 'histogram') return meter?.createHistogram(name, { unit, description });
      return meter?.createObservableGauge(name, { unit, description });
    });
  }
  const instrument = <I>(name: MetricName) => instruments[name] as I | undefined;

  return {
    add: (name, attributes, value = 1) =>
      quietly(() => instrument<UpDownCounter>(name)?.add(value, attributes)),
    record: (name, value, attributes) =>
      quietly(() => instrument<Histogram>(name)?.record(value, attributes)),

    observe(read) {
      const gauges = gaugeNames.flatMap((name) => instrument<ObservableGauge>(name) ?? []);
      const callback: BatchObservableCallback = async (result) => {
        for (const { name, value, attributes } of await read().catch(() => [])) {
          const gauge = instrument<ObservableGauge>(name);
          if (gauge) result.observe(gauge, value, attributes);
        }
      };
      quietly(() => meter?.addBatchObservableCallback(callback, gauges));
      return () => quietly(() => meter?.removeBatchObservableCallback(callback, gauges));
    },

    async span(name, { parent, preferActive = false, attributes }, work) {
      const active = context.active();
      const over =
        preferActive && trace.getSpan(active) ? active : (remoteContext(parent) ?? active);
      const span = quietly(() => tracer?.startSpan(name, { attributes }, over));
      const { open, end } = openSpan(span, parent ?? null);
      let begun = false;
      const run = async () => {
        begun = true;
        return work(open);
      };
      try {
        return await (span ? context.with(trace.setSpan(over, span), run) : run());
      } catch (thrown) {
        // Not the work, but the host's context manager.
        if (!begun) return await work(open);
        open.failed(thrown);
        throw thrown;
      } finally {
        end();
      }
    },
  };
}

function openSpan(
  span: Span | undefined,
  parent: string | null,
): { open: OpenSpan; end: () => void } {
  let dropped = false;
  const traceparent =
    quietly(() => formatTraceparent(span?.spanContext())) ??
    formatTraceparent(parseTraceparent(parent) ?? undefined);
  return {
    open: {
      traceparent,
      set: (attributes) => quietly(() => void span?.setAttributes(attributes)),
      link(other) {
        const related = parseTraceparent(other);
        if (related) quietly(() => void span?.addLink({ context: related }));
      },
      failed(error) {
        const type = isNftUpgradeError(error) ? error.code : 'internal';
        quietly(
          () =>
            void span
              ?.setAttribute('error.type', type)
              .setStatus({ code: SpanStatusCode.ERROR, message: type }),
        );
      },
      drop() {
        dropped = true;
      },
    },
    // A span that never ends is never exported: that is how one is left out whose work turned out
    // to be none.
    end: () => void (dropped || quietly(() => span?.end())),
  };
}

/** What is measured must not touch what it measures. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
