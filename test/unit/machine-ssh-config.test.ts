/** The person's ssh configuration: one block more, everything else as it was, and ssh itself says what it means. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  addToSshConfig,
  hasOwnEntry,
  withHostBlock,
  withoutHostBlock,
} from '../../src/main/machine/ssh-config.ts';
import { counterexampleOf } from '../property/runs.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-ssh-config-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const entry = { name: 'attic', knownHosts: '/home/ada/Application Support/100%/known_hosts' };
let count = 0;
let home = '';
const file = () => path.join(home, '.ssh/config');
beforeEach(() => {
  home = path.join(base, String((count += 1)));
  mkdirSync(path.join(home, '.ssh'), { recursive: true, mode: 0o700 });
});

/** What ssh would do for a host with this configuration. */
function meaning(text: string, host: string): string[] {
  const config = path.join(base, `meaning-${(count += 1)}`);
  writeFileSync(config, text);
  return execFileSync('ssh', ['-F', config, '-G', host], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).split('\n');
}

describe('The block', () => {
  test.each(['attic', 'attic.local'])('has ssh %s believe the pinned key alone', (host) => {
    expect(meaning(withHostBlock('', entry), host)).toEqual(
      expect.arrayContaining([
        'user root',
        'hostname attic.local',
        'hostkeyalias attic',
        'stricthostkeychecking true',
        'updatehostkeys false',
        `userknownhostsfile ${entry.knownHosts}`,
      ]),
    );
  });

  test('is not weakened by what is said for all hosts, and does not swallow it', () => {
    const text =
      'Compression yes\n\n# for all\nHost *\n  StrictHostKeyChecking no\n  User ada\n  ServerAliveInterval 7\n';
    const changed = withHostBlock(text, entry);
    expect(meaning(changed, 'attic')).toEqual(
      expect.arrayContaining([
        'stricthostkeychecking true',
        'user root',
        'serveraliveinterval 7',
        'compression yes',
      ]),
    );
    const other = meaning(changed, 'elsewhere');
    expect(other).toEqual(
      expect.arrayContaining(['stricthostkeychecking false', 'user ada', 'compression yes']),
    );
    expect(changed.indexOf('# for all')).toBeGreaterThan(changed.indexOf('# Nixburn: end of attic'));
  });

  test('stands beside those of other machines', () => {
    const both = withHostBlock(withHostBlock('', entry), { ...entry, name: 'cellar' });
    expect(meaning(both, 'attic')).toContain('hostkeyalias attic');
    expect(meaning(both, 'cellar')).toContain('hostkeyalias cellar');
    expect(withHostBlock(both, entry).match(/^Host /gm)).toHaveLength(2);
  });

  const line = fc.oneof(
    fc.constantFrom(
      'Host *',
      'Host a b',
      'Match all',
      '# remark',
      '',
      '  User ada',
      'Include x',
      '\tPort 22',
      'host=z',
    ),
    fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]/.test(text)),
  );
  const texts = fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .map(([lines, end, isEnded]) => lines.join(end) + (isEnded && lines.length > 0 ? end : ''));

  test('is written once, whatever is there and however often', () => {
    const property = fc.property(texts, (text) => {
      const once = withHostBlock(text, entry);
      return withHostBlock(once, entry) === once;
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test('leaves every other line as it was', () => {
    const property = fc.property(texts, (text) => {
      const back = withoutHostBlock(withHostBlock(text, entry), 'attic');
      // A last line that had no end has one then.
      return back === text || back === `${text}\n` || back === `${text}\r\n`;
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});

describe('The file', () => {
  test('is made where there is none, for the person alone', async () => {
    rmSync(path.join(home, '.ssh'), { recursive: true });
    expect(await addToSshConfig(entry, home)).toMatchObject({ ok: true, value: { file: file() } });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file())).mode & 0o777).toBe(0o700);
  });

  test('keeps its mode and its contents, and is not touched where nothing changes', async () => {
    writeFileSync(file(), 'Host other\r\n  User x\r\n');
    chmodSync(file(), 0o640);
    await addToSshConfig(entry, home);
    const { ino } = statSync(file());
    expect(statSync(file()).mode & 0o777).toBe(0o640);
    expect(readFileSync(file(), 'utf8')).toMatch(/of attic\r\nHost other\r\n {2}User x\r\n$/);
    expect(readFileSync(file(), 'utf8').replaceAll('\r\n', '')).not.toContain('\n');
    await addToSshConfig(entry, home);
    expect(statSync(file()).ino).toBe(ino);
    expect(readdirSync(path.dirname(file()))).toEqual(['config']);
  });

  test('stays a link to where the person keeps it', async () => {
    mkdirSync(path.join(home, 'dotfiles'));
    writeFileSync(path.join(home, 'dotfiles/ssh'), 'Host other\n');
    symlinkSync('../dotfiles/ssh', file());
    await addToSshConfig(entry, home);
    expect(lstatSync(file()).isSymbolicLink()).toBe(true);
    expect(readFileSync(path.join(home, 'dotfiles/ssh'), 'utf8')).toContain('Host attic attic.local\n');
  });

  test('is left alone where the name is in use', async () => {
    const own = 'Host cellar "Attic"\n  User ada\n';
    writeFileSync(file(), own);
    expect(await addToSshConfig(entry, home)).toMatchObject({ problem: { code: 'ssh-config-taken' } });
    expect(readFileSync(file(), 'utf8')).toBe(own);
  });

  test('that can not be changed leads to the lines to paste', async () => {
    // As with home-manager on NixOS, where it lies in a folder that nobody can write.
    symlinkSync('/proc/self/status', file());
    const refused = await addToSshConfig(entry, home);
    expect(refused).toMatchObject({
      problem: { code: 'ssh-config-unwritable', raw: expect.stringContaining('Host attic attic.local') },
    });
    expect(existsSync('/proc/self/status')).toBe(true);
  });

  test.each([
    ['Host attic', true],
    ['  host=attic.LOCAL', true],
    ['Host *', false],
    ['Host attic-01', false],
    ['Hostname attic', false],
    ['# Host attic', false],
  ])('with the line %j has the name already: %s', (text, isOwn) => {
    expect(hasOwnEntry(`${text}\n`, 'attic')).toBe(isOwn);
  });
});
