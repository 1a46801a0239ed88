/** How the window is bundled: plain files beside each other, so that a strict Content-Security-Policy fits. */
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: path.join(import.meta.dirname, 'src/renderer'),
  base: './',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: path.join(import.meta.dirname, 'dist/renderer'),
    emptyOutDir: true,
    sourcemap: false,
    // `font-src 'self'` does not cover data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
