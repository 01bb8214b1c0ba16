import { inside, type ProtocolRule, seen } from './rule.ts';

/** What the log is and how it crosses the wire. */
export const streamRules: readonly ProtocolRule[] = [
  ...seen('stream', [
    [
      '01',
      'MUST',
      'The first frame of every connection is `retry: <ms>` with the comment `heartbeat=<ms> ' +
        'protocol=<version>`, the one of the answer, before any event.',
      'Write it at once, before the log is read.',
    ],
    [
      '02',
      'MUST',
      'The first frame is on its way at once, and no frame waits for a later one.',
      'Flush each frame, and switch off buffering and compression in every proxy on the way.',
    ],
    [
      '03',
      'MUST',
      'An event is one frame: `id:` with its `seq`, one `data:` line with the event as JSON.',
      'Escape line breaks (JSON does), and write the number as the id.',
    ],
    [
      '04',
      'MUST',
      'Only events carry an id: heartbeats and the opening never move the cursor.',
      'Write heartbeats as comments.',
    ],
    [
      '05',
      'MUST',
      'Frames have no other `event:` than `message`: the default, which is left out.',
      'Leave `event:` out; the status stands in the data.',
    ],
    [
      '06',
      'MUST',
      'While nothing happens a comment comes at least once in every announced interval, which ' +
        'is 60 seconds or less.',
      'Write `: time=<ms>` whenever the interval passed without a frame.',
    ],
    [
      '07',
      'SHOULD',
      'A heartbeat tells the server’s time, `time=<milliseconds since the epoch>`: by it a ' +
        'client sees that a proxy holds frames back.',
      'Put the time into the comment.',
    ],
    [
      '08',
      'MUST',
      'The stream closes normally after a terminal event, and a stream of an operation that ' +
        'has ended shows its log and ends.',
      'Close after the terminal event has been written.',
    ],
    [
      '09',
      'MUST',
      '`Cache-Control` of a stream says `no-cache` or `no-store`, and `no-transform`: ' +
        'compressors hold frames back.',
      'Send Cache-Control: no-cache, no-transform.',
    ],
    [
      '10',
      'MUST',
      'A stream carries `X-Accel-Buffering: no`: nginx buffers otherwise.',
      'Send the header with every stream.',
    ],
    [
      '11',
      'MUST',
      'A stream is not compressed, also when the client accepts it.',
      'Leave text/event-stream out of the compression middleware.',
    ],
    [
      '12',
      'SHOULD',
      'Routes that serve streams and JSON say so: `Vary: Accept`.',
      'Add Accept to Vary, or a cache may answer one for the other.',
    ],
  ]),
  ...inside('stream', [
    [
      '13',
      'MUST',
      'A client that does not read costs a bounded amount of memory, is cut off after a while, ' +
        'and finds everything when it resumes.',
      'L1',
    ],
    [
      '14',
      'SHOULD',
      'A server that stops closes its streams normally, with a `retry:` that differs between ' +
        'clients.',
      'L3',
    ],
  ]),
  ...seen('event', [
    [
      '01',
      'MUST',
      'Every event has the envelope and the payload of its status, as the published schema says.',
      'Validate what is emitted with the schema of the status.',
    ],
    [
      '02',
      'MUST',
      '`seq` counts from 1 without a gap within the operation.',
      'Number events in the transaction that appends them.',
    ],
    [
      '03',
      'MUST',
      'Every status follows one that it may follow; the first is `initializing`.',
      'Check the transition before the event is written.',
    ],
    ['04', 'MUST', '`progress` never goes back.', 'Take the larger of the old and the new.'],
    [
      '05',
      'MUST',
      '`asset` says where the asset of this status is, in every event.',
      'Derive it from the status; see the tables of the processes.',
    ],
    [
      '06',
      'MUST',
      'Events of `upgrade` repeat `operationId` as `upgradeId`, the name of the integration guide.',
      'Add the alias to every event of the upgrade.',
    ],
  ]),
  ...inside('event', [
    [
      '07',
      'MUST',
      'From an event that says `burned_owed` on, no path leads anywhere but to `delivered`.',
      'I3',
    ],
    ['08', 'MUST', '`burn_verified` is sent only for a burn that the chain shows as final.', 'B5'],
    [
      '09',
      'MUST',
      'An event is sent only after it is stored, and is never changed after that.',
      'S4',
    ],
  ]),
  ...seen('resume', [
    [
      '01',
      'MUST',
      '`GET …/{id}/events` with `Last-Event-ID: n` sends the events above n, and no other.',
      'Read the log from the cursor.',
    ],
    ['02', 'MUST', 'Without a cursor it sends the whole log.', 'Begin at the first event.'],
    [
      '03',
      'MUST',
      'The cursor may also be given as `?after=n`; the header wins over it.',
      'Read the header first: a reconnecting EventSource sends both.',
    ],
    [
      '04',
      'MUST',
      'An unknown or expired cursor is answered with the log from the start and ' +
        '`NFT-Stream-Gap: true`. A known one never carries that header.',
      'Compare the cursor with the last number of the log before the headers go out.',
    ],
    [
      '05',
      'MUST',
      'Every reading of the log shows the same events: by stream, by page, by start and by resume.',
      'Serve all of them from the stored events, and change none.',
    ],
    [
      '06',
      'SHOULD',
      '`HEAD` is answered with the headers of `GET`, and opens no stream.',
      'Answer HEAD as GET, without the body.',
    ],
  ]),
];
