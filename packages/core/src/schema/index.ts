export { compile, compileFields } from './compile.ts';
export { issueDetails, read } from './read.ts';
export { object, schemaOf, text } from './tests.ts';
export type { Fields, FieldsTest, Schema, Test } from './types.ts';
