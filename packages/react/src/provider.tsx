import { NftUpgradeError, type UpgradeClient } from '@aiw3/nft-upgrade';
import { createContext, type ReactNode, useContext } from 'react';

const ClientContext = createContext<UpgradeClient | null>(null);

/** Gives the client to everything below. Make the client once, outside of rendering: it holds the connections. */
export function UpgradeProvider({ client, children }: { client: UpgradeClient; children?: ReactNode }): ReactNode {
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The client of the nearest provider. @throws NftUpgradeError `invalid_option` outside of one */
export function useUpgradeClient(): UpgradeClient {
  const client = useContext(ClientContext);
  if (!client) {
    throw new NftUpgradeError('invalid_option', {
      message: 'There is no <UpgradeProvider> above this component.',
      hint: 'Wrap the part of the tree that uses these hooks: <UpgradeProvider client={createUpgradeClient({ … })}>.',
    });
  }
  return client;
}
