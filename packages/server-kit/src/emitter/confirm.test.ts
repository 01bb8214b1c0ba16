import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { Keypair, PublicKey, Transaction, TransactionInstruction } from '@solana/web3.js';
import { expect, it } from 'vitest';
import { ask, input, START } from '../http/fixtures/setup.ts';
import { createEmitter } from './emitter.ts';

const principal = { id: 'alice' };
const sample = (status: string) => samplePayload(processes.upgrade, status) as never;

/** An emitter with an operation that waits for its signature. */
async function waiting() {
  const emitter = createEmitter();
  const send = (path: string, method = 'GET', body?: object) =>
    emitter.fetch(
      new Request(`https://api.example.com${path}`, ask(method, body ? { body } : {})),
      { principal },
    );
  const start = new Request('https://api.example.com/anything', ask('POST', { body: input }));
  const { operation, response } = await emitter.respond(start, { process: 'upgrade', principal });
  if (!operation) throw new RangeError(`Refused with ${response.status}.`);
  await operation.emit('qualification_verified', sample('qualification_verified'));
  await operation.emit('awaiting_burn', sample('awaiting_burn'));
  return {
    operation,
    send,
    confirm: (body: object) => send(`${START}/${operation.id}/confirm-burn`, 'PATCH', body),
  };
}

const owner = Keypair.generate();
const memo = new TransactionInstruction({
  keys: [],
  programId: new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
  data: Buffer.from('hi'),
});
const transaction = () =>
  new Transaction({ feePayer: owner.publicKey, recentBlockhash: PublicKey.default.toBase58() }).add(
    memo,
  );

it('signed bytes are answered with their signature, and reach the host as they are', async () => {
  const { operation, confirm } = await waiting();
  const signed = transaction();
  signed.sign(owner);
  const signedTransaction = signed.serialize().toString('base64');
  const answer = await confirm({ signedTransaction });
  expect(await answer.json()).toMatchObject({
    success: true,
    burnTxSignature: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{86,88}$/),
  });
  expect(await operation.waitFor('burn')).toEqual({ signedTransaction });
});

it('bytes without a signature are refused, and the host hears nothing', async () => {
  const { operation, confirm } = await waiting();
  const unsigned = transaction().serialize({ requireAllSignatures: false });
  for (const bytes of [unsigned, unsigned.subarray(0, 80), Buffer.from([0, 1, 2, 3])]) {
    const answer = await confirm({ signedTransaction: bytes.toString('base64') });
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { code: 'signature_missing' },
    ]);
  }
  await expect(operation.waitFor('burn', { timeout: 1 })).rejects.toMatchObject({
    code: 'signal_timeout',
  });
});

it('what a user has under way is listed, and what has ended is not', async () => {
  const { operation, send } = await waiting();
  const list = async () =>
    (
      (await (await send(`${START}?active=true`)).json()) as {
        operations: { operationId: string }[];
      }
    ).operations;
  expect((await list()).map(({ operationId }) => operationId)).toEqual([operation.id]);
  await operation.emit('cancelled');
  expect(await list()).toEqual([]);
});
