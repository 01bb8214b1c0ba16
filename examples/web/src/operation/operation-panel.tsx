import type { BurnTransaction, Connection, Snapshot } from '@aiw3/nft-upgrade';
import {
  type SupportedDescription,
  useActionProps,
  useDescription,
  useLiveProps,
  useProgressProps,
  useUpgradeClient,
} from '@aiw3/nft-upgrade-react';
import { useEffect, useRef } from 'react';
import { useText } from '../preferences/preferences.ts';
import { Custody } from './custody.tsx';
import { Pictures } from './pictures.tsx';
import { Problems } from './problems.tsx';
import { Receipt } from './receipt.tsx';
import { Timeline } from './timeline.tsx';
import { useEvents } from './use-events.ts';
import type { Run } from './use-run.ts';
import { WalletStep } from './wallet-step.tsx';

/**
 * One run of a claim or an upgrade, live: where the NFT is, how far it is, what to do now. Three
 * axes, each shown by itself.
 * @param takeFocus the button that began it is gone: the keyboard goes on here
 */
export function OperationPanel({
  run,
  takeFocus,
  onDismiss,
}: {
  run: Run;
  takeFocus: boolean;
  onDismiss: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takeFocus) heading.current?.focus();
  }, [takeFocus]);
  const { operation: text, next: offer } = useText();
  const { definition } = useUpgradeClient().process(run.process);
  const description = useDescription(run);
  const action = useActionProps(run);
  const live = useLiveProps(run);
  const bar = useProgressProps(run);
  const events = useEvents(run.operation);
  const { state } = run;
  const now: Snapshot | null = state?.operation ?? null;
  const burn = now?.now.burnTransaction as BurnTransaction | undefined;
  const refused = !now && state?.connection.state === 'closed';
  const over = refused || (now?.terminal && now.status !== 'completed');
  const tier = fieldOf(now?.facts.targetTier, 'tierName');
  const title = run.process === 'claim' ? offer.claim(tier ?? '…') : offer.upgradeTo(tier ?? '…');
  return (
    <section className="card operation" aria-label={title} data-status={now?.status}>
      <header className="split">
        <div>
          <p className="eyebrow">{title}</p>
          <h2 className="title" ref={heading} tabIndex={-1}>
            {now?.status === 'completed' ? text.yours(tier ?? '') : description.what}
          </h2>
        </div>
        <Pictures now={now} />
      </header>
      <p className="hidden" {...live} />
      <div className="bar">
        <div className="progress" {...bar}>
          <i style={{ width: `${bar['aria-valuenow']}%` }} />
        </div>
        <span className="tabular quiet small">{bar['aria-valuenow']} %</span>
        {state && !now?.terminal && <ConnectionChip connection={state.connection} />}
      </div>
      {now && <Custody process={definition} asset={now.asset} sentence={description.asset} />}
      {now && !now.terminal && <Next description={description} />}
      <Problems description={description} now={now} />
      {burn && state?.id && (
        <WalletStep
          key={burn.transaction}
          burn={burn}
          operationId={state.id}
          wallet={state.wallet.state}
          action={action}
        />
      )}
      {(over || (!burn && run.actions.length > 0)) && (
        <div className="actions">
          {run.actions.includes('retry') && (
            <button className="button primary" {...action.retry()} />
          )}
          {!burn && run.actions.includes('cancel') && (
            <button className="button" {...action.cancel()} />
          )}
          {over && (
            <button type="button" className="button primary" onClick={onDismiss}>
              {text.back}
            </button>
          )}
        </div>
      )}
      {now?.status === 'completed' && <Receipt snapshot={now} onClose={onDismiss} />}
      <Timeline run={run} process={definition} events={events} />
    </section>
  );
}

/** What to do now, and how long it usually takes. A problem says what to do next itself. */
const Next = ({
  description: { next, usual, problems },
}: {
  description: SupportedDescription;
}) => {
  const sentences = [problems.length > 0 ? '' : next, usual.step, usual.left].filter(Boolean);
  return sentences.length > 0 && <p className="quiet small next-step">{sentences.join(' ')}</p>;
};

const fieldOf = (fact: unknown, name: string): string | undefined =>
  (fact as Record<string, string> | undefined)?.[name];

/** How well this page is connected. It says nothing about the operation. */
const ConnectionChip = ({ connection }: { connection: Connection }) => (
  <p className="chip live" data-connection={connection.state}>
    {useText().connection[connection.state]}
  </p>
);
