import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Sink } from '../ports/sink.ts';
import { cloudEventsType } from '../publish/cloudevents.ts';
import { type EventSinkOptions, eventSink } from '../publish/event-sink.ts';
import { readSecret, signWebhook } from './signature.ts';

/** Options of `webhookSink`. */
export interface WebhookOptions extends EventSinkOptions {
  /** Where to post. `https:`, or `http:` for a receiver on this machine. */
  url: string;
  /** `whsec_` secrets; with several, each message carries a signature of each. */
  secrets: readonly string[];
  /** Default: the platform's. */
  fetch?: typeof fetch;
}

/**
 * Publications as signed webhooks (Standard Webhooks 1.0): the body is a CloudEvent, `webhook-id`
 * is the same for each repeat. 2xx is success; 410 makes a dead letter at once; everything else,
 * redirects included, is tried again.
 * @throws NftUpgradeError `invalid_option`
 */
export function webhookSink(options: WebhookOptions): Sink {
  const target = readUrl(options.url);
  const keys = options.secrets.map(readSecret);
  if (keys.length === 0)
    throw new NftUpgradeError('invalid_option', {
      message: 'A webhook needs at least one secret.',
    });
  const post = options.fetch ?? fetch;

  return eventSink({ name: 'webhook', ...options }, async (event, signal) => {
    const body = JSON.stringify(event);
    const headers = {
      'content-type': cloudEventsType,
      'user-agent': 'nft-upgrade-webhooks/1',
      ...signWebhook({ id: event.id, timestamp: Math.floor(Date.now() / 1_000), body }, keys),
    };
    const response = await post(target, {
      method: 'POST',
      headers,
      body,
      signal,
      redirect: 'manual',
    }).catch((cause: unknown) => {
      throw new NftUpgradeError('temporarily_unavailable', {
        message: `${target.host} could not be reached.`,
        cause,
      });
    });
    // An answer that is not read keeps its connection.
    await response.body?.cancel();
    if (response.ok) return;
    const code = response.status === 410 ? 'sink_refused' : 'temporarily_unavailable';
    throw new NftUpgradeError(code, {
      message: `${target.host} answered ${response.status}.`,
      details: { status: response.status },
    });
  });
}

function readUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const local = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (
    parsed &&
    (parsed.protocol === 'https:' || (parsed.protocol === 'http:' && local)) &&
    parsed.username === ''
  )
    return parsed;
  throw new NftUpgradeError('invalid_option', {
    message:
      'The url of a webhook has to begin with https:// and hold no password; http:// is for ' +
      'receivers on this machine.',
  });
}
