/** Gives tests the writer as people get it: one bundled file, from the sources as they are now. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { isStale } from '../../scripts/build.mjs';

const root = path.resolve(import.meta.dirname, '../..');

export interface BuiltWriter {
  /** Absolute path of the program. */
  path: string;
  remove(): void;
}

/** The one in `dist` if it is fresh, otherwise one of this process's own, below node_modules so that it finds those. */
export async function builtWriter(): Promise<BuiltWriter> {
  const shipped = path.join(root, 'dist/writer/writer.mjs');
  if (existsSync(shipped) && !isStale(['program'])) return { path: shipped, remove: () => undefined };
  const folder = path.join(root, 'node_modules/.cache', `writer-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  await build({
    configFile: path.join(root, 'vite.node.config.ts'),
    mode: 'writer',
    logLevel: 'warn',
    build: { outDir: folder },
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { path: path.join(folder, 'writer.mjs'), remove };
}
