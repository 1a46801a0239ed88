/** Keeps the person's settings in one small file that survives crashes, broken contents and newer versions. */
import path from 'node:path';
import { z } from 'zod';
import { problem, type Problem } from '../shared/problem.ts';
import {
  changedSettings,
  defaultSettings,
  settingsShape,
  type Settings,
  type SettingsChanges,
} from '../shared/settings.ts';
import { brokenFiles, readKept, writeKept } from './kept-file.ts';
import { turns } from './turns.ts';

const { shape } = settingsShape;
/** A field that is missing or makes no sense gets its default. */
const settingsFile = z.object({
  practiceDrives: shape.practiceDrives.catch(defaultSettings.practiceDrives),
  appearance: shape.appearance.catch(defaultSettings.appearance),
  language: shape.language.catch(defaultSettings.language),
  notifications: shape.notifications.catch(defaultSettings.notifications),
  channels: shape.channels.catch(defaultSettings.channels),
  rememberPassphrases: shape.rememberPassphrases.catch(defaultSettings.rememberPassphrases),
});

const fileIn = (folder: string) => path.join(folder, 'settings.json');

/** Reads `settings.json` in `folder`, as `readKept` does. Never rejects: a file that may not be read holds nothing back. */
export function readSettings(folder: string): Promise<Settings> {
  return readKept(fileIn(folder), settingsFile).catch(() => settingsFile.parse({}));
}

/** Replaces `settings.json` in `folder`, as `writeKept` does. */
export function writeSettings(folder: string, settings: Settings): Promise<void> {
  return writeKept(fileIn(folder), settings, settingsFile);
}

const inTurn = turns();

/** Changes some of the settings, one change after the other. */
export function changeSettings(folder: string, changes: SettingsChanges): Promise<Settings> {
  return inTurn(async () => {
    const settings = changedSettings(await readSettings(folder), changes);
    await writeSettings(folder, settings);
    return settings;
  });
}

/** Where lists of packages come from: `NIXBURN_CHANNELS`, else the mirror of the settings; undefined for NixOS' own server. */
export async function channelsMirror(
  folder: string,
  env: Record<string, string | undefined>,
): Promise<string | undefined> {
  return env['NIXBURN_CHANNELS'] ?? (await readSettings(folder)).channels ?? undefined;
}

/** What to tell a person whose settings were put aside because nobody could read them; null where all are well. */
export async function settingsTrouble(folder: string): Promise<Problem | null> {
  const files = await brokenFiles(folder);
  if (files.length === 0) return null;
  return problem('settings-broken', 'Some of your settings could not be read, and hold no longer.', {
    detail: `What was in them is kept in ${files.join(' and ')}.`,
    remedy: 'Set again what you miss. Remove the file when you need it no more, and this note goes away.',
  });
}
