import type { BurnTransaction, Snapshot } from '@aiw3/nft-upgrade';
import { usePage } from '../session/provider.tsx';
import { ConnectionChip } from './connection-chip.tsx';
import { Custody } from './custody.tsx';
import { Receipt } from './receipt.tsx';
import { stepsOf } from './steps.ts';
import { custodyOf, messages } from './texts.ts';
import { Timeline } from './timeline.tsx';
import { Trouble } from './trouble.tsx';
import { useEvents } from './use-events.ts';
import type { Run } from './use-run.ts';
import { WalletStep } from './wallet-step.tsx';

/** One run of a claim or an upgrade, live: where the NFT is, how far it is, what to do now. Three axes, each told for itself. */
export function OperationPanel({ run }: { run: Run }) {
  const events = useEvents(run.operation);
  const now = run.state.operation;
  const burn = now?.now.burnTransaction as BurnTransaction | undefined;
  const headline = headlineOf(run, now);
  const place = custodyOf(run.process).find(({ asset }) => asset === now?.asset);
  const title = titleOf(run.process.name, now);
  return (
    <section className="card operation" aria-label={title} data-status={now?.status}>
      <header className="split">
        <div>
          <p className="eyebrow">{title}</p>
          <h2 className="title">{headline}</h2>
        </div>
        <Pictures now={now} />
      </header>
      <p className="hidden" role="status">
        {headline}. {place?.sentence}
      </p>
      <div className="bar">
        <progress aria-label="Progress" value={now?.progress ?? 0} max={100} />
        <span className="tabular quiet small">{now?.progress ?? 0} %</span>
        {run.state.connection.state !== 'closed' && <ConnectionChip connection={run.state.connection} />}
      </div>
      {now && <Custody process={run.process} asset={now.asset} />}
      {burn && run.actions.includes('sign') && <WalletStep key={burn.transaction} run={run} burn={burn} />}
      <Trouble run={run} />
      {now?.status === 'completed' && <Receipt snapshot={now} onClose={run.dismiss} />}
      <Timeline steps={stepsOf(run.process, events, now)} />
    </section>
  );
}

const field = (fact: unknown, name: string): string | undefined => (fact as Record<string, string> | undefined)?.[name];

function titleOf(process: string, now: Snapshot | null): string {
  const target = field(now?.facts.targetTier, 'tierName');
  return `${process === 'claim' ? 'Claim' : 'Upgrade'}${target ? (process === 'claim' ? ` ${target}` : ` to ${target}`) : ''}`;
}

function headlineOf({ state }: Run, now: Snapshot | null): string {
  if (!now) return state.connection.state === 'closed' ? 'It was not started' : 'Starting';
  const name = field(now.facts.newNFT, 'tierName');
  return now.status === 'completed' && name ? `${name} is yours` : messages.status(now.status);
}

/** From which picture to which. */
function Pictures({ now }: { now: Snapshot | null }) {
  const { site } = usePage();
  const imageOf = (fact: unknown) => site.tiers.find((tier) => tier.id === field(fact, 'tierId'))?.image;
  const [from, to] = [imageOf(now?.facts.currentNFT), imageOf(now?.facts.targetTier)];
  const burned = now?.asset === 'burned_owed' || now?.asset === 'delivered';
  return (
    <div className="pictures" aria-hidden="true">
      {from && <img className="picture" data-ghost={burned} src={from} alt="" width={64} height={64} />}
      {from && to && (
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2 8h11M9 4l4 4-4 4" />
        </svg>
      )}
      {to && <img className="picture" data-ghost={now?.asset !== 'delivered'} src={to} alt="" width={64} height={64} />}
    </div>
  );
}
