/** The part of the services that finds, reads, fetches and makes SSH keys. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fetchKeys } from '../keys/fetch.ts';
import { foundKeys } from '../keys/found.ts';
import { makeKey, makeKeyFolder } from '../keys/make.ts';
import { readKeys } from '../keys/parse.ts';
import type { Calls } from './part.ts';

/** The page names a file, never a folder: a key made in the window lies where ssh looks for it. */
export function keyServices(home: string = homedir()): {
  calls: Pick<Calls, 'foundKeys' | 'readKeys' | 'fetchKeys' | 'makeKey'>;
} {
  const folder = path.join(home, '.ssh');
  return {
    calls: {
      foundKeys: () => foundKeys(home),
      readKeys: (text) => readKeys(text),
      fetchKeys: (list) => fetchKeys(list),
      async makeKey({ name, ...wanted }) {
        await makeKeyFolder(folder);
        return makeKey({ ...wanted, file: path.join(folder, name) });
      },
    },
  };
}
