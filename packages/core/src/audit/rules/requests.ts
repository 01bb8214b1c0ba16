import { inside, type ProtocolRule, seen } from './rule.ts';

/** What every exchange, the start and the error answers keep to. */
export const requestRules: readonly ProtocolRule[] = [
  ...seen('http', [
    [
      '01',
      'MUST',
      'Every answer to a route of this protocol, refusals included, carries `NFT-Protocol` with ' +
        'the version the client named, or the newest that the server speaks where it is none of ' +
        'its own.',
      'Set the header in one place, behind the error handling.',
    ],
    [
      '02',
      'MUST',
      'A server speaks its version and the one before it, each client in its own. A client that ' +
        'names any other in `NFT-Protocol` is refused with 426 and `protocol_unsupported` before ' +
        'anything begins. Without the header it speaks version 1.',
      'Compare the request header before the start is read.',
    ],
    [
      '03',
      'MUST',
      'A path that is none of the routes is answered with 404 and `not_found`.',
      'Answer with a problem, not with a page.',
    ],
    [
      '04',
      'MUST',
      'A method that a route does not take is answered with 405, `method_not_allowed` and the ' +
        'methods it takes in `Allow`.',
      'Send the Allow header with the 405.',
    ],
    [
      '05',
      'MUST',
      'On HTTP/2 no answer carries a connection-specific header: `Connection`, `Keep-Alive`, ' +
        '`Proxy-Connection`, `Transfer-Encoding`, `Upgrade` (RFC 9113, section 8.2.2).',
      'Leave these headers out where the request came over HTTP/2: browsers reset the stream.',
    ],
    [
      '06',
      'MUST',
      'What belongs to a user is kept out of shared caches: `Cache-Control` of every answer but ' +
        'the health says `no-store`, `no-cache` or `private`.',
      'Send Cache-Control: no-store unless the route says otherwise.',
    ],
    [
      '07',
      'SHOULD',
      'Over TLS a server speaks HTTP/2: a browser opens no more than six connections to an ' +
        'HTTP/1.1 origin, over all tabs.',
      'Offer h2 in ALPN.',
    ],
    [
      '08',
      'SHOULD',
      'Answers carry `X-Content-Type-Options: nosniff`.',
      'Add the header: a page that is tricked into loading an answer then can do nothing with it.',
    ],
  ]),
  ...seen('start', [
    [
      '01',
      'MUST',
      'A start that accepts `text/event-stream` is answered with 200, that content type, and ' +
        'the log of the operation from its first event.',
      'Answer the POST itself with the stream.',
    ],
    [
      '02',
      'MUST',
      'The answer to a start names the stream in `Content-Location` (`…/{id}/events`) before ' +
        'any event: a client that loses the first frame knows where to go on.',
      'Make the operation first, then send the headers with its address.',
    ],
    [
      '03',
      'MUST',
      'A start that accepts `application/json` only is answered with 202, the snapshot, and the ' +
        'address of the operation in `Location`.',
      'Choose by Accept; start the same operation either way.',
    ],
    [
      '04',
      'MUST',
      'A repeated start of the same principal with the same `Idempotency-Key` and body attaches ' +
        'to the operation of the first: it never makes a second one.',
      'Store the key with the operation in one transaction, unique per principal.',
    ],
    [
      '05',
      'MUST',
      'The same key with another body, or for another process, is answered with 409 and ' +
        '`idempotency_conflict`, and makes nothing.',
      'Keep the body with the key and compare.',
    ],
    [
      '06',
      'MUST',
      'A key is 8 to 128 visible ASCII characters. Another one is answered with 422 and makes ' +
        'nothing.',
      'Check the key before the start.',
    ],
    [
      '07',
      'MUST',
      'A start about an NFT or badge that has a live operation of the same process joins that ' +
        'operation, whatever its key.',
      'One live operation per principal, process and subject: a unique index.',
    ],
    [
      '08',
      'MUST',
      'A body that is no JSON is answered with 400 and `malformed_json`.',
      'Answer for the parser: its own message may quote the body.',
    ],
    [
      '09',
      'MUST',
      'A body of another content type than `application/json` is answered with 415 and ' +
        '`unsupported_media_type`: a form of another site can send no JSON.',
      'Check the content type before the body is read.',
    ],
    [
      '10',
      'MUST',
      'A body that is not of the process, with a missing, wrong or unknown member, is answered ' +
        'with 422, `invalid_request` and the member in `details.field`.',
      'Validate with the published schema of the start, which is closed.',
    ],
    [
      '11',
      'MUST',
      'A body of 64 KiB or more is answered with 413 and `body_too_large`.',
      'Limit what is read: the largest legal body has about 4 KiB.',
    ],
    [
      '12',
      'MUST',
      'A start that accepts neither streams nor JSON is answered with 406 and `not_acceptable`, ' +
        'and makes nothing.',
      'Negotiate before the start.',
    ],
  ]),
  ...seen('error', [
    [
      '01',
      'MUST',
      'Every answer with a status of 400 or more is `application/problem+json` (RFC 9457) with ' +
        '`type`, `title`, `status` (equal to that of the answer), `code`, `retryable` and `actor`.',
      'Build every error answer in one function.',
    ],
    [
      '02',
      'MUST',
      'A problem about an operation of the caller names it in `operationId`, and where the ' +
        'asset is in `asset`.',
      'Pass both to the refusal: it is what a user asks first.',
    ],
    [
      '03',
      'MUST',
      'A problem repeats neither the body nor the credentials of the request: problems are ' +
        'logged and shown.',
      'Name the field, never its value.',
    ],
  ]),
  ...inside('error', [
    [
      '04',
      'MUST',
      'Answers with 429 (`rate_limited`) and 503 (`temporarily_unavailable`) carry `Retry-After`.',
      'L2',
    ],
    ['05', 'MUST', 'What a database, a provider or a stack says never reaches an answer.', 'S1'],
  ]),
];
