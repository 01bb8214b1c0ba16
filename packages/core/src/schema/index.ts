export { compile, compileFields } from './compile.ts';
export { issueDetails, read } from './read.ts';
export { fieldsOf, isRecord, object, schemaOf, text } from './tests.ts';
export type { Fields, FieldsTest, Schema, Test, Value } from './types.ts';
