import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Alerts } from '@aiw3/nft-upgrade-server-kit';

/** Whom to call is up to your pager. Here it is the log: one line for each call. */
export const createAlerts = (tell: (error: unknown) => void): Alerts => ({
  async alert({ operationId, summary }) {
    tell(new NftUpgradeError('internal', { message: `ALERT ${operationId}: ${summary}` }));
  },
  async authority({ authority, lamports, leastLamports, isLow }) {
    if (!isLow) return;
    tell(
      new NftUpgradeError('mint_authority_unfunded', {
        message: `ALERT: the mint authority ${authority} has ${lamports} lamports left, less than ${leastLamports}.`,
      }),
    );
  },
});
