const { NftUpgradeError } = require('@aiw3/nft-upgrade');
const { failurePayload } = require('@aiw3/nft-upgrade-server-kit');

const failure = failurePayload(new NftUpgradeError('internal'));
const attempt = { attempt: 1, maxAttempts: 1 };

module.exports = {
  /** A row for support, one for an upgrade. A real backend alerts support too. */
  async requestCompensation(upgradeId) {
    const [{ id }] = await sails.db.sql(
      `insert into compensation_request (upgrade_id) values ($1)
       on conflict (upgrade_id) do update set upgrade_id = excluded.upgrade_id
       returning id`,
      [upgradeId],
    );
    return `cmp_${id}`;
  },

  /**
   * The guide says `error` for whatever goes wrong. That would be a lie once the old NFT is burned:
   * then the new one is owed, and people look into it.
   */
  async handleUpgradeFailure(operation) {
    const at = (status) => operation.snapshot.status === status;
    if (operation.snapshot.terminal) return;
    if (operation.snapshot.asset === 'safe') {
      await operation.emit('error', failure);
      return;
    }
    if (at('burn_verified')) await operation.emit('uploading_metadata');
    if (at('uploading_metadata')) await operation.emit('upload_failed', { ...failure, ...attempt });
    if (at('metadata_uploaded')) await operation.emit('minting_new_nft');
    if (at('minting_new_nft')) await operation.emit('mint_failed', { ...failure, ...attempt });
    if (operation.snapshot.asset !== 'burned_owed') return;
    await operation.emit('needs_attention', {
      ...failure,
      compensationId: await this.requestCompensation(operation.id),
      requiresSupport: true,
      userMessage:
        'Technical issue occurred during minting. ' +
        'Our team has been notified and will resolve this shortly.',
    });
  },
};
