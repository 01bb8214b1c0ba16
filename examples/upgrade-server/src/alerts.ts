import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Alerts } from '@aiw3/nft-upgrade-server-kit';

/** Whom to call is up to your pager. Here it is the log: one line for each call. */
export const createAlerts = (notify: (error: unknown) => void): Alerts => ({
  async alert({ operationId, summary }) {
    notify(new NftUpgradeError('internal', { message: `ALERT ${operationId}: ${summary}` }));
  },
  async authority({ authority, lamports, leastLamports, isLow }) {
    if (!isLow) return;
    notify(
      new NftUpgradeError('mint_authority_unfunded', {
        message:
          `ALERT: the mint authority ${authority} has ${lamports} lamports left, ` +
          `less than ${leastLamports}.`,
      }),
    );
  },
});
