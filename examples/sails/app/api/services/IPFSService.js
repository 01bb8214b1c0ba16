// Stands for your own pinning.
module.exports = {
  async uploadMetadata() {
    return { hash: 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e' };
  },
};
