/** Builds the renderer into out/renderer: one bundle for the desktop window and the web host. */
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { labTexts } from './reading/vite-plugin.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [svelte({ configFile: false }), labTexts()],
  build: {
    outDir: here('../../out/renderer'),
    emptyOutDir: true,
    target: 'chrome120',
    // Everything is a file of its own: the content security policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
  },
});
