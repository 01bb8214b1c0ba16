import * as z from 'zod/mini';
import { defineProcess } from '../machine/define.ts';
import type { EventOf, SnapshotOf, StatusOf } from '../machine/types.ts';
import { preflight } from '../phases/preflight.ts';
import { record } from '../phases/record.ts';

/** A badge as its owner sees it. */
export const badge = z.looseObject({
  badgeId: z.string(),
  name: z.string(),
  status: z.enum(['owned', 'activated', 'consumed']),
});

/** The user activates a badge for good, so that it counts for the next upgrade. */
export const badgeActivation = defineProcess({
  name: 'badge_activation',
  version: 1,
  path: 'badge-activation',
  idPrefix: 'bdg',
  input: { badgeId: z.string().check(z.minLength(1), z.maxLength(64)) },
  phases: [preflight({ badge }), record({}, { badge })],
});

/** An event of a badge activation, discriminated by `status`. */
export type BadgeActivationEvent = EventOf<typeof badgeActivation>;
/** A badge activation folded, discriminated by `status`. */
export type BadgeActivationSnapshot = SnapshotOf<typeof badgeActivation>;
/** A status of a badge activation. */
export type BadgeActivationStatus = StatusOf<typeof badgeActivation>;
