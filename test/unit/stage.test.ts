/** The rail says of each station how it stands, and never more than is true. */
import { describe, expect, test } from 'vitest';
import { ageWords } from '../../src/renderer/age-words.ts';
import { buildAfter, endedBuild, startedBuild } from '../../src/renderer/build-run.ts';
import { driveName, eraseWords, refusalsFor } from '../../src/renderer/drive-words.ts';
import { countLines, holds, keptLogLines, logText, withLines } from '../../src/renderer/log-lines.ts';
import { stationOf, stations, type Facts, type StationName } from '../../src/renderer/stage.ts';
import { startedStick, stickAfter, stickFraction } from '../../src/renderer/stick-run.ts';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';
import * as world from '../wizard/world.ts';

const recipe = { ...world.emptyRecipe, name: 'attic', keys: [world.laptopKey.line] };
const facts: Facts = {
  recipe,
  problems: [],
  build: { state: 'idle' },
  stick: { state: 'idle' },
  image: null,
};
const buildTrace = startedBuild(recipe, 1000);
const stickTrace = startedStick('write', world.image, world.stick, 1000);
const wrong = problem('wrong', 'Wrong.');

const phase = (name: 'evaluate' | 'fetch' | 'image') => [{ kind: 'phase' as const, phase: name }];

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

function station(name: StationName, change: Partial<Facts> = {}) {
  const found = stations({ ...facts, ...change }).find((one) => one.name === name);
  return found && [found.state, found.summary];
}

describe('what is chosen', () => {
  test('is to do only while nobody could log in', () => {
    expect(station('keys', { recipe: world.emptyRecipe })).toEqual(['todo', 'Nobody yet']);
    expect(station('build', { recipe: world.emptyRecipe })).toEqual(['todo', 'Needs a key']);
    expect(station('keys')).toEqual(['ready', '1 key']);
  });

  test('lets nobody in over SSH with a console password alone, but is no obstacle', () => {
    const screenOnly = { ...world.emptyRecipe, console: { password: { hashed: '$y$j9T$salt$hash' } } };
    expect(station('keys', { recipe: screenOnly })).toEqual(['ready', 'Console password only']);
    expect(station('build', { recipe: screenOnly })).toEqual(['ready', 'Ready']);
  });

  test('is ready with the defaults', () => {
    expect(station('packages')).toEqual(['ready', 'None extra']);
    expect(station('network')).toEqual(['ready', 'attic, cable']);
    expect(station('system')).toEqual(['ready', '26.05 x86_64']);
  });

  test('has its problems at the station that holds the field', () => {
    const problems = [
      { path: 'wifi.networks.0.ssid', problem: wrong },
      { path: 'name', problem: wrong },
      { path: 'image.volumeId', problem: wrong },
    ];
    expect(station('network', { problems })).toEqual(['problem', '2 problems']);
    expect(station('system', { problems })).toEqual(['problem', '1 problem']);
    expect(station('packages', { problems })).toEqual(['ready', 'None extra']);
    expect(station('build', { problems })).toEqual(['todo', 'Recipe first']);
  });

  test.each([
    ['keys.3', 'keys'],
    ['packages.0', 'packages'],
    ['wifi.country', 'network'],
    ['console.password', 'system'],
    ['', 'system'],
  ])('at %s belongs to %s', (path, name) => {
    expect(stationOf(path)).toBe(name);
  });
});

describe('the build', () => {
  test('shows the phase while it runs', () => {
    const trace = buildAfter(
      buildTrace,
      [{ kind: 'progress', phase: 'fetch', fraction: 0.5, label: 'git' }],
      2000,
    );
    const run = { state: 'running' as const, trace, cancelling: false };
    expect(station('build', { build: run })).toEqual(['running', 'Fetch']);
  });

  test('is done until the recipe changes, and again when it is changed back', () => {
    const build = endedBuild(buildTrace, done(world.image), 2000);
    expect(station('build', { build })).toEqual(['done', 'nixos-attic.iso']);
    expect(station('build', { build, recipe: { ...recipe, name: 'cellar' } })).toEqual([
      'ready',
      'Recipe changed',
    ]);
    expect(station('build', { build, recipe: structuredClone(recipe) })).toEqual(['done', 'nixos-attic.iso']);
  });

  test('that was cancelled is no problem, and one that failed is', () => {
    expect(station('build', { build: endedBuild(buildTrace, failed(cancelled), 0) })).toEqual([
      'ready',
      'Cancelled',
    ]);
    expect(station('build', { build: endedBuild(buildTrace, failed(wrong), 0) })).toEqual([
      'problem',
      'Failed',
    ]);
  });

  test('forgets how far it was when the next phase begins', () => {
    const after = buildAfter(
      buildTrace,
      [
        { kind: 'progress', phase: 'fetch', fraction: 0.9, label: 'git' },
        { kind: 'phase', phase: 'build' },
      ],
      2000,
    );
    expect([after.phase, after.fraction, after.label]).toEqual(['build', null, '']);
  });

  test('tells rate and time left as long as they are known', () => {
    const fetching = { kind: 'progress' as const, phase: 'fetch' as const, fraction: 0.5, label: 'git' };
    const known = buildAfter(
      buildTrace,
      [{ ...fetching, bytesPerSecond: 4e6, remainingMillis: 60_000 }],
      2000,
    );
    expect([known.bytesPerSecond, known.remainingMillis]).toEqual([4e6, 60_000]);
    const unknown = buildAfter(known, [fetching], 3000);
    expect([unknown.bytesPerSecond, unknown.remainingMillis]).toEqual([null, null]);
  });

  test('knows what each phase took that is over, and counts none for one that was left out', () => {
    const evaluating = buildAfter(buildTrace, phase('evaluate'), 1500);
    expect(evaluating.spent).toEqual([]);
    const fetching = buildAfter(evaluating, phase('fetch'), 13_000);
    expect(fetching.spent).toEqual([12_000]);
    expect(buildAfter(fetching, phase('image'), 20_000).spent).toEqual([12_000, 7000, 0]);
  });
});

describe('the log', () => {
  test('keeps at least the last lines of one without end, whole and in order', () => {
    let log = withLines([], []);
    const printed = 3 * keptLogLines + 7;
    for (let at = 0; at < printed; at += 333) log = withLines(log, numbered(at, Math.min(printed, at + 333)));
    const { kept } = countLines(log);
    expect(countLines(log).printed).toBe(printed);
    expect(kept).toBeGreaterThanOrEqual(keptLogLines);
    expect(kept).toBeLessThan(keptLogLines + 100);
    expect(logText(log)).toBe(numbered(printed - kept, printed).join('\n'));
  });

  test('keeps full blocks as they are, so that what was drawn stays drawn', () => {
    const before = withLines([], numbered(0, 250));
    const after = withLines(before, numbered(250, 310));
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[0]).toBe(before[0]);
    expect(after[2]).not.toBe(before[2]);
    expect(after.map((block) => block.first)).toEqual([0, 100, 200, 300]);
    expect(withLines(after, [])).toBe(after);
  });

  test('is searched without regard to case', () => {
    expect(holds('building OpenSSH', 'openssh')).toBe(true);
    expect(holds('building git', 'openssh')).toBe(false);
    expect(holds('anything', '')).toBe(false);
  });
});

describe('the stick', () => {
  test('needs an image first', () => {
    expect(station('drive')).toEqual(['todo', 'Needs an image']);
    expect(station('drive', { image: world.image })).toEqual(['ready', 'Ready']);
  });

  test('shows how much was written, and nothing where bytes are not counted', () => {
    const half = { kind: 'progress' as const, phase: 'write' as const, bytes: world.image.bytes / 2 };
    const writing = stickAfter(stickTrace, [
      { ...half, total: world.image.bytes, bytesPerSecond: 1e6, remainingMillis: null },
    ]);
    const run = (trace: typeof writing) => ({ state: 'running' as const, trace, cancelling: false });
    expect(station('drive', { stick: run(writing) })).toEqual(['running', 'Write 50 %']);
    const flushing = stickAfter(writing, [{ kind: 'phase', phase: 'flush' }]);
    expect(stickFraction(flushing)).toBeNull();
    expect(station('drive', { stick: run(flushing) })).toEqual(['running', 'Flush']);
  });

  test('is the only thing that is ever verified, and only the image that was read back', () => {
    const stick = {
      state: 'done' as const,
      trace: stickTrace,
      receipt: world.receiptOf(world.stick),
      slot: null,
    };
    const all = stations({ ...facts, stick, image: world.image });
    expect(all.filter((one) => one.verified).map((one) => one.name)).toEqual(['drive']);
    const newer = { ...world.image, sha256: '0'.repeat(64) };
    expect(station('drive', { stick, image: newer })).toEqual(['ready', 'Newer image']);
    expect(stations({ ...facts, stick, image: newer }).some((one) => one.verified)).toBe(false);
  });

  test('comes before booting', () => {
    expect(station('boot')).toEqual(['todo', 'Needs a stick']);
    const stick = {
      state: 'done' as const,
      trace: stickTrace,
      receipt: world.receiptOf(world.stick),
      slot: null,
    };
    expect(station('boot', { stick })).toEqual(['ready', 'Ready']);
  });
});

describe('a drive', () => {
  test('is named by maker, model and size', () => {
    expect(driveName(world.stick)).toBe('SanDisk Ultra 32 GB');
    expect(driveName({ ...world.stick, vendor: ' ', model: '' })).toBe('Unnamed drive 32 GB');
    expect(eraseWords(world.stick)).toBe('Erase SanDisk Ultra 32 GB and write');
    expect(eraseWords(world.practice)).toBe('Write the practice stick');
  });

  test('that is smaller than the image is refused with both sizes', () => {
    const [refusal] = refusalsFor(world.tinyStick, world.image);
    expect(refusal?.detail).toBe('It holds 512 MB; the image needs 1.28 GB.');
    expect(refusalsFor(world.stick, world.image)).toEqual([]);
    expect(refusalsFor({ ...world.practice, bytes: 0 }, world.image)).toEqual([]);
  });
});

test.each([
  ['2026-11-24T09:00:00Z', 'from today'],
  ['2026-11-22T09:00:00Z', '2 days old'],
  ['2026-11-23T09:00:00Z', '1 day old'],
  ['2026-05-24T09:00:00Z', '6 months old'],
  ['2021-05-24T09:00:00Z', '5 years old'],
  ['2027-01-01T00:00:00Z', ''],
  ['nonsense', ''],
])('a key from %s is %s', (then, words) => {
  expect(ageWords(then, Date.parse('2026-11-24T10:00:00Z'))).toBe(words);
});
