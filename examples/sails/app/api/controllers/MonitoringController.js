const { emitter } = require('../../emitter');

module.exports = {
  /**
   * SSE health check
   * GET /api/v1/monitoring/sse-health
   */
  async sseHealthCheck(req, res) {
    await emitter.serve(req, res);
  },
};
