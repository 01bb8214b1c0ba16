import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { type RecordedRun, readRecording } from './recording.ts';
import { RecordedRunView } from './run-view.tsx';
import { styles } from './styles.ts';
import type { WatchedTimeline } from './watched-timeline.ts';

/** Props of the development panel. */
export interface PanelProps {
  /** The recording of the client, from `watchedTimeline()`. */
  timeline: WatchedTimeline;
  /** Shown opened at first. Default false. */
  open?: boolean;
}

/** See `UpgradeDevtools`. Closed, it costs nothing: it neither listens nor reads. */
export function UpgradePanel({ timeline, open: opened = false }: PanelProps): ReactNode {
  const [open, setOpen] = useState(opened);
  return (
    <aside aria-label="NFT upgrade devtools" style={styles.panel}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        style={styles.button}
      >
        NFT upgrade
      </button>
      {open && <Recording timeline={timeline} />}
    </aside>
  );
}

function Recording({ timeline }: { timeline: WatchedTimeline }) {
  useSyncExternalStore(timeline.subscribe, timeline.getVersion, timeline.getVersion);
  /** A recording that was opened, as it came from a bug report. Null: the live one. */
  const [opened, setOpened] = useState<string | null>(null);
  const [chosen, choose] = useState<number | null>(null);
  const ndjson = opened ?? timeline.toNDJSON();
  const { runs, error } = attempt(ndjson);
  const run = runs.find((one) => one.run === chosen) ?? runs.at(-1);
  return (
    <div style={styles.body}>
      <p style={styles.row}>
        <select
          aria-label="Operation"
          value={run?.run ?? ''}
          onChange={(event) => choose(Number(event.target.value))}
        >
          {runs.map(({ run: number, title }) => (
            <option key={number} value={number}>
              {title}
            </option>
          ))}
        </select>
        <a
          style={styles.button}
          href={`data:application/x-ndjson;charset=utf-8,${encodeURIComponent(ndjson)}`}
          download="nft-upgrade.ndjson"
        >
          Export
        </a>
        <label style={styles.button}>
          Open a recording{' '}
          <input
            type="file"
            accept=".ndjson,application/x-ndjson"
            onChange={(event) => void event.target.files?.[0]?.text().then(setOpened)}
          />
        </label>
        {opened !== null && (
          <button type="button" style={styles.button} onClick={() => setOpened(null)}>
            Back to live
          </button>
        )}
        {opened === null && timeline.dropped > 0 && (
          <span>{timeline.dropped} older lines dropped</span>
        )}
      </p>
      {error !== '' && <p role="alert">{error}</p>}
      {run ? (
        <RecordedRunView key={`${opened === null}${run.run}`} run={run} />
      ) : (
        <p>Nothing has happened yet.</p>
      )}
    </div>
  );
}

function attempt(ndjson: string): { runs: RecordedRun[]; error: string } {
  try {
    return { runs: readRecording(ndjson), error: '' };
  } catch (thrown) {
    return {
      runs: [],
      error: `This is no recording: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}
