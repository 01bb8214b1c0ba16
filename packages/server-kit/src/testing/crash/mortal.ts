import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Db, Sql } from '../../db/db.ts';
import type { ServiceOptions } from '../../service.ts';

/**
 * A write by its name and how often it came before, such as `commit operation+event#3` or
 * `mint.send#1`; and on which side of it the process dies.
 */
export interface CrashPoint {
  readonly write: string;
  /** `before`: it never happened. `after`: it happened, and nobody was notified. */
  readonly when: 'before' | 'after';
}

/** A process that can die in the middle of its work. */
export interface Mortal {
  /** The same options, with every write counted and stopped at the point. */
  readonly options: ServiceOptions;
  /** Names of the writes so far, in order. */
  readonly writes: readonly string[];
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  /**
   * Resolves when whatever it has sent to the database is done: the death of the sender does not
   * call it back.
   */
  settled(): Promise<void>;
}

const gone = () =>
  new NftUpgradeError('internal', {
    message: 'This process was stopped by the crash harness.',
    retryable: false,
  });

/**
 * Wraps whatever a service writes through. Once it is dead, nothing it holds answers any more: not
 * even a read.
 * @param end called at the point, before anything else; where the process is to die in earnest, it
 *   sends the signal. Default: nothing
 */
export function createMortal(
  options: ServiceOptions,
  point: CrashPoint | null,
  end?: () => void,
): Mortal {
  const writes: string[] = [];
  const counts = new Map<string, number>();
  let dead = false;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });

  const kill = (): never => {
    end?.();
    dead = true;
    die();
    throw gone();
  };
  const alive = () => {
    if (dead) throw gone();
  };
  /** Counts a write; answers whether it is the one. */
  const isPoint = (name: string): boolean => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    writes.push(`${name}#${count}`);
    return point?.write === `${name}#${count}`;
  };
  const write = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    alive();
    const here = isPoint(name);
    if (here && point?.when === 'before') kill();
    const result = await work();
    if (here) kill();
    alive();
    return result;
  };

  /**
   * Methods of a port that leave something behind are writes; the others only need a process that
   * lives.
   */
  const port = <T extends object>(prefix: string, target: T, effects: readonly string[]): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        return async (...args: unknown[]) => {
          alive();
          const call = () => Reflect.apply(value, object, args) as Promise<unknown>;
          return effects.includes(key) ? write(`${prefix}.${key}`, call) : call();
        };
      },
    });

  const sent = new Set<Promise<unknown>>();
  const send = <T>(call: Promise<T>): Promise<T> => {
    sent.add(call);
    const forget = () => sent.delete(call);
    call.then(forget, forget);
    return call;
  };

  const db: Db = {
    flavour: options.db.flavour,
    sql: async <Row extends object>(
      text: string,
      parameters?: readonly unknown[],
      name?: string,
    ) => {
      alive();
      const tables = tablesOf(text);
      // A step of an operation, and an attempt on its way, is one statement or one transaction:
      // either commits it.
      const kind = tables.includes('event') || tables.includes('attempt') ? 'commit' : 'sql';
      const call = () => send(options.db.sql<Row>(text, parameters, name));
      return tables.length > 0 ? write(`${kind} ${tables.join('+')}`, call) : call();
    },
    exclusive: (work) => options.db.exclusive(work),
    tx: async (work) => {
      alive();
      const tables: string[] = [];
      let atPoint = false;
      const transaction = options.db.tx(async (sql) => {
        const noted: Sql = async (text, parameters, name) => {
          alive();
          tables.push(...tablesOf(text));
          return sql(text, parameters, name);
        };
        const done = await work(noted);
        alive();
        atPoint = tables.length > 0 && isPoint(`commit ${[...new Set(tables)].join('+')}`);
        // Thrown inside of the transaction: all of it is rolled back.
        if (atPoint && point?.when === 'before') kill();
        return done;
      });
      const result = await send(transaction);
      if (atPoint) kill();
      alive();
      return result;
    },
    listen: (channel, onMessage) =>
      options.db.listen(channel, (payload) => {
        if (!dead) onMessage(payload);
      }),
    close: () => options.db.close(),
  };

  const { chain, content, sinks, alerts, compensator } = options;
  const rules = Object.fromEntries(
    Object.entries(options.rules).map(([name, rule]) => [
      name,
      rule && port(name, rule, ['qualify', 'record', 'release']),
    ]),
  ) as ServiceOptions['rules'];
  return {
    writes,
    died,
    async settled() {
      await Promise.allSettled(sent);
    },
    options: {
      ...options,
      db,
      rules,
      ...(chain && {
        chain: {
          ...chain,
          burn: port('burn', chain.burn, ['broadcast']),
          mint: port('mint', chain.mint, ['send']),
        },
      }),
      ...(content && { content: port('content', content, ['put']) }),
      ...(sinks && { sinks: sinks.map((sink) => port(`sink ${sink.name}`, sink, ['publish'])) }),
      ...(alerts && { alerts: port('alerts', alerts, ['alert']) }),
      ...(compensator && { compensator: port('compensator', compensator, ['settle']) }),
    },
  };
}

/** Tables that a statement writes to, without their schema; the queue's own under one name. */
function tablesOf(text: string): string[] {
  const found = [...text.matchAll(/(?:insert\s+into|update|delete\s+from)\s+(\w+)\.(\w+)/gi)];
  return [
    ...new Set(found.map(([, schema, table = '']) => (schema === 'nft_upgrade' ? table : 'queue'))),
  ];
}
