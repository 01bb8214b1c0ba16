export type {
  LiteChain,
  LiteControls,
  LiteOptions,
  LocalChain,
  StartChainOptions,
} from './local-chain.ts';
export { startChain } from './start.ts';
