import { WalletReadyState } from '@solana/wallet-adapter-base';
import { useWallet } from '@solana/wallet-adapter-react';
import { useText } from '../preferences/preferences.ts';
import { usePage } from '../session/provider.tsx';
import { short } from '../ui/format.ts';
import { TEST_WALLET } from './test-wallet.ts';

/** One button a wallet. */
export function ConnectButtons() {
  const { site } = usePage();
  const { wallet: text } = useText();
  const { wallets, select, connecting } = useWallet();
  const usable = wallets.filter(
    ({ readyState }) =>
      readyState === WalletReadyState.Installed || readyState === WalletReadyState.Loadable,
  );
  if (usable.length === 0)
    return (
      <p className="notice" role="status">
        {text.none(site.cluster)}
      </p>
    );
  return (
    <div className="actions">
      {usable.map(({ adapter }) => (
        <button
          key={adapter.name}
          type="button"
          className={adapter.name === TEST_WALLET ? 'button primary' : 'button'}
          disabled={connecting}
          onClick={() => select(adapter.name)}
        >
          <img src={adapter.icon} alt="" width={20} height={20} />
          {adapter.name === TEST_WALLET ? text.tryTest : text.connect(adapter.name)}
        </button>
      ))}
    </div>
  );
}

export function ConnectedWallet() {
  const { publicKey, disconnect } = useWallet();
  const { top } = useText();
  if (!publicKey) return null;
  return (
    <div className="wallet">
      <span className="mono">{short(publicKey.toBase58())}</span>
      <button type="button" className="link" onClick={() => void disconnect()}>
        {top.disconnect}
      </button>
    </div>
  );
}
