export * from './chain/index.ts';
export { closeDatabases, databases, startPostgres, type TestDatabase, type TestPostgres, testDatabaseUrl } from './databases.ts';
export { type MemoryChain, memoryChain } from './memory-chain.ts';
export { memoryContent, permissiveRules, untilStatus } from './rules.ts';
