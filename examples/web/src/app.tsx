import { UpgradeProvider } from '@aiw3/nft-upgrade-react';
import { Account } from './account/account.tsx';
import { Levels } from './account/levels.tsx';
import type { Site } from './session/api.ts';
import { PageProvider, usePage, useSession } from './session/provider.tsx';
import type { Session } from './session/session.ts';
import { ConnectButtons, ConnectedWallet } from './wallet/connect.tsx';
import { WalletPrompt } from './wallet/wallet-prompt.tsx';
import { Wallets } from './wallet/wallets.tsx';

export function App({ page }: { page: { site: Site; session: Session } }) {
  return (
    <PageProvider page={page}>
      <Wallets site={page.site}>
        <header className="top">
          <div className="page bar">
            <p className="brand">
              <img src="/favicon.svg" alt="" width={28} height={28} />
              AIW3 <span>Equity NFT</span>
            </p>
            <p className="chip">{page.site.cluster === 'local' ? 'Local chain' : page.site.cluster}</p>
            <ConnectedWallet />
          </div>
        </header>
        <main className="page">
          <Content />
        </main>
        <WalletPrompt />
      </Wallets>
    </PageProvider>
  );
}

/** The one place where people should ask for help. */
const support = <a href="mailto:support@example.com">Write to support</a>;

function Content() {
  const { status, client } = useSession();
  if (status === 'signed_in' && client)
    return (
      <UpgradeProvider client={client} support={support}>
        <Account />
      </UpgradeProvider>
    );
  if (status === 'signing_in')
    return (
      <p className="quiet" role="status">
        Signing in …
      </p>
    );
  return <Welcome failed={status === 'failed'} />;
}

function Welcome({ failed }: { failed: boolean }) {
  const { site } = usePage();
  return (
    <div className="welcome">
      <div className="hero">
        <h1>Trade, level up, and never wonder where your NFT is.</h1>
        <p className="lead">
          An upgrade burns your NFT and mints the next level. Whatever closes, crashes or disconnects on the way: the new one always
          arrives, exactly once.
        </p>
        {failed && (
          <p className="notice" role="alert" data-tone="trouble">
            {site.devUsers
              ? 'Signing in did not work. Connect again in a moment.'
              : 'This server has no sign-in for visitors. Put the sign-in of your product into src/session/api.ts.'}
          </p>
        )}
        <ConnectButtons />
        {site.cluster === 'local' && (
          <p className="quiet small">
            A fresh key in this browser, a local Solana chain, no real money. You start with the volume and the badges of level 2.
          </p>
        )}
      </div>
      <Levels current={null} />
    </div>
  );
}
