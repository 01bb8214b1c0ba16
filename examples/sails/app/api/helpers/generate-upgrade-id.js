const { randomBytes } = require('node:crypto');

module.exports = {
  friendlyName: 'Generate upgrade ID',
  description: 'Generate unique upgrade ID for tracking multi-step processes',

  async fn() {
    // The guide takes six characters of Math.random(): two of a busy minute can be equal.
    return `upgrade_${Date.now()}_${randomBytes(9).toString('hex')}`;
  },
};
