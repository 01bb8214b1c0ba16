import {
  createAssociatedTokenAccountIdempotentInstruction,
  createTransferInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { PublicKey, SystemProgram } from '@solana/web3.js';
import type { MintRequest } from '../../../ports/chain.ts';
import type { Arena } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';

/** What an empty account costs, so that lamports stay at an address. */
const RENT = 890_880;

async function pay({ solana, attacker }: Arena, to: string): Promise<void> {
  const stranger = await attacker();
  const { publicKey: fromPubkey } = stranger;
  await solana.land(
    [SystemProgram.transfer({ fromPubkey, toPubkey: new PublicKey(to), lamports: RENT })],
    [stranger],
  );
}

/** Mints until it stands there, as the engine does. @returns the kind, and how many it took */
async function mint(
  { solana, chain }: Arena,
  order: MintRequest,
  meddle: (address: string) => Promise<void>,
) {
  const port = await chain();
  for (let attempt = 1; ; attempt += 1) {
    const signed = await port.mint.prepare(order, attempt);
    if (attempt === 1) await meddle(signed.mintAddress);
    await port.mint.send(signed);
    const seen = await solana.settled(order, [signed], port);
    if (seen.kind !== 'failed' || attempt === 3) return seen.kind;
  }
}

export const prefunding: readonly Attack[] = ofKind('prefund', [
  {
    id: 'prefund-mint',
    code: 'minted',
    async run(arena) {
      const order = arena.solana.order();
      await pay(arena, await arena.solana.chain.mint.address(order));
      return mint(arena, order, async () => {});
    },
  },
  {
    id: 'prefund-mint-between-signing-and-landing',
    code: 'minted',
    run: (arena) => mint(arena, arena.solana.order(), (address) => pay(arena, address)),
  },
  {
    id: 'prefund-token-account',
    code: 'minted',
    async run(arena) {
      const order = arena.solana.order();
      const address = new PublicKey(await arena.solana.chain.mint.address(order));
      const recipient = new PublicKey(order.recipient);
      const account = getAssociatedTokenAddressSync(
        address,
        recipient,
        true,
        TOKEN_2022_PROGRAM_ID,
      );
      await pay(arena, account.toBase58());
      return mint(arena, order, async () => {});
    },
  },
  {
    id: 'token-to-the-future-mint',
    code: 'minted',
    async run(arena) {
      const { solana } = arena;
      const order = solana.order();
      const address = new PublicKey(await solana.chain.mint.address(order));
      const stranger = await arena.attacker();
      const token = await solana.issue(stranger);
      const mintKey = new PublicKey(token.mint);
      const account = getAssociatedTokenAddressSync(mintKey, address, true);
      await solana.land(
        [
          createAssociatedTokenAccountIdempotentInstruction(
            stranger.publicKey,
            account,
            address,
            mintKey,
          ),
          createTransferInstruction(
            new PublicKey(token.tokenAccount),
            account,
            stranger.publicKey,
            1n,
          ),
        ],
        [stranger],
      );
      return mint(arena, order, async () => {});
    },
  },
]);
