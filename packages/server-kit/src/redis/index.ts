export { type CacheOptions, guideKeys, redisCache } from './cache.ts';
