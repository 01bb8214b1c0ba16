import { chinese, createMessages } from '@aiw3/nft-upgrade';
import { UpgradeProvider } from '@aiw3/nft-upgrade-react';
import { Account } from './account/account.tsx';
import { Levels } from './account/levels.tsx';
import { usePreferences, useText } from './preferences/preferences.ts';
import { Switches } from './preferences/switches.tsx';
import type { Site } from './session/api.ts';
import { PageProvider, usePage, useSession } from './session/provider.tsx';
import type { Session } from './session/session.ts';
import { ConnectButtons, ConnectedWallet } from './wallet/connect.tsx';
import { WalletPrompt } from './wallet/wallet-prompt.tsx';
import { Wallets } from './wallet/wallets.tsx';

export function App({ page }: { page: { site: Site; session: Session } }) {
  const { top } = useText();
  return (
    <PageProvider page={page}>
      <Wallets site={page.site}>
        <header className="top">
          <div className="page bar">
            <p className="brand">
              <img src="/favicon.svg" alt="" width={28} height={28} />
              AIW3 <span>{top.product}</span>
            </p>
            <p className="chip">
              {page.site.cluster === 'local' ? top.localChain : page.site.cluster}
            </p>
            <ConnectedWallet />
          </div>
        </header>
        <main className="page">
          <Content />
        </main>
        <Switches />
        <WalletPrompt />
      </Wallets>
    </PageProvider>
  );
}

const messages = { en: createMessages(), zh: createMessages(chinese) };

/** The one place where people should ask for help. */
const Support = () => <a href="mailto:support@example.com">{useText().session.support}</a>;
const support = <Support />;

function Content() {
  const { language } = usePreferences();
  const { session } = useText();
  const { status, client } = useSession();
  if (status === 'signed_in' && client)
    return (
      <UpgradeProvider client={client} messages={messages[language]} support={support}>
        <Account />
      </UpgradeProvider>
    );
  if (status === 'signing_in')
    return (
      <p className="quiet" role="status">
        {session.signingIn}
      </p>
    );
  return <Welcome failed={status === 'failed'} />;
}

function Welcome({ failed }: { failed: boolean }) {
  const { site } = usePage();
  const { welcome, session } = useText();
  return (
    <div className="welcome">
      <div className="hero">
        <h1>{welcome.title}</h1>
        <p className="lead">{welcome.lead}</p>
        {failed && (
          <p className="notice" role="alert" data-tone="trouble">
            {site.devUsers ? session.failed : session.noSignIn}
          </p>
        )}
        <ConnectButtons />
        {site.cluster === 'local' && <p className="quiet small">{welcome.local}</p>}
      </div>
      <Levels current={null} />
    </div>
  );
}
