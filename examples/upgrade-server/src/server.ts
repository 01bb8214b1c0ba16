import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  createHandler,
  createService,
  type Db,
  ed25519Receipts,
  type Service,
} from '@aiw3/nft-upgrade-server-kit';
import { toNodeHandler } from '@aiw3/nft-upgrade-server-kit/node';
import { createAlerts } from './alerts.ts';
import { createAuth } from './auth.ts';
import type { Cluster } from './cluster.ts';
import type { Config } from './config.ts';
import { pinPictures, serveContent } from './content.ts';
import { serveDev } from './dev.ts';
import { createPage } from './page.ts';
import { type Parts, standardParts } from './parts.ts';
import type { Records } from './records/records.ts';
import { createRules } from './rules/index.ts';
import { openSinks } from './sinks.ts';
import { createSite } from './site.ts';
import { readReceiptSeed, readSecret } from './storage.ts';
import { localCertificate } from './tls.ts';

export interface RunningServer {
  url: string;
  /** The certificate, for clients on this machine that have to trust it. */
  ca: string;
  cluster: Cluster;
  db: Db;
  records: Records;
  /** Public key that verifies receipts, base58. */
  receiptKey: string;
  service: Service;
  issueToken(userId: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Opens everything in the order of its dependencies, and serves until it is stopped.
 */
export async function startServer(
  config: Config,
  onError: (error: unknown) => void = () => {},
  parts: Parts = standardParts,
): Promise<RunningServer> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    // The slow ones at once. Each is closed again, also when another one fails.
    const opening = [
      parts.openDatabase(config),
      parts.openCluster(config),
      parts.openContentStore(config),
    ] as const;
    const [opened, clustered] = await Promise.allSettled(opening);
    if (opened.status === 'fulfilled') closing.push(() => opened.value.close());
    if (clustered.status === 'fulfilled') closing.push(() => clustered.value.stop());
    const [db, cluster, content] = await Promise.all(opening);
    const [records, images] = await Promise.all([parts.createRecords(db), pinPictures(content)]);
    const secret = readSecret(config);
    const receipts = ed25519Receipts({ seed: readReceiptSeed(config) });
    const service = await createService({
      db,
      chain: cluster.chain,
      content,
      rules: createRules({ records, images, standard: config.NFT_STANDARD }),
      receipts,
      alerts: createAlerts(onError),
      ...openSinks(config, onError),
      patience: parts.patience,
      ...(parts.compensator && { compensator: parts.compensator }),
      watchMs: config.WATCH_MS ?? (cluster.local ? 100 : 1_000),
      onError,
    });
    closing.push(() => service.stop());

    const auth = createAuth(secret, records);
    const handler = createHandler(service, {
      authenticate: auth.authenticate,
      cors: { origins: config.CORS_ORIGINS },
      onError,
    });
    const dev =
      cluster.local !== null || config.DEV_USERS === 'true'
        ? { records, cluster, issueToken: auth.issue }
        : null;
    const serveSite = createSite({
      records,
      authenticate: auth.authenticate,
      cluster,
      images,
      receiptKey: receipts.key,
      dev: dev !== null,
    });
    const servePage = createPage(async () => (await import('@aiw3/example-web/build')).buildPage());
    const fetch = async (request: Request) =>
      (await serveContent(content, request)) ??
      (await serveSite(request)) ??
      (await servePage(request)) ??
      (dev && (await serveDev(dev, request))) ??
      handler.fetch(request);
    const certificate =
      config.TLS_CERT_FILE && config.TLS_KEY_FILE
        ? { cert: config.TLS_CERT_FILE, key: config.TLS_KEY_FILE }
        : await localCertificate();
    const server = createSecureServer({ ...certificate, allowHTTP1: true }, toNodeHandler(fetch));
    const port = await listen(server, config);
    closing.push(async () => {
      await handler.drain({ spreadMs: 1_000 });
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    return {
      url: `https://localhost:${port}`,
      ca: certificate.cert,
      cluster,
      db,
      records,
      receiptKey: receipts.key,
      service,
      issueToken: auth.issue,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function listen(server: Http2SecureServer, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
