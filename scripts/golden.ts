// Freezes streams of this protocol version as files. Files that exist stay: a golden stream is
// never rewritten, a new version gets a folder of its own.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOL_VERSION } from '../packages/core/src/protocol/index.ts';
import { type Scenario, scenarios } from '../packages/core/src/testing/index.ts';
import { play } from '../test/contract/fixtures/play.ts';

const folder = join(import.meta.dirname, `../test/contract/golden/v${PROTOCOL_VERSION}`);
/** Faults change the transport, not the log: their scenarios would freeze the same bytes again. */
const frozen = [
  'happy',
  'notQualified',
  'unknownStatus',
  'rejected',
  'cancelled',
  'burnFailed',
  'recovering',
  'needsAttention',
  'compensated',
];

mkdirSync(folder, { recursive: true });
for (const [process, all] of Object.entries<Readonly<Record<string, Scenario>>>(scenarios)) {
  for (const [name, scenario] of Object.entries(all)) {
    const path = join(folder, `${process}-${name}`);
    if (!frozen.includes(name) || existsSync(`${path}.stream`)) continue;
    const { operation, text } = await play(scenario);
    writeFileSync(`${path}.stream`, text);
    writeFileSync(`${path}.snapshot.json`, `${JSON.stringify(operation.snapshot, null, 2)}\n`);
    console.log(`froze ${process}-${name}`);
  }
}
