export { asyncApi } from './asyncapi.ts';
export { type JsonSchema, protocolSchema, schemaDefinitions } from './definitions.ts';
export { openApi } from './openapi.ts';
