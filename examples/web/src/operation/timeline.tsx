import type { ReactNode } from 'react';
import { ChainLink, ContentLink } from '../ui/chain-link.tsx';
import { duration } from '../ui/format.ts';
import type { Step } from './steps.ts';
import { messages, phaseTitles } from './texts.ts';

const spoken: Readonly<Record<Step['state'], string>> = {
  done: 'done',
  now: 'in progress',
  trouble: 'being retried',
  stopped: 'stopped here',
  to_come: 'to come',
};

/** Facts of events that are worth a link. */
const links: Readonly<Record<string, (value: string) => ReactNode>> = {
  burnTxSignature: (value) => <ChainLink kind="tx" value={value} />,
  ipfsHash: (value) => <ContentLink cid={value} />,
  mintAddress: (value) => <ChainLink kind="address" value={value} />,
};

export function Timeline({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="timeline" aria-label="Steps">
      {steps.map(({ phase, state, last, ms }) => (
        <li key={phase} data-state={state} aria-current={state === 'now' || state === 'trouble' ? 'step' : undefined}>
          <p className="step">
            {phaseTitles[phase] ?? phase}
            <span className="hidden">, {spoken[state]}</span>
            {ms !== null && <span className="quiet small tabular">{duration(ms)}</span>}
          </p>
          {last && (
            <p className="quiet small">
              {messages.status(last.status)}
              {Object.entries(links).map(
                ([field, link]) => typeof last[field] === 'string' && <span key={field}> {link(last[field])}</span>,
              )}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
