/** Tells whether two paths lead to one file: by links, bind mounts and second names a file has many paths. */
import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What a path leads to; null where there is nothing. In whole numbers: inodes of some file systems are larger than a double tells apart. */
export function fileAt(path: string): Promise<BigIntStats | null> {
  return stat(path, { bigint: true }).catch(() => null);
}

export function isSameFile(one: BigIntStats | null, other: BigIntStats | null): boolean {
  return one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
}
