import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';

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
