export { type ManualWallet, manualWallet } from './manual-wallet.ts';
export {
  type ScriptedClient,
  type ScriptedClientOptions,
  scriptedClient,
} from './scripted-client.ts';
export type { Intercept, ScriptedRequest } from './scripted-server.ts';
