import { isNftUpgradeError } from '@aiw3/nft-upgrade/protocol';
import { ConfigError, readConfig } from './config.ts';
import { startServer } from './server.ts';

/**
 * What is logged of an error: its code and sentence. Causes can hold addresses with keys in them.
 */
const describeError = (error: unknown) =>
  isNftUpgradeError(error)
    ? `${error.code}: ${error.message} ${error.hint}`
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : 'unknown error';

try {
  const server = await startServer(readConfig(process.env), (error) =>
    console.error(describeError(error)),
  );
  const { local, rpcUrl } = server.cluster;
  const chain = local ? `, with a local Solana chain (${local}) on ${rpcUrl}` : '';
  console.log(`Serving on ${server.url}${chain}`);
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(describeError(error));
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : describeError(error));
  process.exit(error instanceof ConfigError ? 2 : 1);
}
