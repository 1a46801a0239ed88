/** What is packed and how it is built: the configuration of electron-builder, and the command that builds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './program.ts';

describe('The package', () => {
  test('is described as electron-builder wants it', async () => {
    const require = createRequire(import.meta.url);
    const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
      getConfig(folder: string, file: string, overrides: null): Promise<Record<string, unknown>>;
      validateConfiguration(config: object, logger: object): Promise<void>;
    };
    const { DebugLogger } = require('builder-util') as { DebugLogger: new (isEnabled: boolean) => object };
    const config = await getConfig(root, 'electron-builder.yml', null);
    await validateConfiguration(config, new DebugLogger(false));
    expect(config['asarUnpack']).toContain('dist/writer/**');
    expect(config['asarUnpack']).toContain('dist/search/**');
  });

  test.each([
    ['deb', ['libgbm1', 'libasound2t64 | libasound2']],
    ['rpm', ['(mesa-libgbm or libgbm1)', '(alsa-lib or libasound2)']],
    ['pacman', ['mesa', 'alsa-lib']],
  ])('brings with it what Electron is linked with, as %s', async (kind, libraries) => {
    const config = await readFile(path.join(root, 'electron-builder.yml'), 'utf8');
    const [, own = ''] = new RegExp(`^${kind}:\\n((?: .*\\n)+)`, 'm').exec(config) ?? [];
    for (const library of libraries) expect(own.split(/\n *- |\s*[,[\]\n]\s*/)).toContain(library);
  });

  test('is vouched for and handed on by the release under names that are found', async () => {
    const workflow = await readFile(path.join(root, '.github/workflows/release.yml'), 'utf8');
    // Of actions/attest: a list with commas or lines between, of patterns without braces (@actions/glob).
    const list = /subject-path: (?:\|\n((?: {12}.*\n)+)|(.*))/.exec(workflow) ?? [];
    const patterns = (list[1] ?? list[2] ?? '').split(/[\n,]/).flatMap((line) => line.trim() || []);
    const kinds = ['deb', 'rpm', 'pacman', 'dmg', 'exe'].map((kind) => `release/*.${kind}`);
    expect(patterns).toEqual(kinds);
    // GitHub puts dots in place of blanks; electron-builder's own name for this one has some.
    const config = await readFile(path.join(root, 'electron-builder.yml'), 'utf8');
    expect(/^nsis:\n(?: .*\n)*? {2}artifactName: (.*)$/m.exec(config)?.[1]).toMatch(/^\S+$/);
  });

  test('leaves out what only Electron can load from the programs that run without it', async () => {
    const folder = path.join(root, 'dist/main');
    const reached = new Set<string>();
    const follow = async (name: string): Promise<void> => {
      if (reached.has(name)) return;
      reached.add(name);
      const text = await readFile(path.join(folder, name), 'utf8');
      expect(text).not.toMatch(/from ["']electron["']|require\(["']electron["']\)|from ["']etcher-sdk/);
      for (const [, next = ''] of text.matchAll(/["']\.\/([\w-]+\.mjs)["']/g)) await follow(next);
    };
    await follow('cli.mjs');
    expect(reached.size).toBeGreaterThan(5);
  });
});

describe('The build', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'nixburn-build-'));
    for (const name of [
      'bin',
      'scripts',
      'src',
      'assets',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
    ])
      await cp(path.join(root, name), path.join(copy, name), { recursive: true });
    for (const name of ['vite.node.config.ts', 'vite.renderer.config.ts'])
      await cp(path.join(root, name), path.join(copy, name));
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  async function nixburn(...args: string[]) {
    const child = spawn(path.join(copy, 'bin/nixburn'), args, {
      cwd: tmpdir(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [exit] = (await once(child, 'close')) as [number];
    return { exit, stdout, stderr };
  }

  test('names npm ci where the packages are missing, and nothing else', async () => {
    expect(await nixburn('--version')).toEqual({
      exit: 1,
      stdout: '',
      stderr: 'nixburn: The packages are not installed yet: run `npm ci` first.\n',
    });
  });

  test.each([
    ['18.20.8', 'bin/nixburn', ['--version']],
    ['20.18.0', 'bin/nixburn', ['--version']],
    ['22.12.0', 'scripts/start.mjs', []],
    ['18.20.8', 'scripts/test.mjs', []],
  ])('is not tried by Node %s, and %s says so', async (version, program, args) => {
    const asIf = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
    const child = spawn(
      process.execPath,
      ['--import', `data:text/javascript,${asIf}`, path.join(copy, program), ...args],
      { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(1);
    const sentence = `Nixburn needs Node 20.19, 22.13, 24 or newer, and this is Node ${version}.\n`;
    expect(said.replace('nixburn: ', '')).toBe(sentence);
  });

  test('happens before the first command, once, however many start at the same time', async () => {
    await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const all = await Promise.all(Array.from({ length: 4 }, () => nixburn('--version')));
    for (const { exit, stdout } of all) expect({ exit, stdout }).toEqual({ exit: 0, stdout: '0.1.0\n' });
    expect(await nixburn('--version')).toEqual({ exit: 0, stdout: '0.1.0\n', stderr: '' });
    // No lock and no unfinished build is left behind.
    expect((await readdir(path.join(copy, 'dist'))).toSorted()).toEqual([
      'main',
      'preload',
      'program.stamp',
      'search',
      'writer',
    ]);
  });

  test('happens again when a source has changed, and not for the window’s', async () => {
    const now = new Date();
    await utimes(path.join(copy, 'src/renderer/main.tsx'), now, now);
    expect((await nixburn('--version')).stderr).toBe('');
    await utimes(path.join(copy, 'src/main/cli.ts'), now, now);
    expect((await nixburn('--version')).stderr).toBe('Building Nixburn …\n');
    expect((await nixburn('--version')).stderr).toBe('');
  });

  test('takes over from one that was killed', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'close');
    await writeFile(path.join(copy, 'dist/.lock'), `${gone.pid} 0`);
    const now = new Date();
    await utimes(path.join(copy, 'src/main/cli.ts'), now, now);
    expect(await nixburn('--version')).toMatchObject({ exit: 0, stdout: '0.1.0\n' });
  });

  test('that fails says why, and leaves what was built before', async () => {
    const file = path.join(copy, 'src/main/version.ts');
    const before = await readFile(file, 'utf8');
    await writeFile(file, 'export const version = ;');
    const { exit, stdout, stderr } = await nixburn('--version');
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toContain('nixburn: Nixburn could not be built:');
    expect(await readdir(path.join(copy, 'dist/main'))).toContain('cli.mjs');
    await writeFile(file, before);
    expect((await nixburn('--version')).exit).toBe(0);
  });

  test('is not needed by a package that brings no sources', async () => {
    const installed = path.join(copy, 'installed');
    await mkdir(installed);
    for (const name of ['bin', 'dist', 'package.json'])
      await cp(path.join(copy, name), path.join(installed, name), { recursive: true });
    const child = spawn(process.execPath, [path.join(installed, 'bin/nixburn'), '--version']);
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(0);
  });
});
