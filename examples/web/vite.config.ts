import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run serve` or `npm run demo` serves the API, for the page under `vite dev`. */
const api = {
  target: process.env.API_URL ?? 'https://localhost:8443',
  secure: false,
  changeOrigin: true,
};

export default defineConfig({
  plugins: [react()],
  // The packages of this workspace are taken from their source; a page of your own has them from
  // npm and needs no condition.
  resolve: { conditions: ['aiw3-source', 'module', 'browser', 'development|production'] },
  server: { proxy: { '/api': api, '/dev': api, '/ipfs': api } },
  build: { target: 'es2023', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
});
