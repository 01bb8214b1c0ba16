import { NftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import type { Alerts } from '@aiw3/nft-upgrade-server-kit';

/** Put your pager here. The example writes each alert to the log, as one line. */
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
