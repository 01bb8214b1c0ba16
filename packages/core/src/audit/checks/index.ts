import type { Check } from '../check.ts';
import { accessChecks } from './access.ts';
import { answerChecks } from './answers.ts';
import { commandChecks } from './commands.ts';
import { eventChecks } from './events.ts';
import { readChecks } from './read.ts';
import { requestChecks } from './requests.ts';
import { resumeChecks } from './resume.ts';
import { startChecks } from './start.ts';
import { streamChecks } from './stream.ts';

/**
 * Every check, in the order in which they run within a stage. The cancel comes first among what
 * needs an ended operation.
 */
export const checks: readonly Check[] = [
  ...requestChecks,
  ...startChecks,
  ...resumeChecks,
  ...eventChecks,
  ...readChecks,
  ...commandChecks,
  ...accessChecks,
  ...streamChecks,
  ...answerChecks,
];
