import * as z from 'zod/mini';
import { assets } from './asset.ts';

/** Where the asset is. */
export const assetSchema = z.enum(assets);
/** Who can do something about a failure. */
export const actorSchema = z.enum(['user', 'wallet', 'network', 'operator']);

/**
 * What every event carries, of whatever process and status. `upgradeId` repeats `operationId` in
 * upgrade events.
 */
export const envelopeSchema = z.looseObject({
  operationId: z.string().check(z.minLength(1), z.maxLength(128)),
  upgradeId: z.optional(z.string()),
  process: z.string().check(z.minLength(1), z.maxLength(64)),
  /** Contiguous from 1 within the operation; equals the `id:` of the frame. */
  seq: z.int().check(z.positive()),
  status: z.string().check(z.minLength(1), z.maxLength(64)),
  /** Percent, 0 to 100. */
  progress: z.number().check(z.gte(0), z.lte(100)),
  asset: assetSchema,
  /** Server time, ISO 8601 in UTC. */
  timestamp: z.iso.datetime(),
  message: z.optional(z.string()),
});

/** The members that every event has, whatever its process and status. */
export type Envelope = z.infer<z.ZodMiniObject<(typeof envelopeSchema)['shape'], z.core.$strip>>;
