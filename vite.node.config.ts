/** How the parts that run on Node are bundled: one part a mode (`main`, `writer`, `preload`), since their formats differ. */
import path from 'node:path';
import { defineConfig, type UserConfig } from 'vite';

const from = (file: string) => path.join(import.meta.dirname, file);

/** Compiled for the machine at install time, or given by Electron: found at run time, never bundled. */
const external = ['electron', 'drivelist', 'etcher-sdk'];

const parts: Record<string, UserConfig['build']> = {
  main: {
    outDir: 'dist/main',
    rolldownOptions: {
      input: { electron: from('src/main/electron.ts'), cli: from('src/main/cli.ts') },
      // All in one folder: `src/main/programs.ts` finds the other parts from wherever its chunk lies.
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
  writer: {
    outDir: 'dist/writer',
    rolldownOptions: {
      // One file and the thread that it starts: a program that is started as root should be easy to look at.
      input: { writer: from('src/writer/writer.ts'), 'image-hash': from('src/writer/image-hash.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs' },
    },
  },
  search: {
    outDir: 'dist/search',
    rolldownOptions: {
      // One file: it lies outside of the packed app's archive, and shares nothing with what is inside.
      input: { 'search-worker': from('src/main/packages/search-worker.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs', codeSplitting: false },
    },
  },
  preload: {
    outDir: 'dist/preload',
    rolldownOptions: {
      input: { preload: from('src/preload/preload.ts') },
      // A sandboxed preload is always CommonJS, and its name must say so in a package of type `module`.
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
};

/** Else the name of each source file is written above its code, from the folder that the build was started in. */
const experimental = { attachDebugInfo: 'none' } as const;

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, external },
  build: {
    ssr: true,
    target: 'node20.19',
    minify: false,
    emptyOutDir: true,
    copyPublicDir: false,
    reportCompressedSize: false,
    ...parts[mode],
    rolldownOptions: { ...parts[mode]?.rolldownOptions, experimental },
  },
}));
