// Stands for your own: qualification, metadata and records of users.
const tiers = { 'tier-2': { tierId: 'tier-2', tierName: 'Quant Ape', level: 2 } };

module.exports = {
  async verifyUpgradeQualification(userId, targetTierId) {
    if (userId === 'newcomer') {
      const missing = [
        {
          code: 'trading_volume',
          required: 500_000,
          actual: 120_000,
          message: 'Trade 380,000 USDT more',
        },
      ];
      return { qualified: false, error: 'Trading volume is too low', missing };
    }
    const currentNFT = {
      nftId: `nft-${userId}`,
      mintAddress: await Web3Service.mintOf(userId),
      tierId: 'tier-1',
      tierName: 'Tech Chicken',
    };
    return { qualified: true, currentNFT, targetTier: tiers[targetTierId] };
  },

  async generateMetadata(_userId, targetTierId) {
    return { name: tiers[targetTierId].tierName, level: tiers[targetTierId].level };
  },

  async getTierBenefits() {
    return { tradingFeeReduction: '20%', aiAgentUses: 20 };
  },

  /** Once for an upgrade, however often it is asked. */
  async recordUpgrade({ upgradeId, userId, targetTierId, mintResult, metadataUri }) {
    await sails.db.sql(
      `insert into upgrade_record (
         upgrade_id, user_id, tier_id, nft_id, mint_address, metadata_uri)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (upgrade_id) do nothing`,
      [upgradeId, userId, targetTierId, mintResult.nftId, mintResult.mintAddress, metadataUri],
    );
  },
};
