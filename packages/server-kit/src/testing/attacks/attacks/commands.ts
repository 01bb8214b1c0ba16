import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import { SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { signWith } from '../../../solana/fixtures.ts';
import { type Arena, type ArenaUser, type Host, passive } from '../arena.ts';
import { type Attack, ofKind } from '../attack.ts';

/** Bob's upgrade waits for its burn, and Mallory has an account as well. */
async function twoUsers(
  arena: Arena,
): Promise<{ host: Host; bob: ArenaUser; mallory: ArenaUser; id: string }> {
  const host = await arena.host(passive);
  const [bob, mallory] = [await arena.user(), await arena.user(await arena.attacker())];
  return { host, bob, mallory, id: await host.awaiting(bob) };
}

const commands = ['cancel', 'retry', 'renewBurn', 'snapshot'] as const;

/** Commands on an operation of somebody else, whose id is public in the memo. */
export const foreignCommands: readonly Attack[] = ofKind('foreign-operation', [
  ...commands.map((command) => ({
    id: `foreign-${command}`,
    code: 'not_found',
    async run(arena: Arena) {
      const { host, mallory, id } = await twoUsers(arena);
      return arena.refusal(host.service[command](host.query(mallory, id)));
    },
  })),
  {
    id: 'foreign-confirm-of-signed-bytes',
    code: 'not_found',
    async run(arena) {
      const { host, bob, mallory, id } = await twoUsers(arena);
      const confirmation = { signedTransaction: await host.sign(bob, id) };
      return arena.refusal(host.service.confirmBurn({ ...host.query(mallory, id), confirmation }));
    },
  },
  {
    id: 'foreign-confirm-of-a-signature',
    code: 'not_found',
    async run(arena) {
      const { host, mallory, id } = await twoUsers(arena);
      const confirmation = { burnTxSignature: '1'.repeat(64) };
      return arena.refusal(host.service.confirmBurn({ ...host.query(mallory, id), confirmation }));
    },
  },
]);

const reported = async (
  arena: Arena,
  forge: (user: ArenaUser, arena: Arena) => Promise<string>,
): Promise<string> => {
  const host = await arena.host(passive);
  const user = await arena.user(await arena.attacker());
  const early = await forge(user, arena);
  const id = await host.awaiting(user);
  const confirmation = { burnTxSignature: early };
  const code = await arena.refusal(
    host.service.confirmBurn({ ...host.query(user, id), confirmation }),
  );
  for (let look = 0; look < 3; look += 1) await host.service.advance(id);
  const { status } = await host.snapshot(user, id);
  // One that was not known yet is looked at later, and ruled out then.
  const [ruledOut] = await host.db.sql<{ refused: string }>(
    'select refused from nft_upgrade.burn_signature where operation_id = $1',
    [id],
  );
  return status === 'awaiting_burn' || status === 'verifying_burn'
    ? (ruledOut?.refused ?? code)
    : `${code}, ${status}`;
};

/** Reports of what is no burn. */
export const falseReports: readonly Attack[] = ofKind('false-report', [
  {
    id: 'report-burn-of-a-stranger',
    code: 'burn_too_old',
    run: (arena) =>
      reported(arena, async () => {
        const { owner, attempt } = await arena.solana.begin();
        const bytes = Buffer.from(signWith(attempt.transaction, owner), 'base64');
        const signature = await arena.solana.sendRaw(bytes);
        await arena.solana.finalized(signature);
        return signature;
      }),
  },
  ...[1, 10 ** 15].map((lamports) => ({
    id: lamports === 1 ? 'report-own-transfer' : 'report-own-failed-transfer',
    code: lamports === 1 ? 'burn_too_old' : 'burn_missing',
    run: (arena: Arena) =>
      reported(arena, async ({ keypair }) => {
        const { publicKey } = keypair;
        const pay = SystemProgram.transfer({
          fromPubkey: publicKey,
          toPubkey: publicKey,
          lamports,
        });
        const signature = await arena.solana.land([pay], [keypair]);
        await arena.solana.finalized(signature);
        return signature;
      }),
  })),
  ...['x', '1'.repeat(88)].map((text, at) => ({
    id: `report-no-signature-${at + 1}`,
    code: 'burn_missing',
    run: (arena: Arena) => reported(arena, async () => text),
  })),
  {
    id: 'report-forty-that-land-later',
    code: 'bounded',
    succeededBefore: true,
    async run(arena) {
      const { solana } = arena;
      const user = await arena.user(await arena.attacker());
      const chain = await arena.chain();
      const host = await arena.host({ ...passive, on: chain });
      const id = await host.awaiting(user);
      const { publicKey } = user.keypair;
      // The blockhash of the 40 must not die while they are reported.
      solana.controls.pause();
      const { blockhash } = await solana.connection.getLatestBlockhash();
      const transfers = Array.from({ length: 40 }, (_, at) => {
        const transaction = new VersionedTransaction(
          new TransactionMessage({
            payerKey: publicKey,
            recentBlockhash: blockhash,
            instructions: [
              SystemProgram.transfer({
                fromPubkey: publicKey,
                toPubkey: publicKey,
                lamports: at + 1,
              }),
            ],
          }).compileToLegacyMessage(),
        );
        transaction.sign([user.keypair]);
        return transaction;
      });
      for (const { signatures } of transfers)
        await arena.refusal(
          host.service.confirmBurn({
            ...host.query(user, id),
            confirmation: { burnTxSignature: encodeBase58(signatures[0] ?? new Uint8Array()) },
          }),
        );
      solana.controls.resume();
      const landed = await Promise.all(
        transfers.map((transaction) => solana.sendRaw(transaction.serialize())),
      );
      await solana.finalized(landed.at(-1) ?? '');
      const before = chain.calls();
      for (let look = 0; look < 5; look += 1) await host.service.advance(id);
      const calls = chain.calls() - before;
      // Each is read once: 40 reports are 40 transactions, and a few looks.
      return calls <= 200 ? 'bounded' : `${calls} calls`;
    },
  },
]);
