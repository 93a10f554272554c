/** Builds the page of the chart's benchmark into out/bench/chart; no part of the app's bundle. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  logLevel: 'warn',
  plugins: [svelte({ configFile: false })],
  build: { outDir: here('../../../out/bench/chart'), emptyOutDir: true, target: 'chrome120' },
});
