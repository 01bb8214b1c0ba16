import { createUpgradeClient, walletSigning } from '@aiw3/nft-upgrade';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { UpgradeProvider, useNftUpgrade } from '@aiw3/nft-upgrade-react';
import { createRoot } from 'react-dom/client';

const wallet = {
  publicKey: () => null,
  sign: () => Promise.reject(new Error('There is no wallet in this page.')),
};
const client = createUpgradeClient({
  baseUrl: '',
  signing: walletSigning({ wallet, guard: solanaGuard() }),
});

function Upgrade() {
  const { state, start } = useNftUpgrade();
  return (
    <button type="button" onClick={() => start({ targetTierId: 'tier-2' })}>
      {state?.operation?.status ?? 'Upgrade'}
    </button>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <UpgradeProvider client={client}>
      <Upgrade />
    </UpgradeProvider>,
  );
}
