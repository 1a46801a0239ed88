/** The log of the program: bounded, without secrets, and never in the way. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gatherDiagnostics } from '../../src/main/diagnostics.ts';
import { observed } from '../../src/main/observed.ts';
import { findPlaces } from '../../src/main/places.ts';
import { openProgramLog } from '../../src/main/program-log.ts';
import { done, failed, problem } from '../../src/shared/problem.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = () => readFile(path.join(folder, 'nixburn.log'), 'utf8');

describe('The log', () => {
  test('says what was done and how it ended, never with what', async () => {
    const log = await openProgramLog(folder);
    const services = observed(
      {
        call: () => Promise.resolve(failed(problem('bad-request', 'No.', { raw: 'no such name: x' }))),
        // oxlint-disable-next-line require-yield
        async *job(name) {
          return name === 'build'
            ? done(null)
            : failed(problem('drive-gone', 'Gone.', { raw: 'Attic /dev/sdx' }));
        },
      },
      [log],
    );
    await services.job('build', { ssid: 'Attic' }, new AbortController().signal).next();
    await services.job('writeStick', {}, new AbortController().signal).next();
    await services.call('x\ny', { passphrase: 'secret' });
    const lines = (await text()).trim().split('\n');
    expect(lines.map((line) => line.replace(/^\S+Z /, ''))).toEqual([
      'job-started job="build"',
      'job-done job="build" seconds=0',
      'job-started job="writeStick"',
      'job-failed job="writeStick" seconds=0 code="drive-gone"',
      'call-failed call="unknown" code="bad-request" raw="no such name: x"',
    ]);
  });

  test('hides what looks like a secret, and stays on one line', async () => {
    const log = await openProgramLog(folder);
    log.say('mistake', { raw: 'Error: psk="correct horse"\n    at x' });
    expect(await text()).not.toContain('correct');
    expect((await text()).split('\n').length).toBe(2);
  });

  test('can not grow without end, and is for its owner alone', async () => {
    const log = await openProgramLog(folder);
    const long = 'x'.repeat(10_000);
    for (let line = 0; line < 250; line++) log.say('much', { long });
    const names = (await readdir(folder)).toSorted();
    expect(names).toEqual(['nixburn.log', 'nixburn.log.1', 'nixburn.log.2']);
    for (const name of names) {
      const { size, mode } = await stat(path.join(folder, name));
      expect(size).toBeLessThan(520_000);
      expect(mode & 0o777).toBe(0o600);
    }
  });

  test('that can not be written stops nobody', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const log = await openProgramLog(path.join(file, 'logs'));
    expect(() => log.say('start')).not.toThrow();
  });
});

describe('The diagnostics', () => {
  test('hold version, system, settings, drives and logs, and nothing personal', async () => {
    const places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: folder }, home: '/home/ada' });
    const log = await openProgramLog(places.logs);
    log.say('mistake', { raw: 'ENOENT: /home/ada/attic.nixburn.json from 192.168.1.50' });
    const { fileName, text: report } = await gatherDiagnostics(
      { places, host: 'web', home: '/home/ada' },
      new Date('2026-11-25T10:00:00Z'),
    );
    expect(fileName).toBe('nixburn-diagnostics-2026-11-25-10-00-00.txt');
    for (const title of ['Nixburn', 'System', 'Nix', 'Settings', 'Drives', 'Log of the program'])
      expect(report).toContain(`== ${title} ==`);
    expect(report).toContain('mistake');
    expect(report).not.toMatch(/ada|192\.168/);
  }, 30_000);
});
