module.exports = {
  /**
   * SSE health check
   * GET /api/v1/monitoring/sse-health
   */
  async sseHealthCheck(req, res) {
    await sails.emitter.serve(req, res);
  },
};
