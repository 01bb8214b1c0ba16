import type { View } from './view.ts';

const line = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Every event as a line of JSON, and the facts as the last one. */
export const jsonView = (): View => ({
  ready: () => {},
  begin: () => {},
  event: (_title, event) => line(event),
  result: (facts) => line(facts),
  serving: (server) => console.error(`Serving on ${server.url}`),
  problem: (error) => console.error(error instanceof Error ? error.message : 'unknown error'),
});
