/** The part of the services that finds, reads, fetches and makes SSH keys. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fetchKeys } from '../keys/fetch.ts';
import { foundKeys } from '../keys/found.ts';
import { makeKey, makeKeyFolder } from '../keys/make.ts';
import { readKeys } from '../keys/parse.ts';
import type { Calls, Jobs } from './part.ts';

/** The page names a file, never a folder: a key made in the window lies where ssh looks for it. */
export function keyServices(home: string = homedir()): {
  calls: Pick<Calls, 'foundKeys' | 'readKeys'>;
  jobs: Pick<Jobs, 'fetchKeys' | 'makeKey'>;
} {
  const folder = path.join(home, '.ssh');
  return {
    calls: {
      foundKeys: () => foundKeys(home),
      readKeys: (text) => readKeys(text),
    },
    jobs: {
      // oxlint-disable-next-line require-yield
      async *fetchKeys(list, signal) {
        return fetchKeys(list, { signal });
      },
      // oxlint-disable-next-line require-yield
      async *makeKey({ name, ...wanted }, signal) {
        await makeKeyFolder(folder);
        return makeKey({ ...wanted, file: path.join(folder, name) }, signal);
      },
    },
  };
}
