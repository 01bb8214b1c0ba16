import { isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';

/**
 * Reads the header of W3C Trace Context, level 2 (section 3.2.2). Null for anything else: it comes
 * from a browser.
 */
export function parseTraceparent(header: string | null | undefined): SpanContext | null {
  // A later version may append fields to those of version 00; version ff is forbidden.
  const found = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(
    header ?? '',
  );
  const [, version, traceId = '', spanId = '', flags = '', more] = found ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return null;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  };
  return isSpanContextValid(context) ? context : null;
}

/** The header that leads back to a span, or null for one that nobody records. */
export const formatTraceparent = (context: SpanContext | undefined): string | null =>
  context && isSpanContextValid(context)
    ? `00-${context.traceId}-${context.spanId}-0${context.traceFlags & 1}`
    : null;

/** A context whose spans are children of what the header names. */
export function remoteContext(header: string | null | undefined) {
  const remote = parseTraceparent(header);
  return remote && trace.setSpanContext(ROOT_CONTEXT, remote);
}
