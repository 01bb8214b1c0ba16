import type { AnyProcess } from '../../machine/types.ts';
import { DEFAULT_BASE_PATH } from '../routes.ts';
import { PROTOCOL_VERSION } from '../version.ts';
import {
  type JsonSchema,
  pascal,
  type SourceProcess,
  schemaDefinitions,
  sources,
} from './definitions.ts';

const REF = '#/components/schemas/';

const messageName = (process: AnyProcess, status: string) =>
  `${pascal(process.name)}Event.${status}`;

const channelOf = (process: AnyProcess) => ({
  address: `${DEFAULT_BASE_PATH}/${process.path}/{operationId}/events`,
  title: `The log of one operation of ${process.name}, as Server-Sent Events`,
  parameters: { operationId: { description: 'Id of the operation.' } },
  messages: Object.fromEntries(
    Object.keys(process.statuses).map((status) => [
      status,
      { $ref: `#/components/messages/${messageName(process, status)}` },
    ]),
  ),
  bindings: { http: {} },
});

const operationOf = (process: AnyProcess) => ({
  action: 'send',
  channel: { $ref: `#/channels/${process.name}` },
  title:
    `The server sends the events of ${process.name} in order, ` +
    'from the cursor of the reader on',
});

/** The event streams as AsyncAPI 3. */
export const asyncApi = (processes: readonly SourceProcess[] = sources): JsonSchema => {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'AIW3 NFT upgrade: events',
      version: `${PROTOCOL_VERSION}.0.0`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(processes.map((process) => [process.name, channelOf(process)])),
    operations: Object.fromEntries(
      processes.map((process) => [`follow${pascal(process.name)}`, operationOf(process)]),
    ),
    components: {
      messages: Object.fromEntries(
        processes.flatMap((process) =>
          Object.values(process.statuses).map(({ status, asset }) => [
            messageName(process, status),
            {
              name: status,
              title: `${process.name}: ${status}`,
              summary: `The asset is ${asset}.`,
              payload: { $ref: `${REF}${messageName(process, status)}` },
            },
          ]),
        ),
      ),
      schemas: schemaDefinitions(REF, processes),
    },
  };
};
