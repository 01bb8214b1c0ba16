import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  // A compressing server gathers frames until a block is full; the stream of an operation must not
  // wait for that.
  compress: false,
  reactStrictMode: true,
  turbopack: { root: join(import.meta.dirname, '../..') },
};

export default config;
