import type { Attack } from '../attack.ts';
import { falseReports, foreignCommands } from './commands.ts';
import { forged } from './forged.ts';
import { hidden, invented, numbers } from './one-node.ts';
import { prefunding } from './prefund.ts';
import { spamming } from './spam.ts';

/** What is tried against us. */
export const attacks: readonly Attack[] = [
  ...forged,
  ...spamming,
  ...prefunding,
  ...foreignCommands,
  ...falseReports,
  ...numbers,
  ...hidden,
  ...invented,
];
