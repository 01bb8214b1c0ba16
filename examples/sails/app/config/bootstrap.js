// Opens the database before the app serves, and closes it after: `sails.db` holds the records of
// the product, `sails.emitter` its operations.
const { createEmitter, databaseJournal } = require('@aiw3/nft-upgrade-server-kit');
const { pglite } = require('@aiw3/nft-upgrade-server-kit/pglite');

const tables = `
  create table if not exists upgrade_record (
    upgrade_id text primary key,
    user_id text not null,
    tier_id text not null,
    nft_id text not null unique,
    mint_address text not null unique,
    metadata_uri text not null,
    created_at timestamptz not null default now()
  );
  create table if not exists compensation_request (
    id bigint generated always as identity primary key,
    upgrade_id text not null unique
  );
`;

module.exports.bootstrap = async () => {
  // Several processes: `postgres({ connectionString })`, which has the same methods.
  const folder = process.env.DATA_DIR;
  sails.db = await pglite(folder ? { folder } : { memory: true });
  await sails.db.tx((sql) => sql(tables));
  sails.journal = await databaseJournal(sails.db);
  sails.emitter = createEmitter({ journal: sails.journal, timing: { retryMs: 100 } });
};

module.exports.beforeShutdown = (done) => {
  const close = async () => {
    await sails.emitter?.stop();
    await sails.journal?.stop();
    await sails.db?.close();
  };
  void close().then(() => done(), done);
};
