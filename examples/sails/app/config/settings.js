module.exports = {
  globals: { sails: true, services: true, models: false, async: false, _: false },
  custom: { burnTimeoutMs: 300_000 },
  log: { level: 'warn' },
};
