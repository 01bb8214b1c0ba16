import type { IncomingMessage, ServerResponse } from 'node:http';
import { eventFrame, openingFrame, processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { createEmitter, type EmitterOperation } from '@aiw3/nft-upgrade-server-kit';
import { type NodeHandler, toNodeHandler } from '@aiw3/nft-upgrade-server-kit/node';
import { createChannel, createSession } from 'better-sse';

type Upgrade = EmitterOperation<typeof processes.upgrade>;

/** A way of sending events to many streams. */
export interface Kind {
  listener: NodeHandler;
  /** Path of the stream of one operation. */
  open(): Promise<string>;
  /** One event to every stream of every operation. */
  emit(): Promise<void>;
  /** Brings every operation to its end. */
  end(): Promise<void>;
}

const burn = samplePayload(processes.upgrade, 'awaiting_burn') as never;
const timing = { retryMs: 2_000, heartbeatMs: 15_000 };
const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
const first = {
  operationId: 'upg_00000000000000000000000000000000',
  upgradeId: 'upg_00000000000000000000000000000000',
  process: 'upgrade',
  seq: 1,
};
const event = {
  ...first,
  status: 'awaiting_burn',
  progress: 20,
  asset: 'safe' as const,
  timestamp: '2026-11-23T10:00:00.000Z',
  ...samplePayload(processes.upgrade, 'awaiting_burn'),
};

/** Nothing but Node: the floor. Each event is one string, made before. */
function raw(): Kind {
  const open = new Set<ServerResponse>();
  const frame = eventFrame(event);
  return {
    listener(_req, given) {
      // The two classes have the same methods with overloads that do not unite.
      const res = given as ServerResponse;
      res.writeHead(200, headers);
      res.write(openingFrame(timing) + frame);
      open.add(res);
      res.on('close', () => open.delete(res));
    },
    open: async () => '/',
    async emit() {
      for (const res of open) res.write(frame);
    },
    async end() {
      for (const res of open) res.end();
    },
  };
}

function betterSse(): Kind {
  const channel = createChannel();
  return {
    listener(req, res) {
      void createSession(req as IncomingMessage, res as ServerResponse).then((session) => {
        channel.register(session);
        session.push(event, 'message', '1');
      });
    },
    open: async () => '/',
    async emit() {
      channel.broadcast(event, 'message', { eventId: '2' });
    },
    async end() {},
  };
}

function ours(): Kind {
  const many = 1_000_000;
  const emitter = createEmitter({
    authenticate: async () => ({ id: 'bench' }),
    limits: {
      connectionsPerPrincipal: many,
      streamsPerOperation: many,
      connections: many,
      startsPerMinute: many,
      commandsPerMinute: many,
      readsPerMinute: many,
    },
    timing: { maxConnectionMs: 3_600_000 },
  });
  const running: Upgrade[] = [];
  const qualified = samplePayload(processes.upgrade, 'qualification_verified') as never;
  return {
    listener: toNodeHandler(emitter.handler),
    async open() {
      const request = new Request('http://bench.example/', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ targetTierId: 'tier-2' }),
      });
      const subject = String(running.length);
      const { operation } = await emitter.respond(request, {
        process: 'upgrade',
        principal: { id: 'bench' },
        subject,
      });
      if (!operation) throw new Error('The start was refused.');
      await operation.emit('qualification_verified', qualified);
      running.push(operation);
      return `/api/v1/nft/upgrade/${operation.id}/events`;
    },
    async emit() {
      for (const operation of running) await operation.emit('awaiting_burn', burn);
    },
    async end() {
      for (const operation of running) await operation.emit('cancelled');
    },
  };
}

export const kinds: Readonly<Record<string, () => Kind>> = { raw, 'better-sse': betterSse, ours };
