module.exports.routes = {
  'POST /api/v1/nft/upgrade': 'NFTController.upgradeNFTWithSSE',
  'PATCH /api/v1/nft/upgrade/:upgradeId/confirm-burn': 'NFTController.confirmBurnTransaction',
  'GET /api/v1/nft/upgrade': 'NFTController.everythingElse',
  'GET /api/v1/nft/upgrade/*': { action: 'NFT/everythingElse', skipAssets: false },
  'POST /api/v1/nft/upgrade/*': 'NFTController.everythingElse',
  'GET /api/v1/monitoring/sse-health': 'MonitoringController.sseHealthCheck',
};
