/** The settings file, and the folders Nixburn keeps its files in. */
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPlaces, makePrivate } from '../../src/main/places.ts';
import { readChoices, writeChoices } from '../../src/main/build/choices.ts';
import { changeSettings, readSettings, settingsTrouble, writeSettings } from '../../src/main/settings.ts';
import { defaultSettings } from '../../src/shared/settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('Settings', () => {
  test('are the defaults where nobody has chosen anything', async () => {
    expect(await readSettings(folder)).toEqual(defaultSettings);
    expect(await readdir(folder)).toEqual([]);
  });

  test('are there again after they were written, for their owner alone', async () => {
    const own = path.join(folder, 'config');
    await writeSettings(own, { ...defaultSettings, practiceDrives: true });
    expect(await readSettings(own)).toEqual({ ...defaultSettings, practiceDrives: true });
    expect((await stat(own)).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(own, 'settings.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(own)).toEqual(['settings.json']);
  });

  test('that are no JSON are kept aside, and the defaults hold', async () => {
    await writeFile(path.join(folder, 'settings.json'), '{ "practiceDrives": tru');
    expect(await readSettings(folder)).toEqual(defaultSettings);
    expect(await readdir(folder)).toEqual(['settings.json.broken']);
    expect(await readFile(path.join(folder, 'settings.json.broken'), 'utf8')).toBe('{ "practiceDrives": tru');
  });

  test.each(['null', '[]', '"text"', '{}', '{"practiceDrives":"yes"}', '{"practiceDrives":null}'])(
    'fall back to the defaults field by field: %s',
    async (text) => {
      await writeFile(path.join(folder, 'settings.json'), text);
      expect(await readSettings(folder)).toEqual(defaultSettings);
    },
  );

  test('of a newer version are read as far as they are known', async () => {
    await writeFile(path.join(folder, 'settings.json'), '{"practiceDrives":true,"theme":"dark"}');
    expect(await readSettings(folder)).toEqual({ ...defaultSettings, practiceDrives: true });
  });

  test('keep what a newer version wrote, also when this one writes', async () => {
    await writeFile(path.join(folder, 'settings.json'), '{"practiceDrives":true,"theme":"dark"}');
    await changeSettings(folder, { notifications: false });
    const text = await readFile(path.join(folder, 'settings.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({
      ...defaultSettings,
      practiceDrives: true,
      notifications: false,
      theme: 'dark',
    });
  });

  test('that may not be read are the defaults, and are not written over', async () => {
    // As for a file of root's, which root itself can read.
    const file = path.join(folder, 'settings.json');
    await mkdir(file);
    expect(await readSettings(folder)).toEqual(defaultSettings);
    await expect(changeSettings(folder, { language: 'de' })).rejects.toThrow('EISDIR');
    expect((await stat(file)).isDirectory()).toBe(true);
  });

  test('that make no sense are kept aside before anything is written in their place', async () => {
    const text = '{"channels":"ftp://mirror.example","appearance":"dark"}';
    await writeFile(path.join(folder, 'settings.json'), text);
    expect(await readSettings(folder)).toEqual({ ...defaultSettings, appearance: 'dark' });
    await changeSettings(folder, { language: 'de' });
    expect(await readFile(path.join(folder, 'settings.json.broken'), 'utf8')).toBe(text);
    expect(await readSettings(folder)).toEqual({ ...defaultSettings, appearance: 'dark', language: 'de' });
  });

  test('that are kept elsewhere, under a link, stay there', async () => {
    const elsewhere = path.join(folder, 'dotfiles.json');
    await writeFile(elsewhere, '{"appearance":"dark"}');
    await symlink('dotfiles.json', path.join(folder, 'settings.json'));
    await changeSettings(folder, { language: 'de' });
    expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toMatchObject({
      appearance: 'dark',
      language: 'de',
    });
    expect(await readlink(path.join(folder, 'settings.json'))).toBe('dotfiles.json');
  });

  test('that broke twice are both kept, and a person is told where', async () => {
    expect(await settingsTrouble(folder)).toBeNull();
    for (const text of ['{', '[']) {
      await writeFile(path.join(folder, 'settings.json'), text);
      await readSettings(folder);
    }
    const broken = ['settings.json.broken', 'settings.json.broken-2'].map((name) => path.join(folder, name));
    expect(await Promise.all(broken.map((file) => readFile(file, 'utf8')))).toEqual(['{', '[']);
    const trouble = await settingsTrouble(folder);
    for (const file of broken) expect(trouble?.detail).toContain(file);
  });

  test('changed by two at once are changed by both', async () => {
    await Promise.all([
      changeSettings(folder, { practiceDrives: true }),
      changeSettings(folder, { appearance: 'light' }),
    ]);
    expect(await readSettings(folder)).toEqual({
      ...defaultSettings,
      practiceDrives: true,
      appearance: 'light',
    });
  });

  test('of builders are not lost either: what can not be read is kept aside', async () => {
    const file = path.join(folder, 'building.json');
    await writeFile(file, '{"builders":[{"name":"desk"');
    const choices = await readChoices(folder);
    expect(choices.builders).toEqual([]);
    expect((await writeChoices(folder, choices)).ok).toBe(true);
    expect(await readFile(`${file}.broken`, 'utf8')).toBe('{"builders":[{"name":"desk"');
  });

  test('that are written many times at once are one of them in the end, and whole', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        writeSettings(folder, { ...defaultSettings, practiceDrives: i % 2 === 0 }),
      ),
    );
    expect(typeof (await readSettings(folder)).practiceDrives).toBe('boolean');
    expect(await readdir(folder)).toEqual(['settings.json']);
  });
});

describe('Places', () => {
  const home = '/home/ada';

  test('follow XDG on Linux', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/e', XDG_STATE_HOME: '/s' };
    expect(findPlaces({ platform: 'linux', env, home })).toEqual({
      config: '/c/nixburn',
      data: '/d/nixburn',
      images: '/d/nixburn/images',
      cache: '/e/nixburn',
      logs: '/s/nixburn/logs',
    });
  });

  test('ignore what XDG says to ignore: empty and relative values', () => {
    const env = { XDG_CONFIG_HOME: '', XDG_DATA_HOME: 'data', XDG_CACHE_HOME: './cache' };
    expect(findPlaces({ platform: 'linux', env, home })).toMatchObject({
      config: '/home/ada/.config/nixburn',
      data: '/home/ada/.local/share/nixburn',
      cache: '/home/ada/.cache/nixburn',
      logs: '/home/ada/.local/state/nixburn/logs',
    });
  });

  test('are the Library on macOS and AppData on Windows', () => {
    expect(findPlaces({ platform: 'darwin', env: {}, home })).toMatchObject({
      config: '/home/ada/Library/Application Support/Nixburn/config',
      cache: '/home/ada/Library/Caches/Nixburn',
      logs: '/home/ada/Library/Logs/Nixburn',
    });
    expect(findPlaces({ platform: 'win32', env: { APPDATA: '/r', LOCALAPPDATA: '/l' }, home })).toMatchObject(
      {
        config: '/r/Nixburn',
        data: '/l/Nixburn/Data',
        cache: '/l/Nixburn/Cache',
        logs: '/l/Nixburn/Logs',
      },
    );
  });

  test('can all be put under one folder', () => {
    expect(findPlaces({ platform: 'linux', env: { NIXBURN_HOME: '/x', XDG_DATA_HOME: '/d' }, home })).toEqual(
      {
        config: '/x/config',
        data: '/x/data',
        images: '/x/data/images',
        cache: '/x/cache',
        logs: '/x/logs',
      },
    );
  });

  test('are closed to others, also where they stood open', async () => {
    const open = path.join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o755);
    await makePrivate(open);
    expect((await stat(open)).mode & 0o777).toBe(0o700);
  });
});
