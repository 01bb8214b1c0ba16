export type { CloudEvent, EnvelopeOptions } from '../publish/cloudevents.ts';
export type { EventSinkOptions } from '../publish/event-sink.ts';
export { type Message, messageOf } from '../publish/messages.ts';
export { type VerifyOptions, verifyWebhook } from './signature.ts';
export { type WebhookOptions, webhookSink } from './sink.ts';
