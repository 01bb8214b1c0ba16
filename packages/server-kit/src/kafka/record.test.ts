import { expect, it } from 'vitest';
import { cloudEventOf } from '../publish/cloudevents.ts';
import { publication } from '../publish/fixtures/publication.ts';
import { messageOf } from '../publish/messages.ts';
import { recordOf } from './record.ts';
import { kafkaSink } from './sink.ts';

const event = cloudEventOf(publication());
if (!event) throw new TypeError('no event');

it('binary: the value is the body of the guide, the envelope travels in headers', () => {
  const record = recordOf(event, 'binary');
  expect(JSON.parse(record.value)).toEqual(messageOf(publication()));
  expect(record).toMatchObject({
    key: 'upg_1',
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'upg_1/10',
      ce_source: '/nft-upgrade',
      ce_type: 'com.aiw3.nft.upgrade.completed',
      ce_subject: 'upg_1',
      ce_time: '2026-11-24T10:00:00.000Z',
      ce_sequence: '0000000010',
      ce_partitionkey: 'upg_1',
    },
  });
  expect(record.headers).not.toHaveProperty('ce_data');
  expect(record.headers).not.toHaveProperty('ce_datacontenttype');
});

it('structured: the value is the envelope', () => {
  const record = recordOf(event, 'structured');
  expect(JSON.parse(record.value)).toEqual(event);
  expect(record.headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8' });
});

it.each([[[]], [['kafka']], [['kafka:9092', 'http://kafka:9092']]])(
  'refuses the brokers %j',
  (brokers) => {
    expect(() => kafkaSink({ brokers })).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    );
  },
);
