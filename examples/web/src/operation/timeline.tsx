import type { AnyProcess, OperationEvent } from '@aiw3/nft-upgrade';
import { useMessages, useStepProps } from '@aiw3/nft-upgrade-react';
import type { ReactNode } from 'react';
import { useText } from '../preferences/preferences.ts';
import { ChainLink, ContentLink } from '../ui/chain-link.tsx';
import { phaseNotes } from './phase-notes.ts';
import type { Run } from './use-run.ts';

/** Facts of events that are worth a link. */
const links: Readonly<Record<string, (value: string) => ReactNode>> = {
  burnTxSignature: (value) => <ChainLink kind="tx" value={value} />,
  ipfsHash: (value) => <ContentLink cid={value} />,
  mintAddress: (value) => <ChainLink kind="address" value={value} />,
};

/**
 * The phases of the process; under each that has begun, its last event, how long it took, and where
 * to check it.
 */
export function Timeline({
  run,
  process,
  events,
}: {
  run: Run;
  process: AnyProcess;
  events: readonly OperationEvent[];
}) {
  const messages = useMessages();
  const { duration } = useText();
  const steps = useStepProps(run);
  const notes = phaseNotes(process, events);
  return (
    <ol className="timeline" {...steps.list}>
      {steps.items.map((step) => {
        const note = notes.get(step.name);
        return (
          <li key={step.name} {...step.props}>
            <p className="step">
              {step.label}
              <span className="hidden">, {step.stateLabel}</span>
              {note && note.ms !== null && (
                <span className="quiet small tabular">{duration(note.ms)}</span>
              )}
            </p>
            {note && (
              <p className="quiet small">
                {messages.status(note.last.status)}
                {Object.entries(links).map(([field, link]) => {
                  const value = note.last[field];
                  return typeof value === 'string' && <span key={field}> {link(value)}</span>;
                })}
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
