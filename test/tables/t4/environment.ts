import { walletSigning } from '../../../packages/core/src/client/sign.ts';
import { createUpgradeClient, type Operation } from '../../../packages/core/src/index.ts';
import { foldAll } from '../../../packages/core/src/machine/reduce.ts';
import { upgrade } from '../../../packages/core/src/processes/index.ts';
import type { Asset } from '../../../packages/core/src/protocol/asset.ts';
import {
  IDEMPOTENCY_HEADER,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../../../packages/core/src/protocol/version.ts';
import { createLiveServer } from '../../../packages/core/src/stream/fixtures/live-server.ts';
import { addresses, recordings } from '../../../packages/core/src/stream/fixtures/recordings.ts';
import {
  createTestClock,
  createTestSignals,
} from '../../../packages/core/src/stream/fixtures/test-clock.ts';
import { type Answer, answerOf, type Sender } from './answers.ts';

export const requests = [
  'start',
  'repeated',
  'follow',
  'page',
  'confirm',
  'cancel',
  'retry',
  'active',
] as const;
export type Request = (typeof requests)[number];

const log = recordings.upgrade;
/** A status of the log in which the asset is there. */
const statuses: Readonly<Record<Asset, string>> = {
  safe: 'awaiting_burn',
  at_risk: 'verifying_burn',
  burned_owed: 'metadata_uploaded',
  delivered: 'updating_records',
};
const lengthOf = (asset: Asset): number =>
  log.findIndex(({ status }) => status === statuses[asset]) + 1;

const HEARTBEAT_MS = 15_000;

/** The kind of request that the client sends. */
function kindOf(url: string, init: RequestInit): Request | 'other' {
  const accepts = new Headers(init.headers).get('accept');
  if (init.method === 'POST' && url.endsWith('/upgrade')) return 'start';
  if (url.includes('active=true')) return 'active';
  if (url.includes('/events')) return accepts === 'application/json' ? 'page' : 'follow';
  const command = /\/(confirm-burn|cancel|retry)$/.exec(url)?.[1];
  if (command === 'confirm-burn') return 'confirm';
  return command === 'cancel' || command === 'retry' ? command : 'other';
}

/** The real client in virtual time, over a server in front of which something may answer. */
export function openEnvironment(request: Request, asset: Asset, struck: () => void) {
  const time = createTestClock();
  const signals = createTestSignals();
  const server = createLiveServer(upgrade, log, HEARTBEAT_MS);
  const target = request === 'repeated' ? 'start' : request;
  const keys: (string | null)[] = [];
  const prompts: unknown[] = [];
  const counts = { active: 0, confirm: 0 };
  let fault: ((init: RequestInit) => Promise<Response>) | null = null;
  let length = 0;
  let closed = false;

  const sendHeartbeat = () => {
    if (closed) return;
    server.heartbeat(time.clock.now());
    time.clock.setTimeout(sendHeartbeat, HEARTBEAT_MS);
  };
  sendHeartbeat();
  const own = { [PROTOCOL_HEADER]: `${PROTOCOL_VERSION}` };
  const json = (body: unknown, status = 200) => Response.json(body, { status, headers: own });
  const snapshot = () => foldAll(upgrade, log.slice(0, Math.max(length, 1)));

  const respond = async (kind: Request | 'other', url: string, init: RequestInit) => {
    if (kind === 'confirm') {
      const answer = { success: true, message: 'ok', burnTxSignature: addresses.signature };
      return json({ ...answer, operation: snapshot() });
    }
    if (kind === 'cancel' || kind === 'retry') return json(snapshot(), 202);
    if (kind === 'active') return json({ operations: [] });
    // Where the log is to be read by page there are no streams.
    if (kind === 'follow' && request === 'page') return answerOf('413', 'server', init.signal);
    return server.fetch(url, init);
  };

  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const kind = kindOf(url, init);
    if (kind === 'start') {
      keys.push(new Headers(init.headers).get(IDEMPOTENCY_HEADER));
      if (request === 'repeated' && keys.length === 1) throw new TypeError('Failed to fetch');
    }
    if (kind === 'active' || kind === 'confirm') counts[kind]++;
    // What stands in the way of pages stands in the way of streams.
    if (fault && (kind === target || (request === 'page' && kind === 'follow'))) {
      struck();
      return fault(init);
    }
    return respond(kind, url, init);
  };

  const client = createUpgradeClient({
    baseUrl: '',
    getToken: () => 'token',
    signing: walletSigning({
      guard: { inspect: () => ({ safe: true, sentence: 'Burns.', maxFeeLamports: 1n }) },
      wallet: {
        publicKey: () => addresses.owner,
        sign: async (asked) => {
          prompts.push(asked);
          return { kind: 'signed', signedTransaction: 'c2lnbmVk' };
        },
      },
    }),
    environment: {
      fetch,
      clock: time.clock,
      random: () => 0.5,
      onSignal: signals.onSignal,
      online: () => true,
      locks: null,
      storage: null,
      warn: () => undefined,
    },
  });

  return {
    time,
    client,
    server,
    keys,
    prompts,
    counts,
    /** The server goes on to where the asset is there. */
    reach(to: Asset) {
      server.grow(lengthOf(to) - length);
      length = lengthOf(to);
    },
    advanceLog() {
      server.grow(1);
      length++;
      return length;
    },
    finish() {
      server.grow(log.length);
      length = log.length;
    },
    last: log.length,
    breakWith(answer: Answer, sender: Sender) {
      fault = (init) => answerOf(answer, sender, init.signal);
      // What is open does not tell what a new request would meet.
      if (target === 'follow') server.cut();
    },
    mend() {
      fault = null;
    },
    start: (): Operation => client.upgrade.start({ targetTierId: 'gold' }) as unknown as Operation,
    attach: (): Operation => client.upgrade.attach(server.id) as unknown as Operation,
    async close() {
      closed = true;
      client.close();
      await time.settle();
    },
    asset,
  };
}

export type VerdictEnvironment = ReturnType<typeof openEnvironment>;
