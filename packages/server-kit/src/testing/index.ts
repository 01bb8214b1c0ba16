export { type AdapterUnderTest, adapterSuite, type ServedAdapter, type ServeRequest } from './adapter-suite.ts';
export * from './chain/index.ts';
export * from './crash/index.ts';
export { closeDatabases, databases, startPostgres, type TestDatabase, type TestPostgres, testDatabaseUrl } from './databases.ts';
export { type AuditedOperation, journalFaults, readOperations } from './invariants.ts';
export { journalSuite } from './journal-suite.ts';
export { type MemoryChain, memoryChain } from './memory-chain.ts';
export { memoryContent, permissiveRules, untilStatus } from './rules.ts';
export type { ContractCase } from './suite.ts';
