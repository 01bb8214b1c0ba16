// A node as it is deployed, in a process of its own behind Node's HTTP server: node serving.ts
// <database> [<chain>]. Without the address of a chain it holds one.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@aiw3/nft-upgrade-server-kit/node';
import { answerAsks } from '../../server/child.ts';
import { createLedger, ledgerAt, mintOf } from './ledger.ts';
import { startNode } from './node.ts';

const [, , database = '', chain] = process.argv;
const ledger = createLedger();
const node = await startNode(
  database,
  10,
  chain === undefined ? ledger.chain : await ledgerAt(chain),
);
const server = createServer(toNodeHandler(node.handler));

answerAsks({
  listen: () =>
    new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
      ),
    ),
  /** The address at which other processes find its chain. */
  chain: async () => (await ledger.serve()).url,
  /** The wallet has an NFT to upgrade from now on. */
  give: (wallet: string) => ledger.give(mintOf(wallet), wallet),
  stop: () => node.stop(),
});
