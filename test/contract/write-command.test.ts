/** `nixburn image`, `write` and `verify` on practice sticks: what is asked, what is refused, and what is left behind. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Receipt } from '../../src/shared/contract.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { makeHome, runCommand, runOnTerminal, startCommand, type Home } from './program.ts';

let home: Home;
let image: Buffer;
beforeEach(async () => {
  home = await makeHome();
  const contents = path.join(home.folder, 'contents');
  await mkdir(contents);
  await writeFile(path.join(contents, 'readme'), 'an image that does not boot'.repeat(10_000));
  await promisify(execFile)('xorriso', ['-as', 'mkisofs', '-V', 'PRACTICE', '-o', at('a.iso'), contents]);
  image = await readFile(at('a.iso'));
});
afterEach(() => home.remove());

const at = (name: string) => path.join(home.folder, name);
const nixburn = (...args: string[]) => runCommand(home, args);
const files = async () => (await readdir(home.folder)).toSorted();
const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; problem?: Problem; receipts?: Receipt[] });

describe('nixburn image', () => {
  test('shows what an image is', async () => {
    const { exit, stdout, stderr } = await nixburn('image', 'a.iso');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toContain('PRACTICE');
    expect(stdout).toMatch(/[0-9a-f]{64}/);
  });

  test('shows it as JSON too', async () => {
    const { exit, stdout } = await nixburn('image', 'a.iso', '--json');
    expect(exit).toBe(0);
    expect(events(stdout).at(-1)).toMatchObject({
      kind: 'done',
      image: { volumeId: 'PRACTICE', bytes: image.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });
});

describe('A write', () => {
  test('to a file that is not there makes a practice stick, and proves it', async () => {
    const written = await nixburn('write', 'a.iso', '--to', 'stick.img');
    expect([written.exit, written.stdout]).toEqual([0, expect.stringContaining('written and read back')]);
    expect((await readFile(at('stick.img'))).subarray(0, image.length).equals(image)).toBe(true);
    const verified = await nixburn('verify', 'a.iso', '--on', 'stick.img', '--json');
    expect(verified.exit).toBe(0);
    expect(events(verified.stdout).at(-1)).toMatchObject({
      kind: 'done',
      receipts: [{ action: 'verify', bytesVerified: image.length }],
    });
  });

  test('tells its phases on stderr where there is no terminal, and no bar', async () => {
    const { stderr } = await nixburn('write', 'a.iso', '--to', 'stick.img');
    expect(stderr).toContain('Writing …\n');
    expect(stderr).toContain('Reading back …\n');
    expect(stderr).not.toMatch(/[\r%]/);
    expect(stderr).not.toContain('\u001b');
  });

  test('over a file that holds something is refused where nobody can be asked', async () => {
    await writeFile(at('stick.img'), 'precious');
    for (const args of [[], ['--json']]) {
      const { exit, stdout, stderr } = await nixburn('write', 'a.iso', '--to', 'stick.img', ...args);
      expect(exit).toBe(3);
      expect(stdout + stderr).toContain('nobody can be asked here');
    }
    expect(await readFile(at('stick.img'), 'utf8')).toBe('precious');
  });

  test('over it happens with --yes', async () => {
    await writeFile(at('stick.img'), 'precious');
    expect((await nixburn('write', 'a.iso', '--to', 'stick.img', '--yes')).exit).toBe(0);
    expect((await readFile(at('stick.img'))).subarray(0, image.length).equals(image)).toBe(true);
  });

  test('over the image itself is refused, with --yes too', async () => {
    const { exit, stderr } = await nixburn('write', 'a.iso', '--to', 'a.iso', '--yes');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('is the image itself')]);
    expect((await readFile(at('a.iso'))).equals(image)).toBe(true);
  });

  test('to the drive that the system runs from is refused, with --yes too', async () => {
    const { stdout } = await nixburn('drives', '--json');
    const { drives } = JSON.parse(stdout.split('\n')[0] ?? '') as {
      drives: { path: string; refusals: Problem[] }[];
    };
    const system = drives.find(({ refusals }) => refusals.some(({ code }) => code === 'drive-holds-system'));
    if (!system) return;
    const { exit, stderr } = await nixburn('write', 'a.iso', '--to', system.path, '--yes');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('holds a part of the running system')]);
  });

  test('to several targets brings a result for each, and the exit status of the worst', async () => {
    const { exit, stdout } = await nixburn('write', 'a.iso', '--to', 'one.img', 'a.iso', 'two.img', '--json');
    expect(exit).toBe(3);
    expect(
      events(stdout)
        .filter(({ kind }) => /written/.test(kind))
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual(['not-written', 'written', 'written']);
    expect(events(stdout).at(-1)).toMatchObject({ kind: 'failed', problem: { code: 'some-not-written' } });
    for (const name of ['one.img', 'two.img'])
      expect((await readFile(at(name))).subarray(0, image.length).equals(image)).toBe(true);
  });

  test('to one target under two names is refused before anything is written', async () => {
    const before = await files();
    const { exit, stderr } = await nixburn('write', 'a.iso', '--to', 'one.img', './one.img');
    expect([exit, stderr]).toEqual([2, expect.stringContaining('named twice')]);
    expect(await files()).toEqual(before);
  });

  test.each([
    ['an image that is not there', ['write', 'none.iso', '--to', 'stick.img']],
    ['an image that is a folder', ['write', 'contents', '--to', 'stick.img']],
    ['an image that is none', ['write', 'contents/readme', '--to', 'stick.img']],
    ['a drive that is not there', ['write', 'a.iso', '--to', '/dev/nixburn-none']],
    ['a target in a folder that is not there', ['write', 'a.iso', '--to', 'nowhere/stick.img']],
    ['a target that is a folder', ['write', 'a.iso', '--to', 'contents']],
    ['a target that is no drive', ['write', 'a.iso', '--to', '/dev/null']],
    ['nothing to read back', ['verify', 'a.iso', '--on', 'stick.img']],
    ['an image to look at that is not there', ['image', 'none.iso']],
    ['a text to look at', ['image', 'contents/readme']],
  ])('or a look with %s is refused in one sentence', async (_what, args) => {
    const before = await files();
    const { exit, stdout, stderr } = await nixburn(...args, ...(args[0] === 'write' ? ['--yes'] : []));
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^nixburn: [^\n]+\.\n/);
    expect(stderr).not.toMatch(/\bat .*\.(ts|mjs):\d+/);
    expect(await files()).toEqual(before);
  });

  test('that reads back something else says so', async () => {
    await nixburn('write', 'a.iso', '--to', 'stick.img');
    const stick = await open(at('stick.img'), 'r+');
    await stick.write(Buffer.from([1]), 0, 1, 100_000);
    await stick.close();
    const { exit, stdout } = await nixburn('verify', 'a.iso', '--on', 'stick.img', '--json');
    expect(exit).toBe(1);
    expect(events(stdout).at(-1)).toMatchObject({ kind: 'failed', problem: { code: 'stick-differs' } });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with 130 on %s, also on a second one', async (signal) => {
    // Large enough to be still at it when the signal comes; sparse, so that it costs nothing to make.
    await truncate(at('a.iso'), 600_000_000);
    const { child, output, ended } = startCommand(home, ['write', 'a.iso', '--to', 'stick.img', '--json']);
    while (!output.stdout.includes('"phase":"write"')) await once(child.stdout!, 'data');
    child.kill(signal);
    child.kill(signal);
    const { exit, stdout } = await ended;
    expect(exit).toBe(130);
    expect(events(stdout).at(-1)).toMatchObject({ kind: 'failed', problem: { code: 'cancelled' } });
    // A stick that was begun never looks like a whole one: its first block is written last.
    const begun = Buffer.alloc(0x800);
    const stick = await open(at('stick.img')).catch(() => null);
    await stick?.read(begun, 0, begun.length, 0x8000);
    await stick?.close();
    expect(begun.equals(image.subarray(0x8000, 0x8800))).toBe(false);
  });
});

const onTerminal = (args: string, typed: string) => runOnTerminal(home, args, typed);

describe('On a terminal', () => {
  test('the name of the drive is asked for, and nothing is written for another one', async () => {
    await writeFile(at('stick.img'), 'precious');
    const { exit, screen } = await onTerminal('write a.iso --to stick.img', 'yes\r');
    expect(screen).toContain('This erases everything on the practice stick');
    expect(screen).toContain('That is not the name of this drive.');
    expect(exit).toBe(3);
    expect(await readFile(at('stick.img'), 'utf8')).toBe('precious');
  });

  test('Ctrl-C at the question is a cancel', async () => {
    await writeFile(at('stick.img'), 'precious');
    expect((await onTerminal('write a.iso --to stick.img', '\x03')).exit).toBe(130);
    expect(await readFile(at('stick.img'), 'utf8')).toBe('precious');
  });

  test('the end of the input is no answer', async () => {
    await writeFile(at('stick.img'), 'precious');
    expect((await onTerminal('write a.iso --to stick.img', '\x04')).exit).toBe(3);
    expect(await readFile(at('stick.img'), 'utf8')).toBe('precious');
  });

  test('the right name lets it happen, with a bar that is gone afterwards', async () => {
    await writeFile(at('stick.img'), 'precious');
    const { exit, screen } = await onTerminal('write a.iso --to stick.img', `${at('stick.img')}\r`);
    expect(exit).toBe(0);
    expect(screen).toContain('Writing …');
    expect(screen).toContain('\r\x1b[2K');
    expect(screen).toContain('written and read back');
    expect((await stat(at('stick.img'))).size).toBeGreaterThanOrEqual(image.length);
  });
});
