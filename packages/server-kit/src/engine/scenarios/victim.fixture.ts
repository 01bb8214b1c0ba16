/**
 * A node and its user, for tests: plays an upgrade as its first argument says, and is killed by the
 * system in the middle of it.
 */
import { createService } from '../../service.ts';
import { createMortal } from '../../testing/crash/mortal.ts';
import { openTortureDatabase } from '../../testing/torture/database.ts';
import { type Doom, nodeOf, useNode } from './doom.fixture.ts';

const doom = JSON.parse(process.argv[2] ?? '') as Doom;
const options = await nodeOf(doom, await openTortureDatabase(doom.database));
const mortal = createMortal(options, doom.point, () => process.kill(process.pid, 'SIGKILL'));
await useNode(await createService(mortal.options), doom);
