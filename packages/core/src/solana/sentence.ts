import type { BurnExpectation } from '../client/guard.ts';
import type { Effect } from './effects.ts';
import type { GuardPolicy } from './policy.ts';

/** What a judged transaction does, for the person who is about to sign it. */
export function sentenceOf(
  effects: readonly Effect[],
  { mint, owner }: BurnExpectation,
  { feePayer = owner }: GuardPolicy,
  maxFeeLamports: bigint,
): string {
  const close = effects.find((effect) => effect.kind === 'closeAccount');
  const rent =
    close === undefined ? '' : `, returns the rent of its account to ${close.destination === owner ? 'you' : short(close.destination)}`;
  const payer = feePayer === owner ? '' : ` paid by ${short(feePayer)}`;
  return `Burns NFT ${short(mint)} from your wallet${rent}, network fee at most ${sol(maxFeeLamports)} SOL${payer}, nothing else.`;
}

const short = (address: string): string => `${address.slice(0, 4)}…${address.slice(-4)}`;

/** 5000n → '0.000005'. Not a division of numbers: those print 5e-6. */
const sol = (lamports: bigint): string => {
  const digits = lamports.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
};
