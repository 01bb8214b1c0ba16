import type { Timeline, TimelineEntry } from '../stream/timeline.ts';
import type { Environment } from './environment.ts';

export interface RecorderOptions {
  readonly timeline: Timeline | undefined;
  readonly process: { readonly name: string };
  readonly environment: Environment;
}

/** Writes what happens to one operation into the timeline; undefined without one. A recording that fails must not stop what it records. */
export function recorder({ timeline, process, environment }: RecorderOptions, id: () => string | null) {
  if (!timeline) return undefined;
  const run = timeline.next();
  return (entry: TimelineEntry): void => {
    try {
      timeline.add({ run, process: process.name, operationId: id(), at: environment.clock.now() }, entry);
    } catch (thrown) {
      environment.reportError(thrown);
    }
  };
}
