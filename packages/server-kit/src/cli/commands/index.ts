import type { Command } from '../command.ts';
import { burnsDecline, burnsHonour, burnsList } from './burns.ts';
import { migrate } from './migrate.ts';
import { obligationsCompensate, obligationsRetry } from './obligations-act.ts';
import { obligationsList } from './obligations-list.ts';
import { obligationsShow } from './obligations-show.ts';
import { operationsShow } from './operations-show.ts';
import { outboxList, outboxReplay, outboxShow, outboxSkip } from './outbox.ts';
import { retention, userErase, userExport } from './retention.ts';

export const commands: readonly Command[] = [
  obligationsList,
  obligationsShow,
  obligationsRetry,
  obligationsCompensate,
  burnsList,
  burnsHonour,
  burnsDecline,
  operationsShow,
  outboxList,
  outboxShow,
  outboxReplay,
  outboxSkip,
  retention,
  userExport,
  userErase,
  migrate,
];
