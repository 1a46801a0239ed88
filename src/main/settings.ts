/** Keeps the person's settings in one small file that survives crashes, broken contents and newer versions. */
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Settings } from '../shared/contract.ts';
import { makePrivate } from './places.ts';
import { replaceFile } from './replace-file.ts';

/** A field that is missing or makes no sense gets its default; one that a newer version wrote is left out. */
const settingsFile = z.object({ practiceDrives: z.boolean().catch(false) });

const defaults: Settings = { practiceDrives: false };

/**
 * Reads `settings.json` in `folder`. No file: the defaults. A file that is not JSON is moved aside to
 * `settings.json.broken`, so that nothing a person wrote by hand is lost, and the defaults hold.
 * Rejects only where the file is there and can not be read.
 */
export async function readSettings(folder: string): Promise<Settings> {
  const file = path.join(folder, 'settings.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ...defaults };
    throw error;
  }
  try {
    return settingsFile.parse(JSON.parse(text));
  } catch {
    await rename(file, `${file}.broken`);
    return { ...defaults };
  }
}

/** Replaces `settings.json` in `folder` in one step: whoever reads sees the old text or the new one, never a half. */
export async function writeSettings(folder: string, settings: Settings): Promise<void> {
  await makePrivate(folder);
  const file = path.join(folder, 'settings.json');
  await replaceFile(file, `${JSON.stringify(settings, null, 2)}\n`, 0o600);
}
