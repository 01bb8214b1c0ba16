import { inside, type ProtocolRule, seen } from './rule.ts';

/** Reading operations, acting on them, and who may. */
export const commandRules: readonly ProtocolRule[] = [
  ...seen('read', [
    [
      '01',
      'MUST',
      '`GET …/{id}` answers with the snapshot: exactly the log folded by the reducer.',
      'Fold the stored events; keep no second state.',
    ],
    [
      '02',
      'MUST',
      'Its `ETag` is the number of the last event in quotes, and `If-None-Match` with it is ' +
        'answered with 304.',
      'Send the seq as ETag.',
    ],
    [
      '03',
      'MUST',
      '`GET …/{id}/events` that accepts `application/json` only answers with a page `{events, ' +
        'terminal}` above the cursor: the polling fallback.',
      'Serve the same events as the stream, as JSON.',
    ],
    [
      '04',
      'MUST',
      '`GET …?active=true` lists the caller’s live operations of the process, and none that has ' +
        'ended.',
      'Filter by principal, process and liveness.',
    ],
    [
      '05',
      'MUST',
      'The list is served with `active=true` only; otherwise the answer is 422.',
      'Refuse it: a list of everything is no part of version 1.',
    ],
    [
      '06',
      'SHOULD',
      '`GET /api/v1/monitoring/sse-health` answers with 200 (`healthy`) or 503 (`warning`), ' +
        'without credentials, and names no operation and no user.',
      'Serve counts only.',
    ],
  ]),
  ...seen('command', [
    [
      '01',
      'MUST',
      '`PATCH …/confirm-burn` takes exactly one of `burnTxSignature` and `signedTransaction`; ' +
        'another body is answered with 422.',
      'Validate with the published schema, which is closed.',
    ],
    [
      '02',
      'MUST',
      'A burn reported to an operation that waits for none, and never saw that one, is answered ' +
        'with 409 and `burn_not_expected`.',
      'Look at the status before the report is taken.',
    ],
    [
      '03',
      'MUST',
      '`POST …/burn-transaction` is refused with 409: `burn_not_expected` where no burn is ' +
        'awaited, `burn_still_valid` as long as an earlier transaction may land.',
      'Hand out a new transaction only with proof that the old one is dead.',
    ],
    [
      '04',
      'MUST',
      '`POST …/cancel` before the burn is answered with 202 and the snapshot; the operation ' +
        'ends as `cancelled`, at once or once the handed-out transaction has died.',
      'Accept the cancel as long as the status leads to cancelled.',
    ],
    [
      '05',
      'MUST',
      'A repeated cancel of a cancelled operation is answered as the first was, or refused with ' +
        '409 and `cancel_refused`; it changes nothing.',
      'Compare with the status first.',
    ],
    [
      '06',
      'MUST',
      '`POST …/retry` where no recovery waits is answered with 409 and `retry_refused`.',
      'Retry only what is recovering or needs attention.',
    ],
    [
      '07',
      'MUST',
      'Commands take an empty body, with or without a content type, or a JSON object.',
      'Read the body as optional.',
    ],
  ]),
  ...inside('command', [
    [
      '08',
      'MUST',
      'A reported burn is a hint: what the chain shows decides, and a burn that no client ' +
        'reported is found.',
      'B11',
    ],
    ['09', 'MUST', 'A cancel after the burn is refused with 409 and `cancel_refused`.'],
  ]),
  ...seen('access', [
    [
      '01',
      'MUST',
      'A request without valid credentials is answered with 401, `unauthenticated` and ' +
        '`WWW-Authenticate`.',
      'Authenticate before an operation is looked up or made.',
    ],
    [
      '02',
      'MUST',
      'An operation of another principal does not exist: every route answers with the 404 of an ' +
        'id that was never given, to the letter.',
      'Look operations up by id and principal together.',
    ],
    [
      '03',
      'MUST',
      'An operation exists only below the routes of its own process.',
      'Look it up by process as well.',
    ],
    [
      '04',
      'MUST',
      'A page of a web origin that is not allowed gets no `Access-Control-Allow-Origin`. The ' +
        'header is never `*` together with `Access-Control-Allow-Credentials`.',
      'Answer from an allow-list; never echo the origin.',
    ],
    [
      '05',
      'MUST',
      'An answer that depends on the origin says so: `Vary: Origin`.',
      'Append Origin to Vary unless every origin gets `*`.',
    ],
    [
      '06',
      'MUST',
      'An allowed origin may send `Authorization`, `Content-Type`, `Idempotency-Key`, ' +
        '`Last-Event-ID` and `NFT-Protocol`, and may read `Content-Location`, `Location`, ' +
        '`ETag`, `Retry-After`, `NFT-Protocol` and `NFT-Stream-Gap`.',
      'List them in Access-Control-Allow-Headers of the preflight and ' +
        'Access-Control-Expose-Headers of the answers.',
    ],
  ]),
];
