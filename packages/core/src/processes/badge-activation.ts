import { defineProcess } from '../machine/define.ts';
import type { EventOf, SnapshotOf, StatusOf } from '../machine/types.ts';
import { preflight } from '../phases/preflight.ts';
import { record } from '../phases/record.ts';
import * as s from '../schema/index.ts';

export const badge = s.loose({ badgeId: s.string(), name: s.string(), status: s.choice('owned', 'activated', 'consumed') });

/** The user activates a badge for good, so that it counts for the next upgrade. */
export const badgeActivation = defineProcess({
  name: 'badge_activation',
  version: 1,
  path: 'badge-activation',
  idPrefix: 'bdg',
  input: { badgeId: s.string({ min: 1, max: 64 }) },
  phases: [preflight({ badge }), record({}, { badge })],
});

export type BadgeActivationEvent = EventOf<typeof badgeActivation>;
export type BadgeActivationSnapshot = SnapshotOf<typeof badgeActivation>;
export type BadgeActivationStatus = StatusOf<typeof badgeActivation>;
