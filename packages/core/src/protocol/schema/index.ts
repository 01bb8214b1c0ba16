export { asyncApi } from './asyncapi.ts';
export { protocolSchema } from './definitions.ts';
export { openApi } from './openapi.ts';
