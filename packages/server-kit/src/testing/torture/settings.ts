import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

/**
 * Everything that is seconds in production, shortened alike: a torture of minutes then holds as
 * many recoveries as days do. Milliseconds.
 */
export const tortureTiming = { watchMs: 100, sweepMs: 500, takeoverMs: 1_500 };
/** After so many milliseconds a call into the host has failed. */
export const DEADLINE_MS = 1_500;
/** A call that hangs may answer after all, long after anybody waits for it. Milliseconds. */
export const LATE_MS = 4_000;

/** What a node is told by its parent: to let calls into the host hang, or to leave. */
export type NodeMessage = { hang: number } | 'leave';
/** What it reports: a call hangs, or a failure that means that code and tables do not fit. */
export type NodeReport = 'hung' | { unfit: string };

/** Settings of a node of the torture, in its environment. */
export interface NodeSettings {
  databaseUrl: string;
  rpcUrl: string;
  port: number;
  authority: Uint8Array;
}

export const toEnvironment = ({
  databaseUrl,
  rpcUrl,
  port,
  authority,
}: NodeSettings): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  SOLANA_RPC_URL: rpcUrl,
  PORT: String(port),
  MINT_AUTHORITY: Buffer.from(authority).toString('base64'),
});

/** @throws NftUpgradeError `invalid_option` naming what is missing */
export function readSettings(environment: NodeJS.ProcessEnv): NodeSettings {
  const read = (name: string): string => {
    const value = environment[name];
    if (!value) throw new NftUpgradeError('invalid_option', { message: `${name} is not set.` });
    return value;
  };
  return {
    databaseUrl: read('DATABASE_URL'),
    rpcUrl: read('SOLANA_RPC_URL'),
    port: Number(read('PORT')),
    authority: Buffer.from(read('MINT_AUTHORITY'), 'base64'),
  };
}
