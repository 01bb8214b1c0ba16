import {
  createUpgradeClient,
  type ProcessName,
  type Snapshot,
  type UpgradeClient,
  type UpgradeClientOptions,
  walletSigning,
} from '@aiw3/nft-upgrade';
import { processes } from '@aiw3/nft-upgrade/protocol';
import { samplePayload } from '@aiw3/nft-upgrade/testing';
import { type ManualWallet, manualWallet } from './manual-wallet.ts';
import { createScriptedServer, type Intercept, type ScriptedRequest } from './scripted-server.ts';

/** Options of `scriptedClient`. */
export interface ScriptedClientOptions extends Partial<UpgradeClientOptions> {
  /** The process the server runs. Default `upgrade`. */
  process?: ProcessName;
  /** Answers a request instead of the script. */
  intercept?: Intercept;
}

/**
 * A real client on a server that does what the test says: for tests of components, without a
 * network, a chain or a wallet.
 */
export interface ScriptedClient {
  readonly client: UpgradeClient;
  /** Every request so far, oldest first. */
  readonly requests: readonly ScriptedRequest[];
  /** Its user is the test. */
  readonly wallet: ManualWallet;
  /**
   * The operation comes to these statuses, one after the other, with sample payloads. @throws
   * NftUpgradeError `illegal_transition`
   */
  reach(...statuses: string[]): void;
  /** Every stream breaks off. */
  cut(): void;
  /** The operation as the server has it; null before its first status. */
  snapshot(): Snapshot | null;
}

/**
 * @example
 * const { client, reach, wallet } = scriptedClient();
 * render(<UpgradeProvider client={client}><Upgrade /></UpgradeProvider>);
 * fireEvent.click(screen.getByText('Upgrade'));
 * reach('initializing', 'qualification_verified', 'awaiting_burn');
 */
export function scriptedClient({
  process = 'upgrade',
  intercept,
  ...options
}: ScriptedClientOptions = {}): ScriptedClient {
  const server = createScriptedServer(process, intercept);
  const { burnTransaction } = samplePayload(processes.upgrade, 'awaiting_burn') as {
    burnTransaction: { owner: string };
  };
  const wallet = manualWallet(burnTransaction.owner);
  const client = createUpgradeClient({
    baseUrl: 'https://api.example',
    // Samples are no transactions; a test of the guard brings its own.
    signing: walletSigning({
      wallet,
      guard: {
        inspect: () => ({ safe: true, sentence: 'Burns one NFT.', maxFeeLamports: 5_000n }),
      },
    }),
    ...options,
    environment: { fetch: server.fetch, ...options.environment },
  });
  const { requests, reach, cut, snapshot } = server;
  return { client, requests, wallet, reach, cut, snapshot };
}
