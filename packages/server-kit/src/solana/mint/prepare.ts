import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import type { PublicKey } from '@solana/web3.js';
import type { MintAttempt, MintRequest } from '../../ports/chain.ts';
import { feeOf, unitPrice } from '../fees.ts';
import { ask } from '../rpc/ask.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { readAccount } from '../rpc/reads.ts';
import {
  compile,
  type Draft,
  simulate,
  simulationFailed,
  toBase64,
  unitsFor,
} from '../transaction.ts';
import { isEmptyAccount, planMint, resolveMint } from './build.ts';
import { authorityOf, keyOf, type MintContext } from './context.ts';

/**
 * Tries a mint without sending it: address free, data fits, authority funded, simulation clean. For
 * before the irreversible click.
 * @throws NftUpgradeError `mint_authority_unfunded`, `mint_address_occupied`, `simulation_failed`,
 *   `invalid_request`, `nft_unsupported`, `rpc_unavailable`
 */
export async function preflightMint(context: MintContext, request: MintRequest): Promise<void> {
  await context.rpc.agree(
    async (endpoint) => {
      const { failure, occupied } = await draw(endpoint, context, request);
      if (occupied)
        throw new NftUpgradeError('mint_address_occupied', {
          details: { address: occupied.toBase58() },
        });
      if (failure) throw failure;
    },
    () => false,
  );
}

/**
 * Builds and signs a mint, and sends nothing: signature and end of life are known before anything
 * can land.
 * @throws NftUpgradeError `mint_authority_unfunded`, `simulation_failed`, `rpc_unavailable`
 */
export async function prepareMint(
  context: MintContext,
  request: MintRequest,
  attempt: number,
): Promise<MintAttempt> {
  const signer = authorityOf(context, request.key);
  const { draft, mint } = await context.rpc.agree(
    async (endpoint) => {
      const drawn = await draw(endpoint, context, request);
      // Another worker was faster. This attempt cannot land; it is handed out all the same, and the
      // next look adopts what the other one minted.
      if (drawn.failure && !drawn.occupied) throw drawn.failure;
      return drawn;
    },
    () => false,
  );
  const { blockhash, lastValidBlockHeight } = await context.rpc.blockhash();
  const transaction = compile({ ...draft, blockhash });
  transaction.sign([signer]);
  return {
    attempt,
    mintAddress: mint.toBase58(),
    signature: encodeBase58(transaction.signatures[0] ?? new Uint8Array(64)),
    transaction: toBase64(transaction),
    lastValidBlockHeight,
  };
}

interface Drawn {
  draft: Omit<Draft, 'blockhash'>;
  mint: PublicKey;
  /** Why it would fail, or be a risk. */
  failure: NftUpgradeError | undefined;
  /** The address, where something stands at it already. */
  occupied: PublicKey | undefined;
}

async function draw(
  endpoint: Endpoint,
  context: MintContext,
  request: MintRequest,
): Promise<Drawn> {
  const { commitment } = context.rpc;
  const signer = authorityOf(context, request.key);
  const resolved = await resolveMint(context, request);
  const { mint, authority } = resolved.target;
  const { instructions, rentLamports } = await planMint(endpoint, resolved, request);
  const draft = { payer: authority, instructions, version: 0 as const };
  const trial = await simulate(endpoint, compile(draft), commitment);
  const units = unitsFor(trial, { factor: 1.2, room: 10_000, least: 100_000 });
  const price = await unitPrice(endpoint, [authority, mint], units, context.priorityFee);
  const [{ value: balance }, reserve, standing] = await Promise.all([
    ask(endpoint, 'getBalance', [authority.toBase58(), { commitment }]),
    ask(endpoint, 'getMinimumBalanceForRentExemption', [0]),
    readAccount(endpoint, mint, commitment),
  ]);
  const required = rentLamports + feeOf(units, price) + reserve;
  const missing = required - balance;
  const details = { authority: keyOf(signer), required, actual: balance, missing };
  return {
    draft: { ...draft, units, unitPrice: price },
    mint,
    failure:
      missing > 0
        ? new NftUpgradeError('mint_authority_unfunded', { details })
        : trial.err === null
          ? undefined
          : simulationFailed(trial),
    occupied: standing && !isEmptyAccount(standing) ? mint : undefined,
  };
}
