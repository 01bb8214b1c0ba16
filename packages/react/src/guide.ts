import { useCallback } from 'react';
import { useMessages } from './provider.tsx';
import { useDescription } from './use-description.ts';
import { useNftUpgrade } from './use-nft-upgrade.ts';

/** The state of the integration guide's hook, field by field. */
export interface UpgradeState {
  /**
   * A status of the server; before its first event `idle`, `connecting`, or `error` for a start
   * that was refused.
   */
  status: string;
  progress: number;
  message: string;
  error: string | null;
  upgradeId: string | null;
  /** What the events have brought: `data.newNFT`, `data.burnTransaction`, `data.requirements`, … */
  data: Record<string, unknown> | null;
}

/** What the integration guide's hook returns. */
export interface NFTUpgradeSSE {
  upgradeState: UpgradeState;
  /** True until the upgrade has ended or was refused. */
  isUpgrading: boolean;
  /** Starts an upgrade, as the integration guide has it. */
  startUpgrade: (targetTierId: string) => Promise<void>;
  /**
   * Asks the server to cancel. It refuses past the point of no return: then `error` says so, and
   * the upgrade goes on.
   */
  cancelUpgrade: () => void;
}

/**
 * `useNFTUpgradeSSE()` of the integration guide, in its exact shape, over this client: for
 * components written against it. As there, `startUpgrade` also brings up the wallet once the burn
 * is ready. It does so once: after a rejection the upgrade waits with the NFT safe, and the next
 * `startUpgrade` asks the wallet again. New components take `useNftUpgrade`, which leaves the
 * moment of signing to a button.
 */
export function useNFTUpgradeSSE(): NFTUpgradeSSE {
  const messages = useMessages();
  const upgrade = useNftUpgrade();
  const { problems, what } = useDescription(upgrade);
  const { state, refusal, isRunning, start, sign, cancel, getSnapshot } = upgrade;
  const snapshot = state?.operation;
  const error = refusal ? messages.error(refusal).message : (problems[0]?.message ?? null);

  // All of it belongs to the click that began it: no effect brings up a wallet.
  const startUpgrade = useCallback(
    async (targetTierId: string) => {
      const present = getSnapshot();
      try {
        if (present && present.connection.state !== 'closed') {
          if (present.operation?.status === 'awaiting_burn') await sign();
          return;
        }
        const operation = start({ targetTierId });
        for await (const { status } of operation) {
          if (status !== 'awaiting_burn') continue;
          await operation.sign();
          return;
        }
      } catch {
        // the state shows it
      }
    },
    [start, sign, getSnapshot],
  );
  const cancelUpgrade = useCallback(() => void cancel().catch(() => {}), [cancel]);

  return {
    upgradeState: {
      status:
        snapshot?.status ?? (state === null ? 'idle' : error === null ? 'connecting' : 'error'),
      progress: snapshot?.progress ?? 0,
      message: snapshot?.message ?? what,
      error,
      upgradeId: state?.id ?? null,
      data: snapshot
        ? {
            ...snapshot.facts,
            ...snapshot.now,
            upgradeId: snapshot.operationId,
            status: snapshot.status,
          }
        : null,
    },
    isUpgrading: isRunning,
    startUpgrade,
    cancelUpgrade,
  };
}
