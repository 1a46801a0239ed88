/** Writes a flake into a folder, and never over anything that a person has put or changed there. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { done, failed, problem, type Outcome, type Problem } from '../shared/problem.ts';
import type { FlakeFile } from './flake/flake-file.ts';

/** Tells a folder that Nixburn wrote from any other, and a file that it wrote from one that was changed since. */
export const markerName = '.nixburn.json';
const markerSchema = z.strictObject({
  schema: z.literal(1),
  /** SHA-256 of each file as it was written, in hex. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
type Checksums = Record<string, string>;

/** What a save did: files that were written or removed, and files that were right already. */
export interface SavedFlake {
  changed: string[];
  kept: string[];
}

/**
 * Writes the files of a flake into a folder, which is made where there is none. Removes files of an earlier flake that
 * this one does not have any more; leaves alone what it did not write, such as flake.lock.
 *
 * Each file appears whole or not at all. Files with secrets are 0600 and then the folders that lead to them 0700.
 *
 * @returns what was changed; or, with nothing written, `folder-not-ours` for a folder with other things in it,
 *   `flake-edited` where a file that would be written was changed by hand, `folder-unusable` for what the file system
 *   says.
 */
export async function saveFlake(files: readonly FlakeFile[], folder: string): Promise<Outcome<SavedFlake>> {
  for (const file of files) assertInside(file.path);
  try {
    return await save(files, path.resolve(folder));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return failed(
      problem('folder-unusable', `The flake can not be written to ${folder}.`, {
        remedy: 'Choose another folder, or make room and check that you may write there.',
        raw: error.message,
      }),
    );
  }
}

async function save(files: readonly FlakeFile[], folder: string): Promise<Outcome<SavedFlake>> {
  const before = await readMarker(folder);
  if (before === null) return failed(notOurs(folder));
  const wanted = Object.fromEntries(files.map((file) => [file.path, checksum(contents(file))]));
  const present = new Map<string, string | null>();
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(before)])) {
    const found = await checksumOf(folder, name);
    if (found !== 'absent') present.set(name, found === 'foreign' ? null : found);
  }

  const edited = Object.keys(wanted).filter((name) => {
    const now = present.get(name);
    return now !== undefined && (now === null || (now !== wanted[name] && now !== before[name]));
  });
  if (edited.length > 0) return failed(changedByHand(edited));

  const write = files.filter((file) => present.get(file.path) !== wanted[file.path]);
  // What was changed by hand and is not needed any more stays where it is, and is not ours from now on.
  const stale = Object.keys(before).filter((name) => !(name in wanted) && present.get(name) === before[name]);

  await makeFolders(files, folder);
  // First a marker that fits whatever a crash leaves behind: old files as they were, new ones as they will be.
  await writeMarker(folder, { ...wanted, ...before }, files);
  await writeAll(write, folder);
  for (const { path: name, mode } of files) await chmod(path.join(folder, name), mode);
  for (const name of stale) await removeFile(folder, name);
  await writeMarker(folder, wanted, files);
  const changed = [...write.map((file) => file.path), ...stale];
  return done({ changed, kept: Object.keys(wanted).filter((name) => !changed.includes(name)) });
}

/** The checksums that were written; none for a new or an empty folder; null for a folder that is not ours. */
async function readMarker(folder: string): Promise<Checksums | null> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return {};
  if (!names.includes(markerName)) return null;
  try {
    const marker = markerSchema.parse(JSON.parse(await readFile(path.join(folder, markerName), 'utf8')));
    // A marker that somebody tampered with could have us remove files elsewhere.
    for (const name of Object.keys(marker.files)) assertInside(name);
    return marker.files;
  } catch {
    return null;
  }
}

/** The checksum of a file; `foreign` for what we would not have made: a link, a folder, or something behind a link. */
async function checksumOf(folder: string, name: string): Promise<string | 'absent' | 'foreign'> {
  const steps = name.split('/');
  for (const [at] of steps.entries()) {
    const here = path.join(folder, ...steps.slice(0, at + 1));
    const found = await lstat(here).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (found === null) return 'absent';
    const last = at === steps.length - 1;
    if (last ? !found.isFile() : !found.isDirectory()) return 'foreign';
  }
  return checksum(await readFile(path.join(folder, name)));
}

async function makeFolders(files: readonly FlakeFile[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: folderMode(files, '') });
  if (files.some(({ secret }) => secret)) await chmod(folder, 0o700);
  for (const name of new Set(files.map((file) => path.posix.dirname(file.path)))) {
    if (name !== '.')
      await mkdir(path.join(folder, name), { recursive: true, mode: folderMode(files, `${name}/`) });
  }
}

function folderMode(files: readonly FlakeFile[], prefix: string): number {
  return files.some((file) => file.secret && file.path.startsWith(prefix)) ? 0o700 : 0o755;
}

/** Writes all new contents beside their places first, so that a full disk changes nothing. */
async function writeAll(files: readonly FlakeFile[], folder: string): Promise<void> {
  const written: { from: string; to: string }[] = [];
  try {
    for (const file of files) {
      const to = path.join(folder, file.path);
      const from = temporaryName(to);
      written.push({ from, to });
      await writeFile(from, contents(file), { mode: file.mode, flag: 'wx' });
    }
    for (const { from, to } of written) await rename(from, to);
  } finally {
    for (const { from } of written) await rm(from, { force: true });
  }
}

async function writeMarker(folder: string, checksums: Checksums, files: readonly FlakeFile[]): Promise<void> {
  const to = path.join(folder, markerName);
  const from = temporaryName(to);
  // A checksum of a passphrase is enough to try passphrases on.
  const mode = files.some(({ secret }) => secret) ? 0o600 : 0o644;
  try {
    await writeFile(from, `${JSON.stringify({ schema: 1, files: checksums }, null, 2)}\n`, {
      mode,
      flag: 'wx',
    });
    await rename(from, to);
  } finally {
    await rm(from, { force: true });
  }
}

/** Removes a file and its folder, where nothing else is in there. */
async function removeFile(folder: string, name: string): Promise<void> {
  await rm(path.join(folder, name), { force: true });
  const parent = path.posix.dirname(name);
  if (parent !== '.') await rmdir(path.join(folder, parent)).catch(() => {});
}

function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
}

function contents(file: FlakeFile): Uint8Array {
  return file.bytes ?? Buffer.from(file.text, 'utf8');
}

function checksum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @throws on a path that leads out of the folder: no recipe can ask for one. */
function assertInside(name: string): void {
  const steps = name.split(/[/\\]/);
  if (path.isAbsolute(name) || steps.some((step) => step === '' || step === '.' || step === '..')) {
    throw new Error('a flake file outside of its folder');
  }
}

function notOurs(folder: string): Problem {
  return problem('folder-not-ours', `${folder} is not empty, and its flake was not made by Nixburn.`, {
    detail: 'Nothing was written.',
    remedy: 'Choose an empty or a new folder.',
  });
}

function changedByHand(names: string[]): Problem {
  return problem('flake-edited', `You have changed ${names.join(', ')} since Nixburn wrote the flake.`, {
    detail: 'Nothing was written, so that your changes are not lost.',
    remedy: 'Save the flake in another folder, or move what you changed away first.',
  });
}
