import type { BenchNode } from './node.ts';

/** Milliseconds on a clock that all processes of the machine share. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;

/** An open stream of an upgrade that waits for its burn: resolves, once it shows that, to when the frame of the confirmation came out of it. */
export type OpenStream = (operation: { operationId: string; wallet: string }) => Promise<{ confirmed(): Promise<number> }>;

/** Reads streams of a node through its HTTP handler. */
export const streamsOf =
  ({ handler }: Pick<BenchNode, 'handler'>): OpenStream =>
  async ({ operationId, wallet }) => {
    const headers = { authorization: wallet, accept: 'text/event-stream' };
    const stream = await handler.fetch(new Request(`http://bench/api/v1/nft/upgrade/${operationId}/events`, { headers }));
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new RangeError(`The stream answered ${stream.status}.`);
    const until = async (status: string) => {
      for (let text = ''; !text.includes(`"status":"${status}"`); ) {
        const { value, done } = await reader.read();
        if (done) throw new RangeError('The stream ended early.');
        text += value;
      }
      return clock();
    };
    await until('awaiting_burn');
    const seen = until('verifying_burn');
    seen.then(
      () => reader.cancel(),
      () => undefined,
    );
    return { confirmed: () => seen };
  };

/** From the confirmation at a node until the frame that tells of it has come out of a stream, through the HTTP handlers. Milliseconds. */
export async function confirmToFrame({ waiting, handler }: BenchNode, open: OpenStream): Promise<number> {
  const operation = await waiting();
  const { confirmed } = await open(operation);
  const begun = clock();
  const answer = await handler.fetch(
    new Request(`http://bench/api/v1/nft/upgrade/${operation.operationId}/confirm-burn`, {
      method: 'PATCH',
      headers: { authorization: operation.wallet, 'content-type': 'application/json' },
      body: JSON.stringify({ signedTransaction: operation.transaction }),
    }),
  );
  if (!answer.ok) throw new RangeError(`The confirmation was answered with ${answer.status}.`);
  return (await confirmed()) - begun;
}
