export { type BurnFinding, type ExpectedBurn, tokenBurnFindings } from './burn/findings.ts';
export { createSolanaChain, type SolanaChainOptions } from './chain.ts';
export type { PriorityFee } from './fees.ts';
export { type IssuedNft, type IssueOptions, issueNft } from './issue.ts';
export { type LandedTransaction, landedOf, readLanded, type TokenBalance } from './landed.ts';
export { mintAddress } from './mint/address.ts';
export { authorityFunds } from './mint/funds.ts';
export type { Endpoint } from './rpc/endpoint.ts';
export { createRpc, type Rpc, type RpcOptions } from './rpc.ts';
export { defaultStandards } from './standards/index.ts';
export { splToken } from './standards/spl-token.ts';
export type {
  MintOrder,
  MintSize,
  MintTarget,
  NftStandard,
  RemainingMint,
} from './standards/standard.ts';
export { type Token2022Options, token2022 } from './standards/token-2022.ts';
export { type TokenProgramParts, tokenProgramStandard } from './standards/token-program.ts';
