// Stands for your own producer.
module.exports = {
  sent: [],
  async sendMessage(topic, message) {
    this.sent.push({ topic, message });
  },
};
