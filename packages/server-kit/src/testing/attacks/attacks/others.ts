import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { createInitializeAccountInstruction, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { loosely } from '../../../solana/fixtures/attacks/parts.ts';
import { createRpc } from '../../../solana/rpc.ts';
import type { Arena } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';
import { about, type Lie, nodesOf } from '../nodes.ts';
import { spam } from './spam.ts';

const elsewhere: Lie = about(['getGenesisHash'], () => Keypair.generate().publicKey.toBase58());

/** Nodes of another cluster, from the start on or behind the same address later. */
export const clusters: readonly Attack[] = ofKind('other-cluster', [
  {
    id: 'one-node-is-of-another-cluster',
    code: 'wrong_cluster',
    run(arena) {
      const nodes = nodesOf(arena.solana.local.rpcUrl, [null, elsewhere, null]);
      const { genesisHash } = arena.solana.rpc;
      return arena.refusal(
        createRpc({ endpoints: nodes.urls, fetch: nodes.fetch, genesisHash, onWarning() {} }),
      );
    },
  },
  {
    id: 'one-node-moves-to-an-empty-cluster',
    code: 'located',
    succeededBefore: true,
    async run(arena) {
      const { nft } = await arena.solana.begin();
      const lie: Lie = async ({ method, honest }) => {
        const result = await honest();
        return method === 'getAccountInfo' || method === 'getTokenAccountsByOwner'
          ? { ...(result as object), value: method === 'getAccountInfo' ? null : [] }
          : result;
      };
      const chain = await arena.chain([lie, null, null]);
      const query = { mint: nft.mint, owner: nft.owner };
      const seen = new Set<string>();
      for (let look = 0; look < 5; look += 1)
        seen.add(
          await chain.burn.locate(query).then(
            () => 'located',
            (error: { code: string }) => error.code,
          ),
        );
      return [...seen].join();
    },
  },
]);

/** An NFT over which its issuer kept some power, or that is none. */
const loose: Readonly<Record<string, Parameters<typeof loosely>[2]>> = {
  'can-be-minted-again': {},
  'is-one-of-five': { supply: 5n },
  'is-divisible': { decimals: 9 },
};

export const issued: readonly Attack[] = ofKind(
  'issued-loosely',
  Object.entries(loose).map(([name, how]) => ({
    id: `nft-${name}`,
    code: 'nft_unsupported, safe',
    async run(arena: Arena) {
      const owner = await arena.attacker();
      const user = arena.with(owner, await loosely(arena.solana, owner, how));
      await arena.pause(300);
      const host = await arena.host();
      const id = await host.start(user);
      const { now, asset } = await host.until(user, id, 'qualification_failed', 'awaiting_burn');
      return `${String(now.code)}, ${asset}`;
    },
  })),
);

/** What is in the way of others only. */
export const inTheWay: readonly Attack[] = ofKind('in-the-way', [
  {
    id: 'spammed-nft-in-the-records',
    code: '1 begun',
    async run(arena) {
      const { solana } = arena;
      const spammed = await arena.user();
      const lost = await arena.user();
      const gone = await arena.host();
      const id = await gone.awaiting(lost);
      const bytes = Buffer.from(await gone.sign(lost, id), 'base64');
      await gone.stop();
      await solana.finalized(await solana.sendRaw(bytes));
      await spam(arena, spammed.nft.mint);
      const chain = await arena.chain();
      const find = chain.burn.find?.bind(chain.burn);
      const host = await arena.host({
        on: {
          ...chain,
          burn: {
            ...chain.burn,
            // A history that does not end within any bound.
            async find(query) {
              if (query.mint === spammed.nft.mint) return refuse();
              return (await find?.(query)) ?? null;
            },
          },
        },
        held: [spammed, lost],
      });
      const begun = await host.service.reconcile();
      return `${begun} begun`;
    },
  },
  {
    id: 'eighteen-empty-accounts-of-the-nft',
    code: 'located',
    async run(arena) {
      const { solana } = arena;
      const { nft, owner } = await solana.begin();
      const stranger = await arena.attacker();
      const rent = await solana.connection.getMinimumBalanceForRentExemption(165);
      for (let round = 0; round < 6; round += 1) {
        const keys = Array.from({ length: 3 }, () => Keypair.generate());
        const open = keys.flatMap((key) => [
          SystemProgram.createAccount({
            fromPubkey: stranger.publicKey,
            newAccountPubkey: key.publicKey,
            space: 165,
            lamports: rent,
            programId: TOKEN_PROGRAM_ID,
          }),
          createInitializeAccountInstruction(
            key.publicKey,
            new PublicKey(nft.mint),
            owner.publicKey,
          ),
        ]);
        await solana.land(open, [stranger, ...keys]);
      }
      const chain = await arena.chain();
      const seen = await chain.burn.locate({ mint: nft.mint, owner: nft.owner });
      return seen.tokenAccount === nft.tokenAccount ? 'located' : 'another account';
    },
  },
]);

const refuse = (): never => {
  throw new NftUpgradeError('rpc_unavailable');
};
