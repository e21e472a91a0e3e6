/// <reference types="vitest/config" />
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { boot } from './build/boot';
import { precompress } from './build/precompress';
import { chunkOf } from './build/chunks';
import { problems } from './build/problems';
import { routes } from './build/routes';

const api = process.env.NEAPTIDE_URL ?? 'http://127.0.0.1:8090';

export default defineConfig({
  plugins: [svelte(), problems(), routes(), boot(), precompress()],
  build: {
    target: 'es2022',
    manifest: true,
    // The content-security policy allows no data: addresses for scripts, styles and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { output: { manualChunks: chunkOf } }
  },
  server: { port: 5173, proxy: { '/api': api } },
  // Unit tests run the browser's build of Svelte, so that $state and $derived are live in them.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000
  }
});
