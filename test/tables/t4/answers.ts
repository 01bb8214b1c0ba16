import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../../packages/core/src/protocol/version.ts';

/** Everything that may come in place of the answer that was asked for. */
export const answers = {
  '302': 'redirect',
  '304': 'redirect',
  '400': 'refusal',
  '401': 'unauthorized',
  '403': 'forbidden',
  '404': 'missing',
  '405': 'refusal',
  '408': 'later',
  '409': 'refusal',
  '413': 'refusal',
  '425': 'later',
  '429': 'later',
  '451': 'refusal',
  '500': 'failure',
  '502': 'failure',
  '503': 'later',
  '504': 'failure',
  '200 html': 'nothing',
  '200 empty': 'nothing',
  '204': 'nothing',
  '1xx': 'silence',
  reset: 'silence',
  hang: 'silence',
} as const;
export type Answer = keyof typeof answers;

/**
 * Who answers. `problem`: the server, behind a host that hides its header from other origins.
 * `stored`: a cache with an answer of the server. `foreign`: a proxy, a login page.
 */
export const senders = ['server', 'problem', 'stored', 'foreign'] as const;
export type Sender = (typeof senders)[number];

export const CODE = 'refused_by_test';

const statusOf = (answer: Answer): number => Number(/^\d+/.exec(answer)?.[0] ?? 0);
export const isProblem = (answer: Answer): boolean => statusOf(answer) >= 400;

const headersOf = (sender: Sender): Record<string, string> => ({
  ...((sender === 'server' || sender === 'stored') && { [PROTOCOL_HEADER]: `${PROTOCOL_VERSION}` }),
  ...(sender === 'stored' && { age: '60' }),
});

/** What the client's fetch gives. A 1xx never comes to a page: its fetch fails. */
export function answerOf(
  answer: Answer,
  sender: Sender,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  if (answer === 'hang')
    return new Promise((_, reject) =>
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))),
    );
  if (answers[answer] === 'silence') return Promise.reject(new TypeError('Failed to fetch'));
  const status = statusOf(answer);
  const headers = headersOf(sender);
  if (!isProblem(answer)) {
    const body = answer === '200 html' ? '<html>login</html>' : null;
    return Promise.resolve(new Response(body, { status, headers }));
  }
  if (sender === 'foreign')
    return Promise.resolve(new Response('<html>no</html>', { status, headers }));
  const problem = {
    type: 'about:blank',
    title: 'No',
    status,
    code: CODE,
    retryable: false,
    actor: 'user',
  };
  const type = { 'content-type': 'application/problem+json' };
  return Promise.resolve(Response.json(problem, { status, headers: { ...headers, ...type } }));
}
