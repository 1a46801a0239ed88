/** Passphrases that are remembered: nothing of them stays where the person wants none kept, however late a keyring answers. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Places } from '../../src/main/places.ts';
import { desktopServices } from '../../src/main/services/desktop.ts';
import type { Desktop, Surroundings } from '../../src/main/services/part.ts';

let config: string;
beforeEach(() => {
  config = mkdtempSync(path.join(tmpdir(), 'nixburn-remembered-'));
});
afterEach(() => rmSync(config, { recursive: true, force: true }));

/** A keyring that answers when the person has: macOS asks them for a password first. */
function started() {
  const waiting: (() => void)[] = [];
  const desktop: Pick<Desktop, 'seals' | 'settingsChanged'> = {
    seals: {
      trouble: async () => null,
      seal: (text) =>
        new Promise((resolve) => waiting.push(() => resolve(Buffer.from(text).map((byte) => byte ^ 255)))),
      open: async (sealed) => Buffer.from(sealed.map((byte) => byte ^ 255)).toString(),
    },
    settingsChanged() {},
  };
  const given = { places: { config } as Places, host: 'electron', desktop } as Surroundings;
  return { waiting, calls: desktopServices(given).calls };
}

const attic = { ssid: 'Attic', passphrase: 'correct horse' };

async function sealing(waiting: unknown[], count: number): Promise<void> {
  while (waiting.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('a passphrase that is sealed only after the person wanted none kept is not kept', async () => {
  const { calls, waiting } = started();
  await calls.changeSettings({ rememberPassphrases: true });
  const kept = calls.rememberPassphrase(attic);
  await sealing(waiting, 1);
  await calls.changeSettings({ rememberPassphrases: false });
  waiting[0]?.();
  await kept;
  expect(existsSync(path.join(config, 'passphrases.json'))).toBe(false);
});

test('two that are sealed at once are both kept', async () => {
  const { calls, waiting } = started();
  await calls.changeSettings({ rememberPassphrases: true });
  const both = Promise.all([
    calls.rememberPassphrase(attic),
    calls.rememberPassphrase({ ssid: 'Barn', passphrase: 'battery staple' }),
  ]);
  await sealing(waiting, 2);
  for (const answer of waiting) answer();
  await both;
  expect(await calls.rememberedPassphrases({ ssids: ['Attic', 'Barn'] })).toEqual({
    Attic: 'correct horse',
    Barn: 'battery staple',
  });
});
