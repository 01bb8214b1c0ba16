import { PROBLEM_TYPE } from '../../protocol/problem.ts';
import { HEALTH_PATH } from '../../protocol/routes.ts';
import { FORMER_PROTOCOL_VERSION, PROTOCOL_HEADER } from '../../protocol/version.ts';
import * as wire from '../../protocol/wire.ts';
import { read } from '../../schema/index.ts';
import { type Check, check } from '../check.ts';
import { type Answer, member, summaryOf } from '../exchange.ts';
import { must, wrongIn } from '../outcome.ts';

/** Rules that hold for every answer, looked at when all have come. */
const every = (rule: string, judge: (answer: Answer, protocol: number) => void): Check =>
  check(rule, 'after', async (context) => {
    for (const answer of context.exchanges.answers) judge(answer, context.exchanges.protocol());
  });

const isAbout = (answer: Answer) =>
  answer.ask.method !== 'OPTIONS' && answer.ask.path !== HEALTH_PATH;

/** What the request named, where that is a version that the server speaks beside its newest. */
const namedIn = ({ ask }: Answer): string | undefined =>
  ask.headers?.[PROTOCOL_HEADER] === String(FORMER_PROTOCOL_VERSION)
    ? ask.headers[PROTOCOL_HEADER]
    : undefined;

export const answerChecks: readonly Check[] = [
  every('P-HTTP-01', (answer, protocol) => {
    const spoken = answer.headers.get(PROTOCOL_HEADER);
    if (isAbout(answer))
      must(
        spoken === String(namedIn(answer) ?? protocol),
        `${summaryOf(answer)}, with ${PROTOCOL_HEADER} ${spoken ?? 'missing'}`,
      );
  }),
  every('P-HTTP-06', (answer) => {
    const control = answer.headers.get('cache-control') ?? '';
    if (isAbout(answer))
      must(
        /no-store|no-cache|private/.test(control),
        `${summaryOf(answer)}, with Cache-Control “${control}”`,
      );
  }),
  every('P-HTTP-08', (answer) => {
    const sniff = answer.headers.get('x-content-type-options');
    if (isAbout(answer))
      must(
        sniff === 'nosniff',
        `${summaryOf(answer)}, with X-Content-Type-Options ${sniff ?? 'missing'}`,
      );
  }),
  every('P-ERROR-01', (answer) => {
    if (answer.status < 400 || answer.ask.method === 'HEAD' || !isAbout(answer)) return;
    const type = answer.headers.get('content-type') ?? '';
    must(
      type.startsWith(PROBLEM_TYPE),
      `${summaryOf(answer)}, as ${type || 'no type'} instead of ${PROBLEM_TYPE}`,
    );
    try {
      read(wire.problem, answer.json);
    } catch (thrown) {
      must(false, `${summaryOf(answer)}, with a problem of which ${wrongIn(thrown)}`);
    }
    const status = member(answer.json, 'status');
    must(
      status === answer.status,
      `${summaryOf(answer)}, while the problem says ${String(status)}`,
    );
  }),
];
