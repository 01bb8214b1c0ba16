const { createEmitter } = require('@aiw3/nft-upgrade-server-kit');

// Several processes, or operations that outlive one: `journal: await databaseJournal(db)`.
exports.emitter = createEmitter({ timing: { retryMs: 100 } });
