// Another node, in a process of its own: node second.ts <database> <chain>. It streams what the first one confirms.

import { answerAsks } from '../../server/child.ts';
import { streamsOf } from './latency.ts';
import { ledgerAt } from './ledger.ts';
import { startNode } from './node.ts';

const [, , database = '', chain = ''] = process.argv;
const node = await startNode(database, 20, { chain: await ledgerAt(chain), give: () => undefined });
const open = streamsOf(node);
const streams = new Map<string, Awaited<ReturnType<typeof open>>>();

answerAsks({
  ready: () => true,
  async open(operation: { operationId: string; wallet: string }) {
    streams.set(operation.operationId, await open(operation));
  },
  async confirmed({ operationId }: { operationId: string }) {
    const stream = streams.get(operationId);
    streams.delete(operationId);
    return stream?.confirmed();
  },
  stop: () => node.stop(),
});
