import { HEALTH_PATH } from '../../protocol/routes.ts';
import { FORMER_PROTOCOL_VERSION, PROTOCOL_HEADER } from '../../protocol/version.ts';
import { type Check, check } from '../check.ts';
import { type AuditContext, freshKey } from '../context.ts';
import { type Answer, type Ask, codeOf, MalformedAnswer, member, summaryOf } from '../exchange.ts';
import { given, must } from '../outcome.ts';

const MARKER = 'audit-marker-5c1f';
const TOO_LARGE = 64 * 1024;

/** The status and code a refusal has to have. */
export function refused(answer: Answer, status: number, code: string | readonly string[]): void {
  answer.stream?.close();
  const codes = [code].flat();
  must(answer.status === status, `${summaryOf(answer)} instead of ${status}`);
  must(
    codes.includes(String(codeOf(answer))),
    `${summaryOf(answer)}, with the code ${String(codeOf(answer))} ` +
      `instead of ${codes.join(' or ')}`,
  );
}

const attempt = (context: AuditContext, ask: Partial<Ask>) =>
  context.start({ headers: { 'idempotency-key': freshKey() }, ...ask });

export const requestChecks: readonly Check[] = [
  check('P-HTTP-02', 'before', async (context) => {
    const answer = await attempt(context, {
      headers: { 'idempotency-key': freshKey(), [PROTOCOL_HEADER]: '999' },
    });
    refused(answer, 426, 'protocol_unsupported');
    const former = await context.send({
      path: context.routes.active,
      headers: { [PROTOCOL_HEADER]: String(FORMER_PROTOCOL_VERSION) },
    });
    must(former.status === 200, `${summaryOf(former)} in the former version`);
  }),
  check('P-HTTP-03', 'before', async (context) => {
    refused(
      await context.send({ path: `${context.options.basePath}/audit-no-such-process` }),
      404,
      'not_found',
    );
  }),
  check('P-HTTP-04', 'before', async (context) => {
    const answer = await context.send({ method: 'DELETE', path: context.routes.start });
    refused(answer, 405, 'method_not_allowed');
    const allow = answer.headers.get('allow') ?? '';
    must(
      /\bGET\b/.test(allow) && /\bPOST\b/.test(allow),
      `Allow of the start says “${allow}”, not GET and POST`,
    );
  }),
  check('P-HTTP-05', 'before', async (context) => {
    given(context.target.h2, 'only over HTTP/2: run with --h2');
    try {
      await context.send({ path: context.routes.active });
    } catch (thrown) {
      must(
        !(thrown instanceof MalformedAnswer),
        'the answer was malformed: HTTP/2 forbids one of its headers',
      );
      throw thrown;
    }
  }),
  check('P-HTTP-07', 'before', async ({ target }) => {
    given(target.alpn, 'only over TLS, by address');
    const spoken = await target.alpn();
    must(spoken === 'h2', `of h2 and http/1.1, the server chose ${spoken || 'nothing'}`);
  }),
  check('P-START-06', 'before', async (context) => {
    for (const key of ['short', 'x'.repeat(129), 'with a space in it'])
      refused(
        await attempt(context, { headers: { 'idempotency-key': key } }),
        422,
        'invalid_request',
      );
  }),
  check('P-START-08', 'before', async (context) =>
    refused(await attempt(context, { body: '{"targetTierId":' }), 400, 'malformed_json'),
  ),
  check('P-START-09', 'before', async (context) => {
    const body = JSON.stringify(context.options.input);
    refused(
      await attempt(context, { body, contentType: 'text/plain' }),
      415,
      'unsupported_media_type',
    );
  }),
  check('P-START-10', 'before', async (context) => {
    for (const body of [{ ...context.options.input, auditUnknown: 1 }, [], 7]) {
      const answer = await attempt(context, { body });
      refused(answer, 422, 'invalid_request');
      const field = member(member(answer.json, 'details'), 'field');
      must(
        typeof field === 'string' && field !== '',
        `${summaryOf(answer)}, without naming the member in details.field`,
      );
    }
  }),
  check('P-START-11', 'before', async (context) => {
    const answer = await attempt(context, {
      body: { ...context.options.input, targetTierId: 'x'.repeat(TOO_LARGE) },
    });
    refused(answer, 413, 'body_too_large');
  }),
  check('P-START-12', 'before', async (context) =>
    refused(await attempt(context, { accept: 'image/png' }), 406, 'not_acceptable'),
  ),
  check('P-READ-05', 'before', async (context) =>
    refused(await context.send({ path: context.routes.start }), 422, 'invalid_request'),
  ),
  check('P-READ-06', 'before', async (context) => {
    const answer = await context.send({ path: HEALTH_PATH, credentials: null });
    must(
      answer.status === 200 || answer.status === 503,
      `${summaryOf(answer)} instead of 200 or 503`,
    );
    const status = member(answer.json, 'status');
    must(
      status === (answer.status === 200 ? 'healthy' : 'warning'),
      `the health was ${answer.status}, yet called itself ${String(status)}`,
    );
  }),
  check('P-ERROR-03', 'before', async (context) => {
    const bodies = [
      `{"targetTierId":"${MARKER}`,
      { targetTierId: [MARKER] },
      { auditUnknown: MARKER },
    ];
    for (const body of bodies) {
      const answer = await attempt(context, { body });
      must(
        !answer.text.includes(MARKER),
        `${summaryOf(answer)}, and the answer repeats what was sent`,
      );
    }
    const answer = await context.send({
      path: context.routes.active,
      credentials: { authorization: `Bearer ${MARKER}` },
    });
    must(
      !answer.text.includes(MARKER),
      `${summaryOf(answer)}, and the answer repeats the credentials`,
    );
  }),
];
