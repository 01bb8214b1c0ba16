import { encodeBase58 } from '@aiw3/nft-upgrade/solana';
import * as z from 'zod/mini';
import type { Bank } from '../bank.ts';
import type { Landed } from '../ledger.ts';
import type { Account } from '../svm.ts';
import type { Request } from './answer.ts';
import { commitmentOf, inContext } from './method.ts';
import { address, config, signature } from './params.ts';
import { Refusal } from './refusal.ts';
import { renderAccount } from './render-account.ts';

/** Looks at the chain after a block. @returns what to notify, and whether that was all */
type Watch = () => { results: readonly unknown[]; done?: boolean };
type Subscribe = (bank: Bank, params: readonly unknown[]) => Watch;

const nothing = { results: [] };

const fingerprint = (account: Account | null): string =>
  account === null
    ? ''
    : `${account.lamports()} ${encodeBase58(account.owner())} ` +
      `${Buffer.from(account.data()).toString('base64')}`;

const mentionsSchema = z.union([
  z.enum(['all', 'allWithVotes']),
  z.object({ mentions: z.array(z.string()) }),
]);

const subscribe: Readonly<Record<string, Subscribe>> = {
  /**
   * Fires once. A transaction that has the commitment already fires after the next block, so that
   * no client waits for the past.
   */
  signature(bank, [wanted, options]) {
    const key = signature(wanted);
    const commitment = commitmentOf(config(options));
    return () => {
      const landed = bank.ledger.find(key);
      const { height, slot } = bank.ledger.at(commitment);
      if (!landed || landed.block.height > height) return nothing;
      return { results: [inContext(slot, { err: landed.err })], done: true };
    };
  },
  account(bank, [key, options]) {
    const parsed = config(options);
    const commitment = commitmentOf(parsed);
    const wanted = address(key);
    let last = fingerprint(bank.account(wanted, commitment));
    return () => {
      const account = bank.account(wanted, commitment);
      const current = fingerprint(account);
      if (current === last) return nothing;
      last = current;
      const { slot } = bank.ledger.at(commitment);
      const empty = {
        lamports: 0,
        data: ['', 'base64'],
        owner: '11111111111111111111111111111111',
        executable: false,
        rentEpoch: 0,
        space: 0,
      };
      return {
        results: [inContext(slot, renderAccount(bank, account, parsed, commitment) ?? empty)],
      };
    };
  },
  logs(bank, [filter, options]) {
    const wanted = mentionsSchema.safeParse(filter);
    if (!wanted.success)
      throw new Refusal('invalidParams', 'Invalid params: "all" or mentions are expected');
    const mentions =
      typeof wanted.data === 'string' ? undefined : wanted.data.mentions.map(address);
    const commitment = commitmentOf(config(options));
    let seen = bank.ledger.at(commitment).height;
    const isMeant = (landed: Landed): boolean =>
      mentions?.some((key) => landed.keys.includes(key)) ?? true;
    return () => {
      const { height, slot } = bank.ledger.at(commitment);
      const fresh = bank.ledger
        .newerThan(seen)
        .filter((landed) => landed.block.height <= height && isMeant(landed));
      seen = height;
      return {
        results: fresh
          .reverse()
          .map(({ signature: id, err, logs }) => inContext(slot, { signature: id, err, logs })),
      };
    };
  },
  slot: (bank) => () => {
    const { slot, parentSlot } = bank.ledger.head;
    return { results: [{ slot, parent: parentSlot, root: bank.ledger.at('finalized').slot }] };
  },
  root(bank) {
    let last = bank.ledger.at('finalized').slot;
    return () => {
      const { slot } = bank.ledger.at('finalized');
      if (slot === last) return nothing;
      last = slot;
      return { results: [slot] };
    };
  },
};

/** The subscriptions of one WebSocket connection. */
export class Subscriptions {
  #bank: Bank;
  #notify: (message: unknown) => void;
  #watches = new Map<number, { kind: string; watch: Watch }>();
  static #lastId = 0;

  constructor(bank: Bank, notify: (message: unknown) => void) {
    this.#bank = bank;
    this.#notify = notify;
  }

  /**
   * @returns the id of a new subscription, or true for one that was ended; undefined when the
   *   method is none of them
   */
  call({ method, params = [] }: Request): number | boolean | undefined {
    const match = /^(\w+)(Subscribe|Unsubscribe)$/.exec(method);
    const kind = match?.[1] ?? '';
    const make = Object.hasOwn(subscribe, kind) ? subscribe[kind] : undefined;
    if (!match || !make) return undefined;
    if (match[2] === 'Unsubscribe') {
      if (typeof params[0] === 'number' && this.#watches.delete(params[0])) return true;
      throw new Refusal('invalidParams', 'Invalid subscription id.');
    }
    const id = ++Subscriptions.#lastId;
    this.#watches.set(id, { kind, watch: make(this.#bank, params) });
    return id;
  }

  /** Called after every block. */
  flush(): void {
    for (const [subscription, { kind, watch }] of this.#watches) {
      const { results, done } = watch();
      for (const result of results)
        this.#notify({
          jsonrpc: '2.0',
          method: `${kind}Notification`,
          params: { result, subscription },
        });
      if (done) this.#watches.delete(subscription);
    }
  }
}
