import { createUpgradeClient, type UpgradeClient } from '@aiw3/nft-upgrade';
import { eventFrame, openingFrame, processes } from '@aiw3/nft-upgrade/protocol';
import { sampleEvents } from '@aiw3/nft-upgrade/testing';

/** A client whose server is a function: it answers every start with the events that `send` is told to send. */
export function scriptedClient() {
  const calls: { method: string; url: string; body: string }[] = [];
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const client: UpgradeClient = createUpgradeClient({
    baseUrl: 'https://api.example',
    environment: {
      async fetch(url, init) {
        calls.push({ method: init.method ?? 'GET', url, body: typeof init.body === 'string' ? init.body : '' });
        const body = new ReadableStream<Uint8Array>({
          start(opened) {
            controller = opened;
            opened.enqueue(encoder.encode(openingFrame({ retryMs: 1_000, heartbeatMs: 15_000 })));
          },
        });
        const headers = {
          'content-type': 'text/event-stream',
          'content-location': '/api/v1/nft/upgrade/upg_sample/events',
          'nft-protocol': '1',
        };
        return new Response(body, { status: 200, headers });
      },
    },
  });
  let sent = 0;
  return {
    client,
    calls,
    /** Sends the events of a run up to and including the last of these statuses; those sent before are not repeated. */
    send(...statuses: string[]) {
      const events = sampleEvents(processes.upgrade, statuses).slice(sent);
      sent += events.length;
      for (const event of events) controller?.enqueue(encoder.encode(eventFrame(event)));
    },
    end: () => controller?.close(),
  };
}
