/**
 * Every generated table: what its two sides are, and the file whose tests are its cells. A table
 * has at least one entry in `scripts/mutations/rows/tables.ts`.
 */
export const tables = {
  T1: {
    title: 'watched status × what the chain shows × what may still land × the time × a fresh burn',
    file: 'test/tables/t1-chain.test.ts',
  },
  T2: {
    title: 'what is asked of an RPC node × how it lies × who of how many',
    file: 'test/tables/t2-rpc.test.ts',
  },
  T3: {
    title: 'what is called of the host × how it fails × database',
    file: 'test/tables/t3-ports.test.ts',
  },
  T4: {
    title: 'what the client asks × what answers × who answers × where the asset is',
    file: 'test/tables/t4-verdicts.test.ts',
  },
  T6: {
    title: 'what the platform gives × how it fails × in how many tabs',
    file: 'test/tables/t6-platform.test.ts',
  },
  T7: {
    title: 'what the database says × where it strikes',
    file: 'test/tables/t7-database.test.ts',
  },
} as const satisfies Readonly<Record<string, { title: string; file: string }>>;
