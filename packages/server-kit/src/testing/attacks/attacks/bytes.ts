import { readAnyVersion, solanaGuard } from '@aiw3/nft-upgrade/solana';
import {
  ComputeBudgetProgram,
  Keypair,
  type PublicKey,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { BurnAttempt } from '../../../ports/chain.ts';
import { memoInstruction } from '../../../solana/burn/build.ts';
import { approve, burnOf, emptyBurn, transferTo } from '../../../solana/fixtures/attacks/parts.ts';
import type { Arena } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';

type Handed = Awaited<ReturnType<Arena['solana']['begin']>>;
interface Change {
  readonly instructions: TransactionInstruction[];
  payer?: PublicKey;
  blockhash?: string;
}

/** The transaction that was handed out, with something else in it. */
function changed(
  { attempt, owner }: Handed,
  change: (message: Change) => void,
): VersionedTransaction {
  const given = VersionedTransaction.deserialize(Buffer.from(attempt.transaction, 'base64'));
  const message = TransactionMessage.decompile(given.message);
  const draft: Change = { instructions: [...message.instructions] };
  change(draft);
  return new VersionedTransaction(
    new TransactionMessage({
      payerKey: draft.payer ?? owner.publicKey,
      recentBlockhash: draft.blockhash ?? message.recentBlockhash,
      instructions: draft.instructions,
    }).compileToLegacyMessage(),
  );
}
const base64 = (transaction: VersionedTransaction): string =>
  Buffer.from(transaction.serialize()).toString('base64');

/** What can be put into a burn, or taken out of it: by a server, or by a wallet. */
const changes: Readonly<Record<string, (handed: Handed, message: Change, by: Keypair) => void>> = {
  'a-transfer': ({ owner }, { instructions }, by) =>
    void instructions.push(
      SystemProgram.transfer({
        fromPubkey: owner.publicKey,
        toPubkey: by.publicKey,
        lamports: 1,
      }),
    ),
  'an-approval': ({ nft }, { instructions }, by) =>
    void instructions.push(approve(nft, by.publicKey)),
  'a-gift-of-the-nft': ({ nft }, message, by) =>
    void message.instructions.splice(-1, 1, ...transferTo(nft, by.publicKey)),
  'two-burns': ({ nft }, { instructions }) => void instructions.push(burnOf(nft)),
  'a-burn-of-nothing': ({ nft }, { instructions }) => void instructions.push(emptyBurn(nft)),
  'a-fee-of-a-whole-sol': (_handed, { instructions }) =>
    void instructions.unshift(
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_000_000_000 }),
    ),
  'the-memo-of-another-operation': ({ owner }, { instructions }) =>
    void instructions.push(memoInstruction('nft-upgrade:1:upg_other', owner.publicKey)),
  'no-memo': (_handed, message) => {
    const at = message.instructions.findIndex(({ programId }) =>
      programId.toBase58().startsWith('Memo'),
    );
    message.instructions.splice(at, 1);
  },
};

const expectationOf = ({ operationId, nft }: Handed, attempt: BurnAttempt) => ({
  operationId,
  mint: nft.mint,
  owner: nft.owner,
  tokenProgram: nft.tokenProgram,
  memo: attempt.memo,
});

/** A server that was taken over, or what is in front of it: read by the page before the prompt. */
export const servers: readonly Attack[] = ofKind(
  'server-taken-over',
  Object.entries(changes).map(([name, change]) => ({
    id: `server-asks-for-${name}`,
    code: 'unsafe_transaction',
    async run(arena: Arena) {
      const handed = await arena.solana.begin();
      const stranger = await arena.attacker();
      const given = changed(handed, (message) => change(handed, message, stranger));
      const verdict = solanaGuard({ read: readAnyVersion }).inspect(
        base64(given),
        expectationOf(handed, handed.attempt),
        'before',
      );
      return verdict.safe ? 'accepted' : 'unsafe_transaction';
    },
  })),
);

const accepted = async (arena: Arena, handed: Handed, transaction: string) =>
  arena.refusal(arena.solana.chain.burn.accept(transaction, [handed.attempt]));

/** Wallets, and pages that were taken over: read by the server before it is sent. */
export const wallets: readonly Attack[] = ofKind('bytes-handed-over', [
  ...['a-transfer', 'an-approval', 'two-burns', 'a-fee-of-a-whole-sol'].map((name) => ({
    id: `bytes-with-${name}`,
    code: 'modified_beyond_policy',
    async run(arena: Arena) {
      const handed = await arena.solana.begin();
      const stranger = await arena.attacker();
      const given = changed(handed, (message) => changes[name]?.(handed, message, stranger));
      given.sign([handed.owner]);
      return accepted(arena, handed, base64(given));
    },
  })),
  {
    id: 'bytes-of-another-wallet',
    code: 'wrong_account',
    async run(arena) {
      const handed = await arena.solana.begin();
      const other = await arena.solana.begin();
      const given = VersionedTransaction.deserialize(
        Buffer.from(other.attempt.transaction, 'base64'),
      );
      given.sign([other.owner]);
      return accepted(arena, handed, base64(given));
    },
  },
  {
    id: 'bytes-without-a-signature',
    code: 'signature_missing',
    async run(arena) {
      const handed = await arena.solana.begin();
      return accepted(arena, handed, handed.attempt.transaction);
    },
  },
  {
    id: 'bytes-with-a-forged-signature',
    code: 'wrong_account',
    async run(arena) {
      const handed = await arena.solana.begin();
      const given = changed(handed, () => {});
      given.addSignature(handed.owner.publicKey, new Uint8Array(64).fill(7));
      return accepted(arena, handed, base64(given));
    },
  },
  {
    id: 'bytes-with-a-lifetime-of-their-own',
    code: 'modified_beyond_policy',
    async run(arena) {
      const handed = await arena.solana.begin();
      const given = changed(handed, (message) => {
        message.blockhash = Keypair.generate().publicKey.toBase58();
      });
      given.sign([handed.owner]);
      return accepted(arena, handed, base64(given));
    },
  },
]);
