import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { programs } from '@aiw3/nft-upgrade/solana';
import { PublicKey, TransactionInstruction } from '@solana/web3.js';
import type { BurnAttempt, HeldNft } from '../../ports/chain.ts';
import { addressOf } from '../address.ts';
import { feeOf, unitPrice } from '../fees.ts';
import { ask } from '../rpc/ask.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { readAccount } from '../rpc/reads.ts';
import type { NftStandard } from '../standards/standard.ts';
import {
  compile,
  type Draft,
  simulate,
  simulationFailed,
  toBase64,
  unitsFor,
} from '../transaction.ts';
import type { BurnContext } from './context.ts';

/**
 * Finds the NFT of a mint in the wallet of its owner, whatever its standard. Whether it may be
 * burned follows from the answer, so a majority gives it.
 */
export const locateNft = (
  context: BurnContext,
  query: { mint: string; owner: string },
): Promise<HeldNft> =>
  context.rpc.agree(
    async (endpoint) => {
      const mint = addressOf(query.mint, 'mint');
      const owner = addressOf(query.owner, 'owner');
      const { commitment } = context.rpc;
      const account = await readAccount(endpoint, mint, commitment);
      if (!account)
        throw new NftUpgradeError('nft_not_owned', {
          message: 'No NFT stands at this address.',
          details: { required: 1, actual: 0 },
        });
      return context.standards.of(account).locate(endpoint, { mint, owner, commitment });
    },
    () => true,
  );

/**
 * Builds the burn for one operation, simulates it, and writes down all that it takes to recognise
 * it. The owner signs and pays. The memo carries the owner as a signer, so that burn and operation
 * are bound by one signature. Legacy by default, because hardware wallets read nothing else.
 */
export async function prepareBurn(
  context: BurnContext,
  request: { operationId: string; memo: string; nft: HeldNft; attempt: number },
): Promise<BurnAttempt> {
  const { nft, operationId, memo, attempt } = request;
  // A node that would refuse the burn is not believed alone; one that would not has been too kind,
  // and the chain refuses it then.
  const draft = await context.rpc.agree(
    (endpoint) => draw(endpoint, context, nft, memo),
    () => false,
  );
  // Last of all: a blockhash lives half a minute, and the wallet needs that.
  const { blockhash, lastValidBlockHeight, point } = await context.rpc.blockhash();
  return {
    operationId,
    attempt,
    nft,
    memo,
    transaction: toBase64(compile({ ...draft, blockhash })),
    version: context.version,
    blockhash,
    lastValidBlockHeight,
    minSlot: point.slot,
  };
}

async function draw(
  endpoint: Endpoint,
  context: BurnContext,
  nft: HeldNft,
  memo: string,
): Promise<Omit<Draft, 'blockhash'>> {
  const { commitment } = context.rpc;
  const standard = context.standards.named(nft.standard);
  const owner = addressOf(nft.owner, 'owner');
  const instructions = [
    memoInstruction(memo, owner),
    ...(await standard.buildBurn(endpoint, nft, commitment)),
  ];
  const draft = { payer: owner, instructions, version: context.version };
  const trial = await simulate(endpoint, compile(draft), commitment);
  // Room for the assertions that Phantom and Solflare add before they sign.
  const units = unitsFor(trial, { factor: 1.3, room: 60_000, least: 100_000 });
  const price = await unitPrice(
    endpoint,
    [owner, new PublicKey(nft.mint), new PublicKey(nft.tokenAccount)],
    units,
    context.priorityFee,
  );
  if (trial.err !== null)
    throw await explain(endpoint, context, standard, nft, feeOf(units, price), trial);
  await requireFee(endpoint, context, owner, feeOf(units, price));
  return { ...draft, units, unitPrice: price };
}

export const memoInstruction = (text: string, signer: PublicKey): TransactionInstruction =>
  new TransactionInstruction({
    programId: new PublicKey(programs.memo),
    keys: [{ pubkey: signer, isSigner: true, isWritable: false }],
    data: Buffer.from(text, 'utf8'),
  });

/** Why a burn would fail, in terms that somebody can act on. */
async function explain(
  endpoint: Endpoint,
  context: BurnContext,
  standard: NftStandard,
  nft: HeldNft,
  fee: number,
  trial: Parameters<typeof simulationFailed>[0],
): Promise<NftUpgradeError> {
  const owner = addressOf(nft.owner, 'owner');
  await requireFee(endpoint, context, owner, fee);
  // Throws what is wrong with the NFT itself: gone or frozen since it was found.
  await standard.locate(endpoint, {
    mint: addressOf(nft.mint, 'mint'),
    owner,
    commitment: context.rpc.commitment,
  });
  return simulationFailed(trial);
}

/**
 * @throws NftUpgradeError `insufficient_sol` with `required`, `actual` and `missing` in lamports
 */
async function requireFee(
  endpoint: Endpoint,
  { rpc }: BurnContext,
  owner: PublicKey,
  fee: number,
): Promise<void> {
  const [{ value: actual }, reserve] = await Promise.all([
    ask(endpoint, 'getBalance', [owner.toBase58(), { commitment: rpc.commitment }]),
    // The chain takes no fee from a wallet that would be left with less than the rent of an empty
    // account. The rent that the burn returns comes too late.
    ask(endpoint, 'getMinimumBalanceForRentExemption', [0]),
  ]);
  const required = fee + reserve;
  if (actual < required)
    throw new NftUpgradeError('insufficient_sol', {
      details: { required, actual, missing: required - actual },
    });
}
