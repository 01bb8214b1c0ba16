import type { BenchNode } from './node.ts';

/** From the confirmation at one node until the frame that tells of it has come out of a stream of another, through the HTTP handlers. Milliseconds each. */
export async function confirmToFrame(confirmAt: BenchNode, streamFrom: BenchNode, samples: number): Promise<number[]> {
  const taken: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const { operationId, wallet, transaction } = await confirmAt.waiting();
    const base = `http://bench/api/v1/nft/upgrade/${operationId}`;
    const headers = { authorization: wallet };
    const stream = await streamFrom.handler.fetch(new Request(`${base}/events`, { headers: { ...headers, accept: 'text/event-stream' } }));
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new RangeError(`The stream answered ${stream.status}.`);
    const until = async (status: string) => {
      for (let text = ''; !text.includes(`"status":"${status}"`); ) {
        const { value, done } = await reader.read();
        if (done) throw new RangeError('The stream ended early.');
        text += value;
      }
    };
    await until('awaiting_burn');
    const begun = performance.now();
    const seen = until('verifying_burn').then(() => performance.now() - begun);
    const answer = await confirmAt.handler.fetch(
      new Request(`${base}/confirm-burn`, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ signedTransaction: transaction }),
      }),
    );
    if (!answer.ok) throw new RangeError(`The confirmation was answered with ${answer.status}.`);
    taken.push(await seen);
    await reader.cancel();
  }
  return taken;
}
