/** Saving a flake: what is written, with which rights, and what is never touched. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { openFile, secretFile, type FlakeFile } from '../../src/main/flake/flake-file.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-flake-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let count = 0;
let folder = '';
beforeEach(() => {
  folder = path.join(base, String(count++), 'flake');
});

const at = (name: string) => path.join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');
const modeOf = (name: string) => (statSync(at(name)).mode & 0o777).toString(8);

/** Everything below the folder, as path and contents. */
function everything(): Record<string, string> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.filter((name) => lstatSync(at(name)).isFile()).map((name) => [name, read(name)]),
  );
}

const files: FlakeFile[] = [
  openFile('flake.nix', '{ }\n'),
  { path: 'scripts/go', text: 'echo go\n', mode: 0o755, secret: false },
  { path: 'slot/slot', bytes: Uint8Array.of(0, 1, 255), mode: 0o644, secret: false },
];
const withSecret = [...files, secretFile('wifi/1.nmconnection', 'psk=correct horse\n')];

async function saved(what: FlakeFile[]) {
  const outcome = await saveFlake(what, folder);
  if (!outcome.ok) throw new Error(`${outcome.problem.title} ${outcome.problem.raw}`);
  return outcome.value;
}

/** Why a save was refused; throws where anything was changed all the same. */
async function refusal(what: FlakeFile[]) {
  const before = everything();
  const outcome = await saveFlake(what, folder);
  if (outcome.ok || !isDeepStrictEqual(everything(), before)) throw new Error('something was written');
  return outcome.problem;
}

describe('a flake that is saved', () => {
  test('makes its folder and has every file as it should be', async () => {
    expect(await saved(files)).toEqual({ changed: ['flake.nix', 'scripts/go', 'slot/slot'], kept: [] });
    expect(read('flake.nix')).toBe('{ }\n');
    expect([...readFileSync(at('slot/slot'))]).toEqual([0, 1, 255]);
    expect(modeOf('scripts/go')).toBe('755');
    expect(Object.keys(everything())).toEqual(['.nixburn.json', 'flake.nix', 'scripts/go', 'slot/slot']);
  });

  test('is its owner’s alone where there is a secret in it', async () => {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    await saved(withSecret);
    expect(['', 'wifi', 'wifi/1.nmconnection', '.nixburn.json'].map(modeOf)).toEqual([
      '700',
      '700',
      '600',
      '600',
    ]);
    expect(['flake.nix', 'slot'].map(modeOf)).toEqual(['644', '755']);
  });

  test('a second time changes nothing', async () => {
    await saved(withSecret);
    const before = statSync(at('flake.nix')).mtimeMs;
    const { changed, kept } = await saved(withSecret);
    expect(changed).toEqual([]);
    expect(kept).toEqual(withSecret.map((file) => file.path));
    expect(statSync(at('flake.nix')).mtimeMs).toBe(before);
  });

  test('again changes what is different and removes what is gone', async () => {
    await saved(withSecret);
    const outcome = await saved([
      openFile('flake.nix', '{ }\n'),
      openFile('module.nix', '{ }\n'),
      openFile('slot/slot', 'text'),
    ]);
    expect(outcome).toEqual({
      changed: ['module.nix', 'slot/slot', 'scripts/go', 'wifi/1.nmconnection'],
      kept: ['flake.nix'],
    });
    expect(Object.keys(everything())).toEqual(['.nixburn.json', 'flake.nix', 'module.nix', 'slot/slot']);
    expect(existsSync(at('wifi'))).toBe(false);
  });

  test('leaves alone what it did not write', async () => {
    await saved(files);
    writeFileSync(at('flake.lock'), '{"mine": true}');
    writeFileSync(at('scripts/notes'), 'mine');
    await saved(files.slice(0, 1));
    expect(read('flake.lock')).toBe('{"mine": true}');
    expect(read('scripts/notes')).toBe('mine');
  });

  test('brings back what was deleted, and closes a secret that was opened', async () => {
    await saved(withSecret);
    rmSync(at('flake.nix'));
    const { chmodSync } = await import('node:fs');
    chmodSync(at('wifi/1.nmconnection'), 0o644);
    expect((await saved(withSecret)).changed).toEqual(['flake.nix']);
    expect(modeOf('wifi/1.nmconnection')).toBe('600');
  });

  test('goes on where an earlier save was cut off', async () => {
    await saved(files);
    const marker = read('.nixburn.json');
    const changed = [openFile('flake.nix', '{ a = 1; }\n'), ...files.slice(1)];
    await saved(changed);
    // As if the machine had gone down after the files and before the list of them.
    writeFileSync(at('.nixburn.json'), marker);
    expect(await saved(changed)).toMatchObject({ changed: [] });
  });
});

describe('nothing is written', () => {
  test('into a folder with other things in it', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(at('thesis.txt'), 'mine');
    expect((await refusal(files)).code).toBe('folder-not-ours');
  });

  test.each([
    '',
    '{}',
    '{"schema":1,"files":{"../../etc/passwd":"00"}}',
    `{"schema":1,"files":{"../x":"${'0'.repeat(64)}"}}`,
  ])('into a folder with a marker that is not ours: %j', async (marker) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(at('.nixburn.json'), marker);
    expect((await refusal(files)).code).toBe('folder-not-ours');
  });

  test('over a file that was changed, which is named', async () => {
    await saved(files);
    writeFileSync(at('flake.nix'), '{ mine = true; }\n');
    const problem = await refusal([openFile('flake.nix', '{ new = true; }\n'), ...files.slice(1)]);
    expect(problem).toMatchObject({
      code: 'flake-edited',
      title: 'You have changed flake.nix since Nixburn wrote the flake.',
    });
    await refusal(files);
  });

  test('over a file that somebody else put there', async () => {
    await saved(files.slice(0, 1));
    mkdirSync(at('scripts'));
    writeFileSync(at('scripts/go'), 'mine');
    expect((await refusal(files)).title).toContain('scripts/go');
  });

  test('through a link', async () => {
    await saved(files.slice(0, 1));
    const elsewhere = `${folder}-elsewhere`;
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, at('wifi'));
    symlinkSync('/nowhere', at('scripts'));
    expect((await refusal(withSecret)).code).toBe('flake-edited');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('where a folder stands in place of a file', async () => {
    await saved(files.slice(1));
    mkdirSync(at('flake.nix'));
    expect((await refusal(files)).code).toBe('flake-edited');
  });

  test('where the folder is a file', async () => {
    mkdirSync(path.dirname(folder), { recursive: true });
    writeFileSync(folder, 'mine');
    expect((await refusal(files)).code).toBe('folder-unusable');
    expect(readFileSync(folder, 'utf8')).toBe('mine');
  });

  test('outside of the folder, which would be a mistake of ours', async () => {
    for (const name of ['../x', '/x', 'a/../../x', 'a\\..\\x', '']) {
      await expect(saveFlake([openFile(name, '')], folder)).rejects.toThrow('outside');
    }
  });
});

test('a file that is not needed any more stays where it was changed', async () => {
  await saved(files);
  writeFileSync(at('scripts/go'), 'mine');
  expect(await saved(files.slice(0, 1))).toEqual({ changed: ['slot/slot'], kept: ['flake.nix'] });
  expect(read('scripts/go')).toBe('mine');
});
