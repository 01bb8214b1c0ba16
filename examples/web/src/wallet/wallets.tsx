import type { WalletPort } from '@aiw3/nft-upgrade';
import { walletAdapter } from '@aiw3/nft-upgrade/wallet-adapter';
import type { Adapter } from '@solana/wallet-adapter-base';
import {
  ConnectionProvider,
  useConnection,
  useWallet,
  WalletProvider,
} from '@solana/wallet-adapter-react';
import { type ReactNode, useEffect, useMemo } from 'react';
import type { Site } from '../session/api.ts';
import { usePage } from '../session/provider.tsx';
import { TestWalletAdapter } from './test-wallet.ts';

/**
 * The test wallet where the chain is local; wallets that are installed register themselves (Wallet
 * Standard).
 */
export function Wallets({ site, children }: { site: Site; children: ReactNode }) {
  const local = site.cluster === 'local';
  const wallets = useMemo(() => (local ? [new TestWalletAdapter()] : []), [local]);
  return (
    <ConnectionProvider endpoint={endpointOf(site)}>
      <WalletProvider wallets={wallets} autoConnect>
        <FollowWallet />
        {children}
      </WalletProvider>
    </ConnectionProvider>
  );
}

/**
 * Only wallets that cannot sign without sending use it. The address of the server's own node stays
 * at the server.
 */
const endpointOf = ({ cluster }: Site): string =>
  cluster === 'local' || cluster === 'custom'
    ? 'http://127.0.0.1:8899'
    : `https://api.${cluster}.solana.com`;

const noWallet: WalletPort = {
  publicKey: () => null,
  sign: () => Promise.reject(new Error('There is no wallet to sign with.')),
};

/**
 * Tells the session which account is connected. An effect that only follows: it asks the wallet for
 * nothing.
 */
function FollowWallet() {
  const { session, site } = usePage();
  const { connection } = useConnection();
  const { wallet, publicKey } = useWallet();
  const address = publicKey?.toBase58() ?? null;
  const adapter: Adapter | undefined = wallet?.adapter;
  const local = site.cluster === 'local';
  useEffect(() => {
    void session.use(
      address,
      adapter ? walletAdapter(adapter, local ? {} : { connection }) : noWallet,
    );
  }, [session, address, adapter, connection, local]);
  return null;
}
