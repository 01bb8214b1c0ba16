import type { Db, Sql } from './db.ts';
import { checkSchema } from './schema.ts';

/** What the schemas are called in every statement of the kit. */
const named = /\bnft_upgrade(_queue|_emitter)?\./g;

/**
 * The database as one product sees it, whose tables stand in schemas of another name: with `shop`
 * they are `shop`, `shop_queue` and `shop_emitter`. Statements are constant, so they are renamed as
 * texts, each once. @throws NftUpgradeError `invalid_option`
 */
export function inSchema(db: Db, schema: string): Db {
  if (checkSchema(schema) === 'nft_upgrade') return db;
  const renamed = new Map<string, string>();
  const rename = (text: string): string => {
    const known = renamed.get(text);
    if (known !== undefined) return known;
    const own = text.replace(named, (_, kind: string = '') => `${schema}${kind}.`);
    // Of other texts, such as those of the queue, there may be any number.
    if (own !== text) renamed.set(text, own);
    return own;
  };
  // A name stands for one text on a connection, which two products may share.
  const inside =
    (sql: Sql): Sql =>
    (text, parameters, name) =>
      sql(rename(text), parameters, name && `${schema}_${name}`);
  return {
    ...db,
    flavour: db.flavour,
    sql: inside(db.sql),
    tx: (work) => db.tx((sql) => work(inside(sql))),
    exclusive: (work) =>
      db.exclusive((session) =>
        work({
          flavour: db.flavour,
          sql: inside(session.sql),
          tx: (inner) => session.tx((sql) => inner(inside(sql))),
        }),
      ),
    listen: (channel, onMessage) => db.listen(channel, onMessage),
    close: () => db.close(),
  };
}
