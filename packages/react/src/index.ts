export { type ActionProps, type ButtonProps, useActionProps } from './props/use-action-props.ts';
export { type LiveProps, useLiveProps } from './props/use-live-props.ts';
export { useProgressProps } from './props/use-progress-props.ts';
export { useStepProps } from './props/use-step-props.ts';
export {
  type Support,
  UpgradeProvider,
  type UpgradeProviderProps,
  useMessages,
  useUpgradeClient,
} from './provider.tsx';
export { useBadgeActivation } from './use-badge-activation.ts';
export { useConnection } from './use-connection.ts';
export {
  type SupportedDescription,
  type SupportedProblem,
  useDescription,
} from './use-description.ts';
export { useNftClaim } from './use-nft-claim.ts';
export { useNftUpgrade } from './use-nft-upgrade.ts';
export { type OpenOperations, useOpenOperations } from './use-open-operations.ts';
export { useOperation } from './use-operation.ts';
export { type ProcessHook, type ProcessOptions, type StateOf, useProcess } from './use-process.ts';
export type { Watchable } from './watchable.ts';
