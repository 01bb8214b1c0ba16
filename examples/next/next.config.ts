import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  // A compressing server gathers frames until a block is full; the stream of an operation must not
  // wait for that.
  compress: false,
  // Next would answer a slash at the end with 308, which no client of the protocol follows.
  skipTrailingSlashRedirect: true,
  reactStrictMode: true,
  turbopack: { root: join(import.meta.dirname, '../..') },
};

export default config;
