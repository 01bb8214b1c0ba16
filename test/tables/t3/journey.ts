import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment, Node, ProcessName, User } from './environment.ts';
import type { Armed } from './faults.ts';

/** A machine that is busy with something else takes its time. */
const WAIT_MS = 60_000;
/** Beside the news of its operation: what is delivered makes none. */
const LOOK_MS = 200;

/** What brings an operation to a function of the host, and how it ends there. */
export const flows = {
  upgrade: { process: 'upgrade', ends: 'completed' },
  claim: { process: 'claim', ends: 'completed' },
  /** The NFT was burned for an operation that is forgotten. */
  forgotten: { process: 'upgrade', ends: 'completed' },
  /** Its upload never works, and operators pay instead. */
  compensated: { process: 'upgrade', ends: 'compensated' },
  /** The rules say no. */
  refused: { process: 'upgrade', ends: 'qualification_failed' },
  /** The rules say nothing that can be used, and an alert goes out. */
  broken: { process: 'upgrade', ends: 'error' },
} as const satisfies Record<string, { process: ProcessName; ends: string }>;
export type Flow = keyof typeof flows;

/** An operation as the database has it. */
export interface Seen {
  readonly history: readonly string[];
  readonly asset: string;
  /** Of what is told, and to whom: what became of it. */
  readonly deliveries: readonly { sink: string; state: string }[];
  readonly owed: boolean;
  readonly lease: number;
}

/** One user, what a client does for him, and what comes of it. */
export class Journey {
  readonly user: User;
  /** What the calls name that are about it; its operation comes later. */
  readonly names: string[];
  readonly process: ProcessName;
  /** What was answered instead of the answer. */
  readonly refusals: Response[] = [];
  id: string | null = null;
  #starts = 0;
  #confirmed = '';
  #paid = false;
  #asked: Promise<void> | null = null;
  readonly environment: Environment;
  readonly flow: Flow;
  /** Where its calls go. */
  node: Node;

  constructor(environment: Environment, flow: Flow, node: Node) {
    this.environment = environment;
    this.flow = flow;
    this.node = node;
    this.user = environment.user();
    this.names = [this.user.id, this.user.wallet, this.user.nft];
    this.process = flows[flow].process;
  }

  get query() {
    return { process: this.process, operationId: this.id ?? '', principal: this.user };
  }

  /** What leads to the function is made to fail. */
  async prepare(): Promise<readonly Armed[]> {
    const { flow, user, names: about } = this;
    const { faults } = this.environment;
    if (flow === 'forgotten') await this.environment.burnBefore(user);
    if (flow === 'compensated') return [faults.arm('content.put', 'throws_always', about)];
    if (flow === 'broken') return [faults.arm('rules.qualify', 'answers_garbage', about)];
    return [];
  }

  /** Another operation, for the one that has ended. */
  restart(): void {
    this.id = null;
    this.#starts += 1;
  }

  async seen(): Promise<Seen | null> {
    if (this.id === null) return null;
    const [row] = await this.environment.db.sql<Seen>(
      `select o.asset, o.lease,
         (select jsonb_agg(status order by seq) from nft_upgrade.event
           where operation_id = o.id) as history,
         (select coalesce(jsonb_agg(jsonb_build_object('sink', sink, 'state', state)), '[]')
           from nft_upgrade.delivery where operation_id = o.id) as deliveries,
         exists (select 1 from nft_upgrade.obligation
           where operation_id = o.id and settled_at is null) as owed
       from nft_upgrade.operation o where id = $1`,
      [this.id],
      't3_seen',
    );
    return row ?? null;
  }

  /** Does what a client, or an operator, does next; again what was refused. */
  async pass(seen: Seen | null): Promise<void> {
    const { node, user, flow, environment } = this;
    const routes = environment.routes(this.process);
    if (!seen) {
      const body = { targetTierId: flow === 'refused' ? 'too-high' : 'tier-2' };
      const key = `key-${user.id}-${this.#starts}`;
      const answer = await node.send(user, 'POST', routes.start, body, key);
      if (answer.ok) {
        this.id = ((await answer.json()) as { operationId: string }).operationId;
        this.names.push(this.id);
      } else this.refusals.push(answer);
      return;
    }
    const id = this.id ?? '';
    const status = seen.history.at(-1);
    if (status === 'awaiting_burn') {
      const { now } = await node.service.snapshot(this.query);
      const { transaction } = now.burnTransaction as { transaction: string };
      const key = `${id} ${transaction}`;
      if (this.#confirmed === key) return;
      const answer = await node.send(user, 'PATCH', routes.of(id, 'confirm-burn'), {
        signedTransaction: transaction,
      });
      if (answer.ok) this.#confirmed = key;
      else this.refusals.push(answer);
    }
    if (status === 'needs_attention' && flow === 'compensated' && !this.#paid) {
      this.#paid = true;
      void node.service.obligations.compensate(id).catch(() => undefined);
    }
  }

  /**
   * Goes on until the database shows it.
   * @param poke the node does nothing by itself
   */
  async until(
    isReached: (seen: Seen | null) => boolean,
    what: string,
    { poke = false }: { poke?: boolean } = {},
  ): Promise<Seen | null> {
    for (const end = Date.now() + WAIT_MS; ; await this.#news()) {
      const seen = await this.seen();
      if (isReached(seen)) return seen;
      if (Date.now() > end)
        expect.fail(
          `Waited for ${what}, saw ${JSON.stringify(seen)}, was refused ${await this.refused()}.`,
        );
      this.#ask(seen);
      if (poke && this.id !== null) void this.node.service.advance(this.id);
    }
  }

  async #news(): Promise<void> {
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      const { id, node } = this;
      const unwatch = id === null ? () => {} : node.service.watch(id, resolve);
      over.signal.addEventListener('abort', unwatch);
    });
    const { signal } = over;
    const time = sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    // A start makes no news before it is answered.
    const started = this.id === null && this.#asked ? [this.#asked] : [];
    await Promise.race([woken, time, ...started]);
    over.abort();
  }

  private async refused(): Promise<string> {
    const texts = this.refusals.slice(-2).map((refusal) => refusal.clone().text());
    return `${this.refusals.length} times: ${(await Promise.all(texts)).join(' ')}`;
  }

  #ask(seen: Seen | null): void {
    if (this.#asked) return;
    const asked = this.pass(seen).finally(() => {
      if (this.#asked === asked) this.#asked = null;
    });
    this.#asked = asked;
  }

  /** What was asked for at a node that hangs; the next request does not wait for it. */
  leaveBehind(): Promise<unknown> {
    const asked = this.#asked;
    this.#asked = null;
    return Promise.all([asked, this.id === null ? null : this.node.service.advance(this.id)]);
  }

  /** Ended as it should, and everybody was told. */
  isOver(seen: Seen | null): boolean {
    return (
      seen?.history.at(-1) === flows[this.flow].ends &&
      seen.deliveries.every(({ state }) => state === 'delivered') &&
      this.isNotified(seen)
    );
  }

  private isNotified({ deliveries }: Seen): boolean {
    const sink = { refused: 'release', broken: 'alerts' }[this.flow as string];
    return sink === undefined || deliveries.some((one) => one.sink === sink);
  }
}
