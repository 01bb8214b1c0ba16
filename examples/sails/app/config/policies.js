module.exports.policies = {
  NFTController: { '*': 'is-authenticated' },
};
