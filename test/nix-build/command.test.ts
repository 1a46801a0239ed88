/** Builders and kept images on the command line, with a real sshd: what a script can rely on. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KeptImage } from '../../src/main/image/store.ts';
import { makeHome, nixpkgs, publicKey, runCommand, type Home } from '../contract/program.ts';
import { prepareKernel } from '../fixtures/kernel.mjs';
import { SshServer } from './ssh-server.ts';
import { nixEnv, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
let server: SshServer;
let home: Home;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  await prepareKernel();
  home = await makeHome();
  server = await SshServer.start(workshop.at('ssh'), { ...nixEnv, HOME: workshop.at('ssh/home') });
  // The person's own configuration is never read: this ssh has one of its own.
  const bin = path.join(home.folder, 'bin');
  await mkdir(bin);
  const ssh = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
  await writeFile(path.join(bin, 'ssh'), `#!/bin/sh\nexec ${ssh} ${server.options().join(' ')} "$@"\n`);
  await chmod(path.join(bin, 'ssh'), 0o755);
  env = { PATH: `${bin}:${process.env['PATH']}` };
});
afterAll(async () => {
  await server.stop();
  await home.remove();
  workshop.remove();
});

const nixburn = (...args: string[]) => runCommand(home, args, env);
const last = (stdout: string) =>
  JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown> & {
    problem: { code: string };
  };

describe('nixburn builders', () => {
  beforeEach(() => rm(path.join(home.folder, 'home'), { recursive: true, force: true }));

  test('adds, shows, changes and removes one', async () => {
    expect((await nixburn('builders')).stderr).toContain('No builder is saved');
    expect((await nixburn('builders', 'add', 'attic', 'me@attic.example', '--speed', '2')).exit).toBe(0);
    expect((await nixburn('builders', 'add', 'far', 'far.example:2222', '--jump', 'gate')).exit).toBe(0);
    expect((await nixburn('builders')).stdout).toBe(
      'attic  me@attic.example  x86_64-linux  speed 2\n' +
        'far  far.example:2222  x86_64-linux  speed 1  through gate\n',
    );
    const changed = await nixburn('builders', 'change', 'far', '--system', 'aarch64-linux', '--jump', 'none');
    expect(changed.stdout).toBe('far  far.example:2222  aarch64-linux  speed 1\n');
    expect((await nixburn('builders', 'remove', 'attic')).exit).toBe(0);
    const { stdout } = await nixburn('builders', '--json');
    expect(last(stdout)).toMatchObject({
      kind: 'done',
      chosen: 'here',
      builders: [{ name: 'far', host: 'far.example:2222', system: 'aarch64-linux', speed: 1, jump: null }],
    });
  });

  test('shows the key of a machine that nobody knows, and trusts none that was not confirmed', async () => {
    server.know(null);
    await nixburn('builders', 'add', 'there', 'builder');
    const asked = await nixburn('builders', 'trust', 'there');
    const printed = execFileSync('ssh-keygen', ['-lf', server.at('host.pub')], { encoding: 'utf8' });
    const fingerprint = /SHA256:\S{43}/.exec(printed)?.[0] ?? '';
    expect(asked.exit).toBe(3);
    expect(asked.stderr).toContain(fingerprint);
    const other = `SHA256:${'A'.repeat(43)}`;
    const refused = await nixburn('builders', 'trust', 'there', '--fingerprint', other, '--json');
    expect([refused.exit, last(refused.stdout).problem.code]).toEqual([3, 'host-key-other']);
    expect(await readFile(server.at('known_hosts'), 'utf8')).toBe('');
    expect((await nixburn('builders', 'trust', 'there', '--fingerprint', fingerprint)).exit).toBe(0);
    expect(await readFile(server.at('known_hosts'), 'utf8')).toMatch(/^builder ssh-ed25519 /);
    expect((await nixburn('doctor', '--on', 'there')).stdout).toMatch(
      /^✓ The host key of builder is known$/m,
    );
  });
});

// Each only starts the program, and changes nothing: they need not wait for each other.
describe('nixburn builders refuses', () => {
  beforeAll(() => rm(path.join(home.folder, 'home'), { recursive: true, force: true }));

  test.concurrent.each([
    [['add', 'attic'], 'needs a name and a host'],
    [['add', 'attic', '-oProxyCommand=x'], ''],
    [['add', 'attic', 'me@attic.example', '--speed', 'fast'], 'number from 0.1 to 100'],
    [['add', 'attic', 'me@attic.example', '--system', 'sparc'], '--system x86_64-linux'],
    [['add', 'here', 'me@attic.example'], 'Nixburn uses itself'],
    [['add', 'attic', 'me@attic.example', '--key', '/a/${HOME}'], 'ssh would put a variable'],
    [['change', 'nobody', '--speed', '2'], 'There is no builder “nobody”'],
    [['remove', 'nobody'], 'There is no builder “nobody”'],
    [['paint', 'attic'], 'can add, change, remove or trust'],
  ])('%j', async (args, words) => {
    const { exit, stderr } = await nixburn('builders', ...args);
    expect(exit).toBe(2);
    expect(stderr).toContain(words);
    expect(await readdir(path.join(home.folder, 'home')).catch(() => [])).not.toContain('building.json');
  });
});

describe('With a recipe', () => {
  const recipe = (more: object) =>
    JSON.stringify({ schema: 1, name: 'attic', keys: [publicKey], image: { compression: 'fast' }, ...more });
  beforeAll(async () => {
    server.know('host');
    await nixburn('builders', 'add', 'there', 'builder');
    await writeFile(path.join(home.folder, 'one.json'), recipe({}));
    await writeFile(path.join(home.folder, 'two.json'), recipe({ name: 'cellar' }));
  });

  test('nixburn write --on sends the image straight to the stick', async () => {
    const args = ['write', 'one.json', '--on', 'there', '--to', 'stick.img', '--nixpkgs', nixpkgs, '--json'];
    const { exit, stdout } = await nixburn(...args);
    expect(exit, stdout.slice(-2000)).toBe(0);
    expect(last(stdout)).toMatchObject({ kind: 'done', receipts: [{ slot: { name: 'attic' } }] });
    expect(last((await nixburn('images', '--json')).stdout)).toMatchObject({ count: 0 });
    const [several, nowhere] = await Promise.all([
      nixburn('write', 'one.json', '--on', 'there', '--to', 'a.img', 'b.img'),
      nixburn('write', 'one.json', '--to', 'a.img'),
    ]);
    expect([several.exit, several.stderr]).toEqual([2, expect.stringContaining('goes to one drive')]);
    expect([nowhere.exit, nowhere.stderr]).toEqual([2, expect.stringContaining('--on HOST')]);
  });

  test('nixburn images shows both of one file name, removes the one that is named, and keeps to the room', async () => {
    for (const file of ['one.json', 'two.json'])
      expect((await nixburn('build', file, '--on', 'there', '--nixpkgs', nixpkgs)).exit).toBe(0);
    const { stdout } = await nixburn('images', '--json');
    const images = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; image: KeptImage })
      .flatMap((line) => (line.kind === 'image' ? [line.image] : []));
    expect(images.map(({ name }) => name)).toEqual(['cellar', 'attic']);
    expect(new Set(images.map(({ fileName }) => fileName)).size).toBe(1);
    const [{ fileName, path: cellar } = { fileName: '', path: '' }, { sha256 } = { sha256: '' }] = images;
    const many = await nixburn('images', 'remove', fileName, '--json');
    expect([many.exit, last(many.stdout).problem.code]).toEqual([2, 'kept-image-ambiguous']);
    expect((await nixburn('images', 'remove', sha256.slice(0, 12))).exit).toBe(0);
    expect((await nixburn('images')).stdout.split('\n')[0]).toBe(cellar);
    expect((await nixburn('images', 'keep', '1')).exit).toBe(0);
    expect((await nixburn('images', 'keep', 'all')).exit).toBe(2);
    expect(last((await nixburn('images', '--json')).stdout)).toMatchObject({ count: 1, keepGigabytes: 1 });
    expect((await nixburn('images', 'remove', 'attic')).exit).toBe(2);
  });
});
