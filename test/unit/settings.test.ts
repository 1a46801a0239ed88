/** The settings file, and the folders Nixburn keeps its files in. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPlaces, makePrivate } from '../../src/main/places.ts';
import { readSettings, writeSettings } from '../../src/main/settings.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('Settings', () => {
  test('are the defaults where nobody has chosen anything', async () => {
    expect(await readSettings(folder)).toEqual({ practiceDrives: false });
    expect(await readdir(folder)).toEqual([]);
  });

  test('are there again after they were written, for their owner alone', async () => {
    const own = path.join(folder, 'config');
    await writeSettings(own, { practiceDrives: true });
    expect(await readSettings(own)).toEqual({ practiceDrives: true });
    expect((await stat(own)).mode & 0o777).toBe(0o700);
    expect((await stat(path.join(own, 'settings.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(own)).toEqual(['settings.json']);
  });

  test('that are no JSON are kept aside, and the defaults hold', async () => {
    await writeFile(path.join(folder, 'settings.json'), '{ "practiceDrives": tru');
    expect(await readSettings(folder)).toEqual({ practiceDrives: false });
    expect(await readdir(folder)).toEqual(['settings.json.broken']);
    expect(await readFile(path.join(folder, 'settings.json.broken'), 'utf8')).toBe('{ "practiceDrives": tru');
  });

  test.each(['null', '[]', '"text"', '{}', '{"practiceDrives":"yes"}', '{"practiceDrives":null}'])(
    'fall back to the defaults field by field: %s',
    async (text) => {
      await writeFile(path.join(folder, 'settings.json'), text);
      expect(await readSettings(folder)).toEqual({ practiceDrives: false });
    },
  );

  test('of a newer version are read as far as they are known', async () => {
    await writeFile(path.join(folder, 'settings.json'), '{"practiceDrives":true,"theme":"dark"}');
    expect(await readSettings(folder)).toEqual({ practiceDrives: true });
  });

  test('that are written many times at once are one of them in the end, and whole', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => writeSettings(folder, { practiceDrives: i % 2 === 0 })),
    );
    expect(typeof (await readSettings(folder)).practiceDrives).toBe('boolean');
    expect(await readdir(folder)).toEqual(['settings.json']);
  });
});

describe('Places', () => {
  const home = '/home/ada';

  test('follow XDG on Linux', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d', XDG_CACHE_HOME: '/e' };
    expect(findPlaces({ platform: 'linux', env, home })).toEqual({
      config: '/c/nixburn',
      data: '/d/nixburn',
      images: '/d/nixburn/images',
      cache: '/e/nixburn',
    });
  });

  test('ignore what XDG says to ignore: empty and relative values', () => {
    const env = { XDG_CONFIG_HOME: '', XDG_DATA_HOME: 'data', XDG_CACHE_HOME: './cache' };
    expect(findPlaces({ platform: 'linux', env, home })).toMatchObject({
      config: '/home/ada/.config/nixburn',
      data: '/home/ada/.local/share/nixburn',
      cache: '/home/ada/.cache/nixburn',
    });
  });

  test('are the Library on macOS and AppData on Windows', () => {
    expect(findPlaces({ platform: 'darwin', env: {}, home })).toMatchObject({
      config: '/home/ada/Library/Application Support/Nixburn/config',
      cache: '/home/ada/Library/Caches/Nixburn',
    });
    expect(findPlaces({ platform: 'win32', env: { APPDATA: '/r', LOCALAPPDATA: '/l' }, home })).toMatchObject(
      {
        config: '/r/Nixburn',
        data: '/l/Nixburn/Data',
        cache: '/l/Nixburn/Cache',
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
