// Starts the app by itself: `node --conditions=aiw3-source app/app.js`.
const { stopOnSignal } = require('@aiw3/nft-upgrade-server-kit/node');
const { Sails } = require('sails');

const sails = new Sails();
sails.lift(
  { appPath: __dirname, hooks: require('./hooks.json'), port: Number(process.env.PORT ?? 1337) },
  (error) => {
    if (error) throw error;
    stopOnSignal({ close: (closed) => sails.lower(closed) }, sails.emitter.handler);
  },
);
