import { TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import {
  Keypair,
  NONCE_ACCOUNT_LENGTH,
  NonceAccount,
  PublicKey,
  SystemProgram,
  Transaction,
} from '@solana/web3.js';
import type { BurnAttempt, Chain, HeldNft, MintRequest } from '../../ports/chain.ts';
import { memoInstruction } from '../../solana/burn/build.ts';
import { createSolanaChain } from '../../solana/chain.ts';
import { burnOf, transferTo } from '../../solana/fixtures/attacks/parts.ts';
import { actedOn, actorsOf } from '../../solana/fixtures/attacks/setup.ts';
import {
  openSolanaEnvironment,
  SOL,
  type SolanaEnvironment,
  signWith,
} from '../../solana/fixtures.ts';
import { mintSeed } from '../../solana/mint/address.ts';
import { createRpc, type Rpc } from '../../solana/rpc.ts';
import type { LiteOptions } from '../chain/index.ts';
import type { ChainHarness, Holder } from './chain-harness.ts';

/** A node of the same chain, by the path that it is asked at, that shows no transaction. */
const FORGETFUL = '/forgetful';
const forgetful: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const { method } = (await request.clone().json()) as { method: string };
  const response = await fetch(request);
  if (!request.url.endsWith(FORGETFUL)) return response;
  const answer = (await response.json()) as { result: { value: unknown[] } };
  if (method === 'getSignaturesForAddress') return Response.json({ ...answer, result: [] });
  if (method !== 'getSignatureStatuses') return Response.json(answer);
  return Response.json({
    ...answer,
    result: { ...answer.result, value: answer.result.value.map(() => null) },
  });
};

async function harnessOn(solana: SolanaEnvironment): Promise<ChainHarness> {
  const { controls, connection, local } = solana;
  const both = await createRpc({
    endpoints: [local.rpcUrl, local.rpcUrl + FORGETFUL],
    fetch: forgetful,
  });
  let doubted = false;
  const rpc: Rpc = {
    ...solana.rpc,
    agree: (...question) => (doubted ? both : solana.rpc).agree(...question),
  };
  const authority = async () => {
    const keypair = Keypair.generate();
    await local.airdrop(keypair.publicKey.toBase58(), 10n * SOL);
    return keypair;
  };
  const keys = [await authority()];
  let known = keys;
  const present = () => keys.at(-1) ?? solana.authority;
  const owners = new Map<string, Keypair>();
  const nfts = new Map<string, HeldNft>();
  const handedOut = new Map<string, BurnAttempt>();
  const ordered = new Map<string, MintRequest>();
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
  const remember = (id: string, owner: Keypair, nft: HeldNft): Holder => {
    owners.set(nft.owner, owner);
    nfts.set(nft.mint, nft);
    return { principal: { id, wallet: nft.owner }, mint: nft.mint };
  };
  const send = async (bytes: Uint8Array): Promise<string> => {
    if (!frozen) return solana.sendRaw(bytes);
    const signature = await connection.sendRawTransaction(bytes, {
      skipPreflight: true,
      maxRetries: 0,
    });
    controls.advance(2);
    return signature;
  };
  const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

  return {
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
        mint: {
          ...chain.mint,
          preflight(request) {
            ordered.set(request.identity, request);
            return chain.mint.preflight(request);
          },
        },
      };
    },
    async holder(id) {
      const owner = await solana.wallet();
      return remember(id, owner, await solana.issue(owner));
    },
    async another({ principal }) {
      const owner = owners.get(principal.wallet);
      if (!owner) throw new RangeError(`Nobody here is ${principal.id}.`);
      return remember(principal.id, owner, await solana.issue(owner));
    },
    sign,
    wallet(holder) {
      const owner = owners.get(holder.principal.wallet);
      if (!owner) throw new RangeError(`Nobody here is ${holder.principal.id}.`);
      return (transaction) => signWith(transaction, owner);
    },
    submit: (operationId, attempt) => send(bytesOf(sign(operationId, attempt))),
    async late(operationId) {
      const { found, owner } = handOut(operationId);
      const nonce = Keypair.generate();
      const { publicKey } = owner;
      await solana.land(
        [
          SystemProgram.createAccount({
            fromPubkey: publicKey,
            newAccountPubkey: nonce.publicKey,
            lamports: await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH),
            space: NONCE_ACCOUNT_LENGTH,
            programId: SystemProgram.programId,
          }),
          SystemProgram.nonceInitialize({
            noncePubkey: nonce.publicKey,
            authorizedPubkey: publicKey,
          }),
        ],
        [owner, nonce],
      );
      const account = await connection.getAccountInfo(nonce.publicKey);
      if (!account) throw new RangeError('The nonce account is missing.');
      const transaction = new Transaction({
        feePayer: publicKey,
        nonceInfo: {
          nonce: NonceAccount.fromAccountData(account.data).nonce,
          nonceInstruction: SystemProgram.nonceAdvance({
            noncePubkey: nonce.publicKey,
            authorizedPubkey: publicKey,
          }),
        },
        minContextSlot: 0,
      }).add(memoInstruction(found.memo, publicKey), burnOf(found.nft));
      transaction.sign(owner);
      return () => send(transaction.serialize());
    },
    async submitFailing(operationId) {
      const { found, owner } = handOut(operationId);
      const { publicKey } = owner;
      const tooMuch = SystemProgram.transfer({
        fromPubkey: publicKey,
        toPubkey: publicKey,
        lamports: 10 ** 15,
      });
      return solana.land(
        [memoInstruction(found.memo, publicKey), burnOf(found.nft), tooMuch],
        [owner],
      );
    },
    async hold(operationId) {
      controls.holdNext(1);
      await connection.sendRawTransaction(bytesOf(sign(operationId)), {
        skipPreflight: true,
        maxRetries: 0,
      });
      return async () => void controls.release();
    },
    async burnOutside({ mint, principal }) {
      const [nft, owner] = [nfts.get(mint), owners.get(principal.wallet)];
      if (nft && owner) await solana.land([burnOf(nft)], [owner]);
    },
    async burnWith({ mint, principal }, memo) {
      const [nft, owner] = [nfts.get(mint), owners.get(principal.wallet)];
      if (!nft || !owner) throw new RangeError(`Nobody here holds ${mint}.`);
      const instructions = [memoInstruction(memo, owner.publicKey), burnOf(nft)];
      await solana.finalized(await solana.land(instructions, [owner]));
    },
    async stage(attack) {
      const actors = await actorsOf(solana, attack);
      return {
        holder: remember('alice', actors.owner, actors.nft),
        async forge(operationId) {
          const forged = await attack.forge(actedOn(actors, handOut(operationId).found));
          const landed = typeof forged === 'string' ? { signature: forged } : forged;
          await solana.finalized(landed.signature);
          return landed;
        },
      };
    },
    async transfer({ mint, principal }: Holder) {
      const [nft, owner] = [nfts.get(mint), owners.get(principal.wallet)];
      if (nft && owner) await solana.land(transferTo(nft, Keypair.generate().publicKey), [owner]);
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
    doubt(doubtful) {
      doubted = doubtful;
    },
    lag: (blocks) => controls.lag(blocks),
    lose: (transactions) => controls.dropNext(transactions),
    async spoil(operationId, how) {
      const burned = handedOut.get(`${operationId}/1`)?.nft.mint;
      const request = ordered.get(burned === undefined ? operationId : `burned:${burned}`);
      if (!request) throw new RangeError(`Nothing was ordered for ${operationId}.`);
      const authority = present();
      const { mint } = createSolanaChain({ rpc, authority });
      if (how !== 'account') {
        const other =
          how === 'owner'
            ? { recipient: Keypair.generate().publicKey.toBase58() }
            : { uri: 'ipfs://other' };
        const { transaction } = await mint.prepare({ ...request, ...other }, 1);
        await solana.finalized(await send(bytesOf(transaction)));
        return;
      }
      const space = 10;
      const squat = SystemProgram.createAccountWithSeed({
        fromPubkey: authority.publicKey,
        basePubkey: authority.publicKey,
        seed: mintSeed(request.identity),
        newAccountPubkey: new PublicKey(await mint.address(request)),
        lamports: await connection.getMinimumBalanceForRentExemption(space),
        space,
        programId: TOKEN_2022_PROGRAM_ID,
      });
      await solana.finalized(await solana.land([squat], [authority]));
    },
    async starve() {
      const payer = present();
      const lamports = await connection.getBalance(payer.publicKey);
      const drain = SystemProgram.transfer({
        fromPubkey: payer.publicKey,
        toPubkey: solana.authority.publicKey,
        lamports: lamports - 1_500_000,
      });
      await solana.finalized(await solana.land([drain], [payer]));
    },
    feed: () => local.airdrop(present().publicKey.toBase58(), 10n * SOL),
    dust: (address) => local.airdrop(address, 1_000_000n),
    async rotate({ forgotten = false } = {}) {
      keys.push(await authority());
      known = forgotten ? [present()] : keys;
    },
    nfts: (wallet) => solana.held(new PublicKey(wallet)),
  };
}

/**
 * A real runtime behind the real RPC of a node: transactions, blocks, finality, forks. Opened once
 * for a file, with a fresh ground for each test.
 */
export async function openChainHarness(
  pace?: LiteOptions,
): Promise<{ fresh(): Promise<ChainHarness>; stop(): Promise<void> }> {
  const solana = await openSolanaEnvironment('lite', {}, pace);
  return { fresh: () => harnessOn(solana), stop: () => solana.stop() };
}
