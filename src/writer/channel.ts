/** Where the order comes from and the answers go: stdin and stdout, or a pipe that main has opened. */
import { createConnection } from 'node:net';
import type { Readable, Writable } from 'node:stream';

export interface Channel {
  input: Readable;
  output: Writable;
}

/**
 * @param args the writer's own: none, or `--pipe NAME` where it was started with other rights than main has, which on
 *   Windows cuts it off from main's streams
 */
export function openChannel([option, name]: string[]): Channel {
  if (option !== '--pipe' || name === undefined) return { input: process.stdin, output: process.stdout };
  const pipe = createConnection(name);
  return { input: pipe, output: pipe };
}

/** Resolves when everything has been said, or when nobody listens any more. */
export function allSaid({ output }: Channel): Promise<void> {
  return new Promise((resolve) => {
    output.once('error', () => resolve());
    output.write('', () => resolve());
  });
}
