import type { Replayed } from '@aiw3/nft-upgrade';
import { useState } from 'react';
import { type RecordedRun, stateAfter } from './recording.ts';
import { styles } from './styles.ts';

/**
 * One operation of a recording: where it stood after a line, and all lines. Follows the end until
 * somebody looks back.
 */
export function RecordedRunView({ run }: { run: RecordedRun }) {
  const [looked, look] = useState<number | null>(null);
  const { lines } = run;
  const count = Math.min(looked ?? lines.length, lines.length);
  const state = replay(run, count);
  const since = lines[0]?.at ?? 0;
  return (
    <>
      <label style={styles.row}>
        Step {count} of {lines.length}{' '}
        <input
          type="range"
          min={1}
          max={lines.length}
          value={count}
          onChange={(event) => {
            const next = Number(event.target.value);
            look(next === lines.length ? null : next);
          }}
        />
      </label>
      <Axes state={state} />
      <ol style={styles.lines} aria-label="Lines">
        {lines.map((line, index) => (
          <li
            key={line.number}
            aria-current={index + 1 === count ? 'step' : undefined}
            style={index < count ? undefined : styles.ahead}
          >
            <details>
              <summary>
                +{line.at - since} ms <b>{line.kind}</b> {line.summary}
              </summary>
              <pre style={styles.json}>{JSON.stringify(JSON.parse(line.json), null, 2)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}

/** The three axes, never mixed. */
function Axes({ state }: { state: Replayed | string | null }) {
  if (typeof state === 'string') return <p role="alert">{state}</p>;
  const operation = state?.operation;
  return (
    <dl style={styles.axes}>
      <dt>operation</dt>
      <dd>
        {operation
          ? `#${operation.seq} ${operation.status}, ${operation.progress}%, asset ` +
            `${operation.asset}`
          : 'nothing yet'}
      </dd>
      <dt>connection</dt>
      <dd>{text(state?.connection)}</dd>
      <dt>wallet</dt>
      <dd>{text(state?.wallet)}</dd>
      <dt>healed</dt>
      <dd>
        {state
          ? `${state.counters.duplicates} duplicates, ${state.counters.gaps} gaps, ` +
            `${state.counters.unknown} unknown`
          : 'nothing yet'}
      </dd>
    </dl>
  );
}

function replay(run: RecordedRun, count: number): Replayed | string | null {
  try {
    return stateAfter(run, count);
  } catch (thrown) {
    return `It cannot be replayed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

/** `{"state":"live","attempt":0,"reason":null}` reads `state live, attempt 0`. */
function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'nothing yet';
  const { state, ...rest } = value as { state?: unknown };
  return Object.entries({ state, ...rest })
    .filter(([, part]) => part !== null)
    .map(([name, part]) => `${name} ${typeof part === 'string' ? part : JSON.stringify(part)}`)
    .join(', ');
}
