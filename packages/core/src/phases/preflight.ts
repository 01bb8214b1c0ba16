import * as z from 'zod/mini';
import { definePhase, type Shape, status } from '../machine/define.ts';
import { failure, requirement, usualMs } from './fields.ts';

/** Statuses in which nothing irreversible has happened may end here. */
export const exits = {
  cancelled: status('kept', 'safe'),
  error: status('kept', 'safe', { now: failure }),
} as const;

/**
 * Everything that can fail without harm is tried here, before anything irreversible.
 * @param facts what a passed qualification establishes: the NFT, the tier, the badge
 */
export const preflight = <const Facts extends Shape>(facts: Facts) =>
  definePhase('preflight', {
    entries: ['initializing'],
    statuses: {
      initializing: status(0, 'safe', {
        facts: {
          version: z.int().check(z.positive()),
          input: z.record(z.string(), z.unknown()),
          usualMs,
        },
        to: ['qualification_verified', 'qualification_failed', 'cancelled', 'error'],
      }),
      qualification_verified: status(10, 'safe', { facts, to: ['next', 'cancelled', 'error'] }),
      qualification_failed: status(0, 'safe', {
        now: { ...failure, requirements: z.array(requirement) },
      }),
      ...exits,
    },
  });
