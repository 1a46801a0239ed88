/** Keeps what a person chose in a small JSON file, of which nothing is lost: not by a crash, a slip of the editor, or a newer version. */
import { constants } from 'node:fs';
import { copyFile, readdir, readFile, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { makePrivate } from './places.ts';
import { replaceFile } from './replace-file.ts';

/** A schema in which every field has a default for what is missing or makes no sense. */
type Lenient<T extends object> = z.ZodType<T>;

const mark = '.broken';

/**
 * Reads a file of choices. No file: the defaults. One that is no JSON object is moved aside, to `NAME.broken` or the next
 * free number, and the defaults hold. Rejects only where the file is there and can not be read.
 */
export async function readKept<T extends object>(file: string, schema: Lenient<T>): Promise<T> {
  const given = await readObject(file);
  if (given === 'broken') {
    // Somebody else may have moved it at the same moment.
    await setAside(file, rename).catch(ignoreMissing);
    return schema.parse({});
  }
  return schema.parse(given);
}

/**
 * Replaces a file of choices in one step, for its owner alone: whoever reads sees the old text or the new one. Fields that
 * only a newer version knows stay in it; where a field made no sense, the old file is kept aside first.
 */
export async function writeKept<T extends object>(file: string, value: T, schema: Lenient<T>): Promise<void> {
  await makePrivate(path.dirname(file));
  const given = await readObject(file);
  if (given === 'broken') await setAside(file, rename).catch(ignoreMissing);
  else if (losesSomething(given, schema.parse(given))) await setAside(file, copyNew);
  const kept = given === 'broken' ? {} : given;
  // A link is the person's way to keep it elsewhere, among files of their own.
  const place = await realpath(file).catch(() => file);
  await replaceFile(place, `${JSON.stringify({ ...kept, ...value }, null, 2)}\n`, 0o600);
}

/** The files of a folder that were put aside because they could not be read: absolute paths, in order. */
export async function brokenFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /\.json\.broken(?:-\d+)?$/.test(name))
    .toSorted()
    .map((name) => path.join(folder, name));
}

async function readObject(file: string): Promise<Record<string, unknown> | 'broken'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    ignoreMissing(error);
    return {};
  }
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null && !Array.isArray(given)
      ? (given as Record<string, unknown>)
      : 'broken';
  } catch {
    return 'broken';
  }
}

function losesSomething(given: Record<string, unknown>, read: object): boolean {
  return Object.entries(read).some(
    ([name, value]) => name in given && JSON.stringify(given[name]) !== JSON.stringify(value),
  );
}

/** Under a name that is free: what was put aside before is as dear. */
async function setAside(file: string, put: (from: string, to: string) => Promise<void>): Promise<void> {
  const taken = new Set((await brokenFiles(path.dirname(file))).map((one) => path.basename(one)));
  const name = path.basename(file) + mark;
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  await put(file, path.join(path.dirname(file), free));
}

const copyNew = (from: string, to: string) => copyFile(from, to, constants.COPYFILE_EXCL);

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
