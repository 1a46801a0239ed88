/** Which builder makes an image, and how ssh is told to reach it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  builderFor,
  chooseBuilder,
  readChoices,
  sshTargetFor,
  writeChoices,
} from '../../src/main/build/choices.ts';
import { quickCiphers, sshArguments, sshTarget } from '../../src/main/build/ssh.ts';
import type { BuildingChoices, SavedBuilder } from '../../src/shared/building.ts';
import { numRuns } from '../property/runs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-choice-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const builder = (name: string, more: Partial<SavedBuilder> = {}): SavedBuilder => ({
  name,
  host: `ada@${name}.example`,
  system: 'x86_64-linux',
  speed: 1,
  keyFile: null,
  jump: null,
  ...more,
});
const choices = (more: Partial<BuildingChoices> = {}): BuildingChoices => ({
  builders: [],
  chosen: 'auto',
  distribute: null,
  keepGigabytes: 20,
  ...more,
});
const arm = 'aarch64-linux';
const intel = 'x86_64-linux';

describe('Chosen by itself', () => {
  const choose = (builders: SavedBuilder[], system: string, native: string) =>
    chooseBuilder(choices({ builders }), system, { native })?.name ?? 'here';

  test.each<[what: string, builders: SavedBuilder[], system: string, native: string, expected: string]>([
    ['this computer, where it is of that kind', [], intel, intel, 'here'],
    ['this computer, where nobody is faster', [builder('same')], intel, intel, 'here'],
    ['a faster one of the same kind', [builder('fast', { speed: 4 })], intel, intel, 'fast'],
    ['the fastest of several', [builder('a', { speed: 2 }), builder('b', { speed: 3 })], intel, intel, 'b'],
    [
      'one of the right kind, before any emulator',
      [builder('pi', { system: arm, speed: 0.2 })],
      arm,
      intel,
      'pi',
    ],
    ['a slow one from a Mac', [builder('slow', { speed: 0.1 })], intel, 'aarch64-darwin', 'slow'],
    ['Linux here with an emulator, where nobody is of that kind', [builder('other')], arm, intel, 'here'],
    [
      'any Linux from a Mac, where nobody is of that kind',
      [builder('other')],
      arm,
      'aarch64-darwin',
      'other',
    ],
  ])('it is %s', (_what, builders, system, native, expected) => {
    expect(choose(builders, system, native)).toBe(expected);
  });
});

test('The person’s own choice stands, whatever it is', () => {
  const builders = [builder('slow', { speed: 0.1, system: arm }), builder('fast', { speed: 9 })];
  expect(chooseBuilder(choices({ builders, chosen: 'slow' }), intel, { native: intel })?.name).toBe('slow');
  expect(chooseBuilder(choices({ builders, chosen: 'here' }), intel, { native: arm })).toBeNull();
});

describe('ssh', () => {
  const printed = (saved: SavedBuilder) => {
    const target = sshTargetFor(choices({ builders: [saved] }), intel, saved.name);
    if (!target?.ok) throw new Error('refused');
    return execFileSync('ssh', ['-F', 'none', '-G', ...sshArguments(target.value, [])], { encoding: 'utf8' });
  };

  test('understands address, key file and machines on the way', () => {
    const said = printed(
      builder('box', { host: 'ada@box:2222', keyFile: '/keys/id', jump: 'gate, root@inner:23' }),
    );
    expect(said).toMatch(/^hostname box$/m);
    expect(said).toMatch(/^port 2222$/m);
    expect(said).toMatch(/^identityfile \/keys\/id$/m);
    expect(said).toMatch(/^proxyjump gate,root@inner:23$/m);
    expect(said).toMatch(/^batchmode yes$/m);
    expect(said).toMatch(/^stricthostkeychecking (ask|true)$/m);
  });

  test('is given the name of a key file as it is, whatever it holds', () => {
    const name = fc
      .string({ unit: fc.constantFrom('a', ' ', '"', '\\', '%', 'é', "'", '#', '=', ',', ';', '$', '~') })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(name, (text) => {
        const keyFile = `/keys/${text}`;
        // ssh prints a value before it makes one `%` of two.
        const wanted = `identityfile ${keyFile.replaceAll('%', '%%')}`;
        expect(printed(builder('box', { keyFile })).split('\n')).toContain(wanted);
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });

  test('is never given a way that is no name of a machine', async () => {
    for (const jump of ['-oProxyCommand=x', 'a b', 'gate,;id'])
      expect(sshTargetFor(choices({ builders: [builder('box', { jump })] }), intel, 'box')).toMatchObject({
        ok: false,
        problem: { code: 'builder-host-invalid' },
      });
    expect(builderFor(choices(), intel, '-oProxyCommand=x').ok).toBe(false);
  });
});

describe('Quick ciphers', () => {
  const quickFor = async (config: string) => {
    const file = path.join(folder, 'ssh-config');
    writeFileSync(file, config);
    const target = sshTarget('box', ['-F', file]);
    if (!target.ok) throw new Error('refused');
    return quickCiphers(target.value);
  };

  test('come first, and none of the usual ones is missing', async () => {
    const usual = execFileSync('ssh', ['-F', 'none', '-G', 'x'], { encoding: 'utf8' });
    const ciphers = /^ciphers (.*)$/m.exec(usual)![1]!.split(',');
    const [, option = ''] = await quickFor('');
    const given = option.replace('Ciphers=', '').split(',');
    expect(given[0]).toMatch(/^aes\d+-gcm@openssh\.com$/);
    expect(given.toSorted()).toEqual(ciphers.toSorted());
  });

  test('are not forced on somebody who has chosen', async () => {
    expect(await quickFor('Ciphers chacha20-poly1305@openssh.com')).toEqual([]);
  });
});

describe('What was chosen', () => {
  test('is there again, for its owner alone', async () => {
    const home = path.join(folder, 'config');
    const wanted = choices({ builders: [builder('box')], chosen: 'box', keepGigabytes: 5 });
    expect(await writeChoices(home, wanted)).toEqual({ ok: true, value: wanted });
    expect(await readChoices(home)).toEqual(wanted);
    expect(statSync(path.join(home, 'building.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['building.json']);
  });

  test.each(['', '[]', 'null', '{"chosen":7}', '{"builders":[{"name":"x"}],"keepGigabytes":"many"}'])(
    'has its defaults where the file makes no sense: %j',
    async (text) => {
      const home = mkdtempSync(path.join(folder, 'odd-'));
      writeFileSync(path.join(home, 'building.json'), text);
      expect(await readChoices(home)).toEqual(choices({ chosen: 'here' }));
    },
  );

  test('is refused where it makes no sense', async () => {
    const home = path.join(folder, 'refused');
    const refuse = async (more: Partial<BuildingChoices>) => {
      const saved = await writeChoices(home, choices(more));
      return saved.ok ? null : saved.problem.code;
    };
    expect(await refuse({ builders: [builder('a'), builder('a')] })).toBe('builder-name-taken');
    expect(await refuse({ builders: [builder('here')] })).toBe('builder-name-taken');
    expect(await refuse({ chosen: 'nobody' })).toBe('builder-unknown');
    expect(await refuse({ builders: [builder('a', { host: 'a; id' })] })).toBe('builder-host-invalid');
  });
});
