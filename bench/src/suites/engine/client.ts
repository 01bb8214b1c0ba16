// Users, in a process of their own: they start upgrades, confirm them at one node, follow them at
// one, and take the time of both from their own clock.

import { Agent, type IncomingMessage, request } from 'node:http';
import { createParser } from 'eventsource-parser';
import { answerAsks } from '../../server/child.ts';

export interface Sample {
  wallet: string;
  /** The node that starts the upgrade and takes its confirmation. */
  confirmAt: string;
  /** The node that shows it. */
  streamAt: string;
}

interface Shown {
  operationId: string;
  burnTransaction?: { transaction: string };
}

const agent = new Agent({ keepAlive: true });
const path = '/api/v1/nft/upgrade';

/** Sends a request; resolves with the head of the answer. */
const send = (
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method,
        headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      },
      (answer) => {
        if (answer.statusCode === 200) resolve(answer);
        else reject(new RangeError(`${method} was answered with ${answer.statusCode}.`));
      },
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });

/** Waits for statuses of a stream. */
function readStream(stream: IncomingMessage): (status: string) => Promise<Shown & { at: number }> {
  const shown = new Map<string, Shown & { at: number }>();
  let changed = () => {};
  const parser = createParser({
    onEvent({ data }) {
      const event = JSON.parse(data) as Shown & { status: string };
      shown.set(event.status, { ...event, at: performance.now() });
      changed();
    },
  });
  stream.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
  return async (status) => {
    for (;;) {
      const found = shown.get(status);
      if (found) return found;
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  };
}

answerAsks({
  /** Milliseconds from when the confirmation is sent until the frame that tells of it is parsed. */
  async confirmToFrame({ wallet, confirmAt, streamAt }: Sample): Promise<number> {
    const headers = { authorization: wallet, accept: 'text/event-stream' };
    let stream = await send(`${confirmAt}${path}`, 'POST', headers, { targetTierId: 'tier-2' });
    let until = readStream(stream);
    const { operationId, burnTransaction } = await until('awaiting_burn');
    if (streamAt !== confirmAt) {
      stream.destroy();
      stream = await send(`${streamAt}${path}/${operationId}/events`, 'GET', headers);
      until = readStream(stream);
      await until('awaiting_burn');
    }
    const begun = performance.now();
    const signed = { signedTransaction: burnTransaction?.transaction };
    const [{ at }, answer] = await Promise.all([
      until('verifying_burn'),
      send(
        `${confirmAt}${path}/${operationId}/confirm-burn`,
        'PATCH',
        { authorization: wallet },
        signed,
      ),
    ]);
    answer.resume();
    stream.destroy();
    return at - begun;
  },
});
