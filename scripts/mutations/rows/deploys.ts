import { kit, type Mutation, mutation } from '../mutation.ts';

export const deploys: readonly Mutation[] = [
  mutation(
    'S13',
    'what only expands keeps no older node from running',
    `${kit}/db/migrate-state.ts`,
    'if (least > known) {',
    'if (least > known || applied.length > known) {',
    `${kit}/engine/deploys.test.ts`,
  ),
  mutation(
    'S13',
    'what an unknown status carries is shown',
    `${kit}/journal/stand-in.ts`,
    'nowKeys: known ? nowKeys : more,',
    'nowKeys,',
    `${kit}/engine/deploys.test.ts`,
  ),
  mutation(
    'S13',
    'commands on it are for other nodes',
    `${kit}/engine/commands/load.ts`,
    'if (!foreign) return;',
    'if (foreign || !foreign) return;',
    `${kit}/engine/deploys.test.ts`,
  ),
  mutation(
    'S13',
    'its jobs stay for other nodes',
    `${kit}/engine/drive.ts`,
    'if (failure === FOREIGN) return false;',
    'if (failure === FOREIGN) return true;',
    `${kit}/engine/deploys.test.ts`,
  ),
  mutation(
    'S13',
    'a stream ends also with a status that is not known',
    `${kit}/http/tail.ts`,
    'return terminal && seq === last.seq;',
    'return false;',
    `${kit}/engine/deploys.test.ts`,
  ),
];
