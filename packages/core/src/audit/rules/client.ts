import { inside, type ProtocolRule } from './rule.ts';

/** What a client keeps to. No server can see these; each has a test of its id. */
export const clientRules: readonly ProtocolRule[] = inside('client', [
  [
    '01',
    'MUST',
    'The start is sent with an `Idempotency-Key`, and repeated only with the same key and only ' +
      'as long as its outcome is unknown. After that the client only reads on from its cursor.',
    'C1',
  ],
  [
    '02',
    'MUST',
    'The end of a stream is no outcome: without a terminal event the client resumes.',
    'C7',
  ],
  [
    '03',
    'MUST',
    'Unknown statuses and members are kept and move the cursor; an unknown status ends nothing.',
    'C8',
  ],
  [
    '04',
    'MUST',
    'An event whose number was seen is dropped, and one that is early makes the client read ' +
      'again from its cursor; no listener sees an event twice or out of order.',
    'C8',
  ],
  ['05', 'MUST', 'A newer protocol version is refused before anything is signed.', 'C11'],
  [
    '06',
    'MUST',
    'Redirects are not followed: a POST would become a GET, and the token would travel on.',
  ],
  [
    '07',
    'MUST',
    'A transaction is judged by its bytes before a wallet sees it, and refused when it does ' +
      'more than burn the NFT of the operation.',
    'W1',
  ],
  [
    '08',
    'MUST',
    'After a 401 the token is renewed once and the cursor kept; a second 401 pauses the ' +
      'connection, which is tried again, and never ends the operation.',
    'C6',
  ],
  [
    '09',
    'MUST',
    '`Retry-After` of the server is waited for, and attempts without progress are spread: after ' +
      'a bound they come no more often than every 30 seconds.',
  ],
  [
    '10',
    'SHOULD',
    'A stream that is silent for longer than two and a half heartbeats is replaced.',
  ],
  [
    '11',
    'SHOULD',
    'Where frames are held back on the way, the client polls pages of the log, and tries a ' +
      'stream again after a while.',
    'C7',
  ],
  [
    '12',
    'MUST',
    'Only the server decides: an answer without `NFT-Protocol` that is no whole problem of this ' +
      'protocol, or one with an `Age`, is tried again like no answer at all.',
  ],
  ['13', 'MUST', 'A signed burn is handed over until the server itself has answered to it.'],
]);
