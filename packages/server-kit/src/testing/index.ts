export type { Protocol } from './adapter/client.ts';
export type { Before } from './adapter/environment.ts';
export {
  type AdapterUnderTest,
  adapterSuite,
  type ServedAdapter,
  type ServeRequest,
} from './adapter-suite.ts';
export {
  type LiteChain,
  type LiteControls,
  type LiteOptions,
  type LocalChain,
  type StartChainOptions,
  startChain,
} from './chain/index.ts';
export {
  type CrashEnvironment,
  type CrashOptions,
  type CrashPoint,
  type CrashReport,
  type CrashWorld,
  crashEverywhere,
  createMortal,
  type Mortal,
} from './crash/index.ts';
export {
  closeDatabases,
  databases,
  startPostgres,
  type TestDatabase,
  type TestPostgres,
  testDatabaseUrl,
} from './databases.ts';
export { type AuditedOperation, journalFaults, readOperations } from './invariants.ts';
export { journalSuite } from './journal-suite.ts';
export { type MemoryChain, memoryChain } from './memory-chain.ts';
export {
  type MemoryMethod,
  type MemoryOperations,
  type MemoryOperationsOptions,
  memoryOperations,
} from './operations.ts';
export { memoryContent, permissiveRules, type StandardRules, untilStatus } from './rules.ts';
export type { ContractCase } from './suite.ts';
