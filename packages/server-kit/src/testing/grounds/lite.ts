import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from '@solana/spl-token';
import { Keypair, NONCE_ACCOUNT_LENGTH, NonceAccount, PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import type { BurnAttempt, Chain, HeldNft } from '../../ports/chain.ts';
import { memoInstruction } from '../../solana/burn/build.ts';
import { createSolanaChain } from '../../solana/chain.ts';
import { burnOf, transferTo } from '../../solana/fixtures/attacks/parts.ts';
import { openWorld, SOL, signWith, type World } from '../../solana/fixtures.ts';

import type { Ground, GroundKind, Holder } from './ground.ts';

async function liteGround(world: World): Promise<Ground> {
  const { controls, connection, local, rpc } = world;
  const authority = async () => {
    const keypair = Keypair.generate();
    await local.airdrop(keypair.publicKey.toBase58(), 10n * SOL);
    return keypair;
  };
  const keys = [await authority()];
  let known = keys;
  const present = () => keys.at(-1) ?? world.authority;
  const owners = new Map<string, Keypair>();
  const nfts = new Map<string, HeldNft>();
  const handedOut = new Map<string, BurnAttempt>();
  let frozen = false;

  const handOut = (operationId: string, attempt = 1) => {
    const found = handedOut.get(`${operationId}/${attempt}`);
    const owner = found && owners.get(found.nft.owner);
    if (!found || !owner) throw new RangeError(`Nothing was handed out for ${operationId}.`);
    return { found, owner };
  };
  const sign = (operationId: string, attempt?: number): string => {
    const { found, owner } = handOut(operationId, attempt);
    return signWith(found.transaction, owner);
  };
  const send = async (bytes: Uint8Array): Promise<string> => {
    if (!frozen) return world.sendRaw(bytes);
    const signature = await connection.sendRawTransaction(bytes, { skipPreflight: true, maxRetries: 0 });
    controls.advance(2);
    return signature;
  };
  const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

  return {
    name: 'lite',
    standard: 'token-2022',
    chain(): Chain {
      const chain = createSolanaChain({ rpc, authority: present(), formerAuthorities: known });
      return {
        ...chain,
        burn: {
          ...chain.burn,
          async prepare(request) {
            const attempt = await chain.burn.prepare(request);
            handedOut.set(`${request.operationId}/${request.attempt}`, attempt);
            return attempt;
          },
        },
      };
    },
    async holder(id) {
      const owner = await world.wallet();
      const nft = await world.issue(owner);
      owners.set(nft.owner, owner);
      nfts.set(nft.mint, nft);
      return { principal: { id, wallet: nft.owner }, mint: nft.mint };
    },
    sign,
    submit: (operationId, attempt) => send(bytesOf(sign(operationId, attempt))),
    async submitLate(operationId) {
      const { found, owner } = handOut(operationId);
      const nonce = Keypair.generate();
      const { publicKey } = owner;
      await world.land(
        [
          SystemProgram.createAccount({
            fromPubkey: publicKey,
            newAccountPubkey: nonce.publicKey,
            lamports: await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH),
            space: NONCE_ACCOUNT_LENGTH,
            programId: SystemProgram.programId,
          }),
          SystemProgram.nonceInitialize({ noncePubkey: nonce.publicKey, authorizedPubkey: publicKey }),
        ],
        [owner, nonce],
      );
      const account = await connection.getAccountInfo(nonce.publicKey);
      if (!account) throw new RangeError('The nonce account is missing.');
      const transaction = new Transaction({
        feePayer: publicKey,
        nonceInfo: {
          nonce: NonceAccount.fromAccountData(account.data).nonce,
          nonceInstruction: SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: publicKey }),
        },
        minContextSlot: 0,
      }).add(memoInstruction(found.memo, publicKey), burnOf(found.nft));
      transaction.sign(owner);
      return send(transaction.serialize());
    },
    async hold(operationId) {
      controls.holdNext(1);
      await connection.sendRawTransaction(bytesOf(sign(operationId)), { skipPreflight: true, maxRetries: 0 });
      return async () => void controls.release();
    },
    async burnOutside({ mint, principal }) {
      const [nft, owner] = [nfts.get(mint), owners.get(principal.wallet)];
      if (nft && owner) await world.land([burnOf(nft)], [owner]);
    },
    async transfer({ mint, principal }: Holder) {
      const [nft, owner] = [nfts.get(mint), owners.get(principal.wallet)];
      if (nft && owner) await world.land(transferTo(nft, Keypair.generate().publicKey), [owner]);
    },
    pass: (blocks) => controls.advance(blocks),
    freeze() {
      frozen = true;
      // What came before is final, so that a fork touches only what comes now.
      controls.pause();
      controls.advance(10);
    },
    land: () => controls.advance(2),
    thaw() {
      frozen = false;
      controls.resume();
    },
    fork: () => controls.rollback(4).length,
    silence: (silent) => controls.failRpc(silent),
    async starve() {
      const payer = present();
      const lamports = await connection.getBalance(payer.publicKey);
      const drain = SystemProgram.transfer({
        fromPubkey: payer.publicKey,
        toPubkey: world.authority.publicKey,
        lamports: lamports - 1_500_000,
      });
      await world.finalized(await world.land([drain], [payer]));
    },
    feed: () => local.airdrop(present().publicKey.toBase58(), 10n * SOL),
    async rotate({ forgotten = false } = {}) {
      keys.push(await authority());
      known = forgotten ? [present()] : keys;
    },
    async nfts(wallet) {
      const lists = await Promise.all(
        [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID].map((programId) =>
          connection.getParsedTokenAccountsByOwner(new PublicKey(wallet), { programId }),
        ),
      );
      return lists.flatMap(({ value }) =>
        value.flatMap(({ account }) => {
          const { mint, tokenAmount } = account.data.parsed.info as { mint: string; tokenAmount: { amount: string } };
          return tokenAmount.amount === '1' ? [mint] : [];
        }),
      );
    },
  };
}

/** A real runtime behind the real RPC of a node: transactions, blocks, finality, forks. */
export const lite: GroundKind = {
  name: 'lite',
  async open() {
    const world = await openWorld('lite');
    return { fresh: () => liteGround(world), stop: () => world.stop() };
  },
};
