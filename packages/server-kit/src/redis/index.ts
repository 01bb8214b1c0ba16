export type { WakeBus, WakeLine } from '../ports/wake-bus.ts';
export { type CacheOptions, guideKeys, type RedisKeys, redisCache } from './cache.ts';
export { type RedisWakeOptions, redisWake } from './wake.ts';
