/** The app as it is packed: what is in it and what is not, how it is locked, and that its writer works from where it lies. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import electron from '../../node_modules/electron/package.json' with { type: 'json' };
import { makeStandIn } from './stand-in.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { extractFile, listPackage } = createRequire(import.meta.url)('@electron/asar') as {
  listPackage(archive: string, options: { isPack: boolean }): string[];
  extractFile(archive: string, file: string): Buffer;
};

let folder: string;
let app: string;
let archive: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-package-'));
  await makeStandIn(path.join(folder, 'electron'), electron.version);
  const packed = spawnSync(
    process.execPath,
    ['scripts/pack.mjs', '--dir', `--electron=${folder}/electron`, `--out=${folder}/out`],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  expect(packed.status, packed.stderr).toBe(0);
  app = path.join(folder, 'out/linux-unpacked');
  archive = path.join(app, 'resources/app.asar');
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Paths of files below a folder, from there on. */
function filesBelow(start: string): string[] {
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(start, path.join(entry.parentPath, entry.name)));
}

describe('The archive', () => {
  test('holds the program, and no source, no source map, no test and no secret', () => {
    const files = listPackage(archive, { isPack: false }).map((file) => file.slice(1));
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/main/electron.mjs',
        'dist/preload/preload.cjs',
        'dist/renderer/index.html',
      ]),
    );
    expect(files.filter((file) => !/^(?:dist|node_modules)(?:\/|$)|^package\.json$/.test(file))).toEqual([]);
    expect(
      files.filter((file) => /\.(?:map|ts|tsx|stamp|pem|key|env)$|\/(?:test|tests)\//.test(file)),
    ).toEqual([]);
  });

  test('says nothing of where it was built', () => {
    const main = extractFile(archive, 'dist/main/electron.mjs').toString();
    expect(main).not.toContain(root);
  });

  test('is small', async () => {
    const { size } = await stat(archive);
    const unpacked = filesBelow(`${archive}.unpacked`);
    const sizes = await Promise.all(
      unpacked.map(async (file) => (await stat(path.join(`${archive}.unpacked`, file))).size),
    );
    expect(size).toBeLessThan(12e6);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThan(6e6);
  });

  test('has nothing in it that others may write', () => {
    const loose = spawnSync('find', [app, '-perm', '/022', '!', '-type', 'l'], { encoding: 'utf8' });
    expect(loose.stdout).toBe('');
  });
});

describe('What the app owes to others', () => {
  test('is named with every package whose code is in it, and the text of its licence', async () => {
    const text = await readFile(path.join(app, 'resources/licences.txt'), 'utf8');
    for (const name of ['react', 'zustand', 'lucide-react', 'zod', 'ws', 'execa', 'drivelist', 'etcher-sdk'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+: \\S`, 'm'));
    expect(text).toContain('Permission is hereby granted');
    expect(text).toContain('SIL OPEN FONT LICENSE');
  });
});

describe('The fuses', () => {
  test('let the program be nothing but this app', () => {
    const read = spawnSync('npx', ['electron-fuses', 'read', '--app', path.join(app, 'nixburn')], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    for (const off of [
      'RunAsNode',
      'EnableNodeOptionsEnvironmentVariable',
      'EnableNodeCliInspectArguments',
      'GrantFileProtocolExtraPrivileges',
    ])
      expect(read.stdout).toContain(`${off} is Disabled`);
    for (const on of [
      'EnableCookieEncryption',
      'EnableEmbeddedAsarIntegrityValidation',
      'OnlyLoadAppFromAsar',
    ])
      expect(read.stdout).toContain(`${on} is Enabled`);
  });
});

describe('The writer beside the app', () => {
  test('is run by the Node beside the app, with the modules that lie there, and writes a stick', async () => {
    const [image, stick] = [path.join(folder, 'image.iso'), path.join(folder, 'stick.img')];
    const bytes = Buffer.alloc(3_000_000, 'not for booting');
    await writeFile(image, bytes);
    const child = spawn(
      path.join(app, 'resources/node/node'),
      [path.join(`${archive}.unpacked`, 'dist/writer/writer.mjs')],
      // As pkexec starts it: with no environment worth the name, and from anywhere.
      { cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdin.write(
      `${JSON.stringify({
        version: 2,
        action: 'write',
        image: { path: image, bytes: bytes.length, sha256: null },
        targets: [{ kind: 'file', path: stick }],
      })}\n`,
    );
    const [status] = (await once(child, 'close')) as [number];
    expect([status, said]).toEqual([0, expect.stringContaining('"kind":"done"')]);
    expect((await readFile(stick)).subarray(0, bytes.length).equals(bytes)).toBe(true);
  });
});
