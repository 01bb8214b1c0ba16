export { compile, isInstant, isRecord } from './compile.ts';
export { issueDetails, read } from './read.ts';
export type { Fields, Schema } from './types.ts';
