export { compile, isInstant, isRecord } from './compile.ts';
export { issueDetails, read } from './read.ts';
export type { Check, Definition, Fields, Issue, Schema } from './types.ts';
