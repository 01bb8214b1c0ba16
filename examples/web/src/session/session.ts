import {
  acrossTabs,
  createUpgradeClient,
  type UpgradeClient,
  type WalletPort,
  walletSigning,
} from '@aiw3/nft-upgrade';
import { solanaGuard } from '@aiw3/nft-upgrade/solana';
import { getMe, type Me, signIn } from './api.ts';

/**
 * Reads every burn before the wallet sees it; the page shows its sentence before anything is
 * clicked.
 */
export const guard = solanaGuard();

export interface SessionState {
  readonly status: 'signed_out' | 'signing_in' | 'signed_in' | 'failed';
  readonly wallet: string | null;
  readonly client: UpgradeClient | null;
  readonly me: Me | null;
  /** Counts up whenever something may have changed, here or in another tab. */
  readonly version: number;
}

const signedOut: SessionState = {
  status: 'signed_out',
  wallet: null,
  client: null,
  me: null,
  version: 0,
};

/**
 * Who is signed in, outside of React: the client holds connections, and rendering twice must not
 * open them twice.
 */
export function createSession() {
  let state = signedOut;
  let token: Promise<string> | null = null;
  const listeners = new Set<() => void>();
  const tabs = new BroadcastChannel('aiw3-example');

  const set = (next: Partial<SessionState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };

  async function refresh(): Promise<void> {
    const { wallet } = state;
    if (!wallet || !token) return;
    const me = await getMe(await token).catch(() => state.me);
    if (state.wallet === wallet) set({ me, version: state.version + 1 });
  }

  tabs.onmessage = () => void refresh();
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && void refresh(),
  );

  return {
    getSnapshot: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    /**
     * Follows the connected wallet: another account is another session. Calling it again with the
     * same account changes nothing.
     */
    async use(wallet: string | null, port: WalletPort): Promise<void> {
      if (wallet === state.wallet) return;
      state.client?.close();
      token = null;
      set({ ...signedOut, wallet, status: wallet ? 'signing_in' : 'signed_out' });
      if (!wallet) return;
      try {
        token = signIn(wallet);
        await token;
        const client = createUpgradeClient({
          baseUrl: '',
          signing: walletSigning({ wallet: port, guard }),
          tabs: acrossTabs(),
          getToken: ({ reason }) => {
            if (reason === 'unauthorized') token = signIn(wallet);
            return token ?? signIn(wallet);
          },
        });
        const me = await getMe(await token);
        if (state.wallet === wallet) set({ status: 'signed_in', client, me });
        else client.close();
      } catch {
        if (state.wallet === wallet) set({ status: 'failed' });
      }
    },

    refresh,
    /** Something began: the other tabs read again. */
    notifyTabs: () => tabs.postMessage('changed'),
    /** Something ended: the other tabs and this one read again. */
    announce() {
      tabs.postMessage('changed');
      return refresh();
    },
  };
}

export type Session = ReturnType<typeof createSession>;
