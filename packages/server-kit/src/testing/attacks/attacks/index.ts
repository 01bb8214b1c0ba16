import type { Attack } from '../attack.ts';
import { servers, wallets } from './bytes.ts';
import { falseReports, foreignCommands } from './commands.ts';
import { forged } from './forged.ts';
import { accounts, issuers, lives } from './lives.ts';
import { memos } from './memos.ts';
import { hidden, invented, numbers } from './one-node.ts';
import { deployments, operations, operators } from './operations.ts';
import { clusters, inTheWay, issued } from './others.ts';
import { prefunding } from './prefund.ts';
import { spamming } from './spam.ts';

/** What is tried against us. */
export const attacks: readonly Attack[] = [
  ...forged,
  ...spamming,
  ...prefunding,
  ...foreignCommands,
  ...falseReports,
  ...memos,
  ...operations,
  ...deployments,
  ...operators,
  ...issuers,
  ...accounts,
  ...lives,
  ...clusters,
  ...issued,
  ...inTheWay,
  ...servers,
  ...wallets,
  ...numbers,
  ...hidden,
  ...invented,
];
