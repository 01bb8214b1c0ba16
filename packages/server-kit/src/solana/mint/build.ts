import { ACCOUNT_SIZE } from '@solana/spl-token';
import {
  type AccountInfo,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
} from '@solana/web3.js';
import type { MintRequest } from '../../ports/chain.ts';
import { addressOf } from '../address.ts';
import { ask } from '../rpc/ask.ts';
import type { Endpoint } from '../rpc/endpoint.ts';
import { readAccount } from '../rpc/reads.ts';
import type { MintTarget, NftStandard } from '../standards/standard.ts';
import { mintAddress, mintSeed } from './address.ts';
import { authorityAddress, type MintContext } from './context.ts';

/** A request with everything that follows from it. */
export interface ResolvedMint {
  standard: NftStandard;
  target: MintTarget;
  seed: string;
}

/** @throws NftUpgradeError `nft_unsupported`, `invalid_request` */
export async function resolveMint(
  context: MintContext,
  request: MintRequest,
): Promise<ResolvedMint> {
  const authority = authorityAddress(request.key);
  const standard = context.standards.named(request.standard);
  const mint = await mintAddress(authority, request.identity, standard.program);
  return {
    standard,
    seed: mintSeed(request.identity),
    target: { mint, authority, recipient: addressOf(request.recipient, 'recipient') },
  };
}

/** Rent and instructions of a mint. */
export interface MintPlan {
  instructions: TransactionInstruction[];
  /** Lamports that the authority pays for the accounts. */
  rentLamports: number;
}

/**
 * Everything in ONE transaction: create, initialise, metadata, token account of the recipient, mint
 * one, give up the authority. So an account at the address means that the NFT is completely there.
 */
export async function planMint(
  endpoint: Endpoint,
  { standard, target, seed }: ResolvedMint,
  request: MintRequest,
): Promise<MintPlan> {
  const { space, rentBytes } = standard.mintSize(target, request);
  const rent = (bytes: number) => ask(endpoint, 'getMinimumBalanceForRentExemption', [bytes]);
  const [mintRent, accountRent, standing] = await Promise.all([
    rent(rentBytes),
    // Token accounts of Token-2022 have a few extensions more.
    rent(ACCOUNT_SIZE + 32),
    readAccount(endpoint, target.mint, 'confirmed'),
  ]);
  const create = createAt(target, standard.program, { seed, space, lamports: mintRent }, standing);
  return {
    instructions: [...create, ...standard.buildMint(target, request)],
    rentLamports: mintRent + accountRent,
  };
}

function createAt(
  { mint, authority }: MintTarget,
  programId: PublicKey,
  { seed, space, lamports }: { seed: string; space: number; lamports: number },
  standing: AccountInfo<Buffer> | null,
): TransactionInstruction[] {
  const derived = { basePubkey: authority, seed, space, programId };
  if (!standing || !isEmptyAccount(standing))
    return [
      SystemProgram.createAccountWithSeed({
        ...derived,
        fromPubkey: authority,
        newAccountPubkey: mint,
        lamports,
      }),
    ];
  // Somebody sent lamports to the address, perhaps to stand in the way: the System program creates
  // no account where a balance is. Allocating one works, and is refused a second time just the
  // same.
  const missing = lamports - standing.lamports;
  return [
    ...(missing > 0
      ? [SystemProgram.transfer({ fromPubkey: authority, toPubkey: mint, lamports: missing })]
      : []),
    SystemProgram.allocate({ ...derived, accountPubkey: mint }),
  ];
}

/** True for an address that holds lamports and nothing else. */
export const isEmptyAccount = (account: AccountInfo<Buffer>): boolean =>
  account.owner.equals(SystemProgram.programId) && account.data.length === 0;
