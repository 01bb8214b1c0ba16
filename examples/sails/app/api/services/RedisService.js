// Stands for your own cache.
module.exports = {
  cleared: [],
  async delCache(key) {
    this.cleared.push(key);
  },
};
