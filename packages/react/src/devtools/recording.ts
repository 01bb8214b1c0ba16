import { type Processes, type Replayed, replayTimeline } from '@aiw3/nft-upgrade';

/** One line of a recording, as the panel lists it. */
export interface RecordedLine {
  /** Its place in the recording, from 1. */
  readonly number: number;
  readonly run: number;
  readonly at: number;
  readonly kind: string;
  /** What it says, in a few words. */
  readonly summary: string;
  /** The line itself. */
  readonly json: string;
}

/** One operation of a recording. */
export interface RecordedRun {
  readonly run: number;
  readonly title: string;
  readonly lines: readonly RecordedLine[];
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const words = (...parts: unknown[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(' ');

/** What a line of each kind says. A kind of a newer recording is shown by its name. */
const summaries: Readonly<Record<string, (line: Fields) => string>> = {
  attempt: ({ mode, reason, snapshot }) =>
    words(mode, reason, snapshot ? `from #${String(fields(snapshot).seq)}` : ''),
  chunk: ({ events, comments, retryMs, error }) =>
    [
      ...list(events).map(eventOf),
      ...list(comments).map(commentOf),
      typeof retryMs === 'number' ? `retry ${retryMs}` : '',
      fields(error).code,
    ]
      .filter(Boolean)
      .join(', '),
  result: ({ result }) => words(fields(result).kind, fields(fields(result).error).code),
  connection: ({ connection }) =>
    words(
      fields(connection).state,
      fields(connection).reason,
      fields(fields(connection).error).code,
    ),
  wallet: ({ wallet }) => words(fields(wallet).state, fields(fields(wallet).error).code),
};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function eventOf(event: unknown): string {
  const { seq, status } = fields(event);
  return `#${String(seq)} ${String(status)}`;
}

/** The opening frame announces the heartbeat; a heartbeat carries the time. */
const commentOf = (comment: unknown): string =>
  fields(comment).heartbeat === undefined ? 'heartbeat' : 'opening';

/**
 * The operations of a recording, in the order of their start. @throws SyntaxError for a line that
 * is no JSON
 */
export function readRecording(ndjson: string): RecordedRun[] {
  const runs = new Map<number, { run: number; title: string; lines: RecordedLine[] }>();
  for (const [index, json] of ndjson.split('\n').entries()) {
    if (json.trim() === '') continue;
    const line = fields(JSON.parse(json));
    const run = Number(line.run);
    const known = runs.get(run) ?? { run, title: '', lines: [] };
    runs.set(run, known);
    known.title = words(line.process, line.operationId ?? `(${run}, not known yet)`);
    const kind = String(line.kind);
    known.lines.push({
      number: index + 1,
      run,
      at: Number(line.at),
      kind,
      summary: summaries[kind]?.(line) ?? '',
      json,
    });
  }
  return [...runs.values()];
}

/** The state after so many lines of a run, by the same reducer as the live client. */
export const stateAfter = (
  { lines }: RecordedRun,
  count: number,
  processes?: Processes,
): Replayed | null =>
  replayTimeline(
    lines
      .slice(0, count)
      .map(({ json }) => json)
      .join('\n'),
    processes,
  )[0] ?? null;
