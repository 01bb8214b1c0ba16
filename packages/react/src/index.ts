export { UpgradeProvider, useUpgradeClient } from './provider.tsx';
export { useBadgeActivation } from './use-badge-activation.ts';
export { useNftClaim } from './use-nft-claim.ts';
export { useNftUpgrade } from './use-nft-upgrade.ts';
export { useOperation } from './use-operation.ts';
export { type ProcessHook, type ProcessHookOf, useProcess } from './use-process.ts';
