// The controller of the integration guide, ported line by line. What was
// `this.sendSSEUpdate(res, {…})` is `operation.emit(status, {…})`; what was a poll of the database
// is `operation.waitFor('burn')`. New are three lines: `if (!operation) return` (a repeated request
// runs nothing twice), one last look at the chain before a burn is called off, and an end that
// never says "error" once the old NFT is burned.
const { failurePayload } = require('@aiw3/nft-upgrade-server-kit');
const { NftUpgradeError } = require('@aiw3/nft-upgrade');

const principalOf = (req) => ({ id: req.user.id, wallet: req.user.wallet_address });

module.exports = {
  /**
   * NFT upgrade with Server-Sent Events
   * POST /api/v1/nft/upgrade
   */
  async upgradeNFTWithSSE(req, res) {
    const userId = req.user.id;
    const { targetTierId } = req.body;

    const operation = await sails.emitter.open(req, res, {
      process: 'upgrade',
      principal: principalOf(req),
      operationId: await sails.helpers.generateUpgradeId(),
    });
    if (!operation) return;
    const upgradeId = operation.id;

    try {
      // Step 1: `initializing` went out with the opening of the stream.

      // Step 2: Verify qualification
      const qualification = await NFTService.verifyUpgradeQualification(userId, targetTierId);
      if (!qualification.qualified) {
        const failure = new NftUpgradeError('not_qualified', { message: qualification.error });
        await operation.emit('qualification_failed', {
          ...failurePayload(failure),
          requirements: qualification.missing,
        });
        return;
      }
      await operation.emit('qualification_verified', {
        message: 'Qualification verified successfully',
        currentNFT: qualification.currentNFT,
        targetTier: qualification.targetTier,
      });

      // Step 3: Prepare burn transaction
      const burnTransaction = await Web3Service.prepareBurnTransaction(
        req.user.wallet_address,
        qualification.currentNFT.mintAddress,
      );
      const timeout = sails.config.custom.burnTimeoutMs;
      await operation.emit('awaiting_burn', {
        message: 'Please sign the burn transaction in your wallet',
        burnTransaction,
        instructions: 'Approve the transaction to burn your current NFT',
        deadline: new Date(Date.now() + timeout).toISOString(),
      });

      // Wait for burn confirmation (via separate endpoint)
      const confirmed = await operation.waitFor('burn', { timeout }).catch(() => null);
      const burn = await Web3Service.findBurn(qualification.currentNFT.mintAddress);
      if (!burn) {
        const code = confirmed ? 'burn_not_found' : 'burn_window_closed';
        await operation.emit('burn_failed', {
          ...failurePayload(new NftUpgradeError(code)),
          retryAction: 'restart_from_burn',
        });
        return;
      }
      await operation.emit('burn_verified', {
        message: 'Old NFT burned successfully',
        burnTxSignature: burn.signature,
        slot: burn.slot,
      });

      // Step 4: Upload new metadata
      await operation.emit('uploading_metadata', {
        message: 'Uploading new NFT metadata to IPFS...',
      });
      const newMetadata = await NFTService.generateMetadata(userId, targetTierId);
      const ipfsResult = await IPFSService.uploadMetadata(newMetadata);
      const metadataUri = `ipfs://${ipfsResult.hash}`;
      await operation.emit('metadata_uploaded', {
        message: 'Metadata uploaded successfully',
        ipfsHash: ipfsResult.hash,
        metadataUri,
      });

      // Step 5: System mints new NFT
      await operation.emit('minting_new_nft', { message: 'Minting new NFT to your wallet...' });
      const mintResult = await Web3Service.mintNFTFromSystem({
        recipientWallet: req.user.wallet_address,
        metadataUri,
        level: targetTierId,
      });

      // Step 6: Complete upgrade process
      await operation.emit('updating_records', {
        message: 'Updating your records...',
        mintAddress: mintResult.mintAddress,
        transactionSignature: mintResult.signature,
      });
      await NFTService.recordUpgrade({ upgradeId, userId, targetTierId, mintResult, metadataUri });

      // Clear caches
      await RedisService.delCache(`nft_qualification:${userId}`);
      await RedisService.delCache(`user_nfts:${userId}`);

      // Final success update
      await operation.emit('completed', {
        message: 'NFT upgrade completed successfully!',
        newNFT: {
          nftId: mintResult.nftId,
          tierName: qualification.targetTier.tierName,
          mintAddress: mintResult.mintAddress,
          transactionSignature: mintResult.signature,
          metadataUri,
          benefits: await NFTService.getTierBenefits(targetTierId),
        },
        receipt: { id: `rcp_${upgradeId}` },
      });

      // Publish Kafka event
      await KafkaService.sendMessage('nft-events', {
        eventType: 'nft_upgraded',
        userId,
        upgradeId,
        fromTier: qualification.currentNFT.tierId,
        toTier: targetTierId,
        newNFTId: mintResult.nftId,
      });
    } catch (error) {
      sails.log.error('NFT upgrade SSE error:', error.message);
      await NFTUpgradeRecoveryService.handleUpgradeFailure(operation);
    }
    // No `res.end()`: the stream ends with the last event.
  },

  /**
   * Confirm burn transaction (separate endpoint)
   * PATCH /api/v1/nft/upgrade/:upgradeId/confirm-burn
   */
  async confirmBurnTransaction(req, res) {
    const { burnTxSignature } = req.body;
    const isValid = await Web3Service.verifyBurnTransaction(burnTxSignature);
    if (!isValid) return res.badRequest('Invalid burn transaction signature');
    // Is it the caller's, does it wait for a burn, was it confirmed before? Then wakes `waitFor`.
    await sails.emitter.serve(req, res, { principal: principalOf(req) });
  },

  /** The log from any cursor on, snapshots, cancel, retry: GET, POST /api/v1/nft/upgrade/* */
  async everythingElse(req, res) {
    await sails.emitter.serve(req, res, { principal: principalOf(req) });
  },
};
