/** What the desktop shows of the window and of its jobs: the place on the screens, the bar, the notice. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { filesIn } from '../../src/main/desktop/files.ts';
import { barOf, showPresence } from '../../src/main/desktop/presence.ts';
import { catalogues, sayIn } from '../../src/main/desktop/say.ts';
import type { Language } from '../../src/shared/languages.ts';
import { nothingYet, progressAfter, runningJobs } from '../../src/main/desktop/running.ts';
import { placeOn, smallest, type Rectangle } from '../../src/main/desktop/window-place.ts';
import { cancelled, done, failed, problem } from '../../src/shared/problem.ts';
import { numRuns } from '../property/runs.ts';

const shown = vi.hoisted(() => ({ notices: [] as { body: string }[], blockers: new Set<number>() }));
vi.mock('electron', () => ({
  Notification: class {
    static isSupported = () => true;
    constructor(readonly options: { body: string }) {}
    on() {}
    show() {
      shown.notices.push(this.options);
    }
  },
  powerSaveBlocker: {
    start() {
      shown.blockers.add(1);
      return 1;
    },
    stop: (id: number) => shown.blockers.delete(id),
  },
}));
beforeEach(() => {
  shown.notices.length = 0;
  shown.blockers.clear();
});

describe('The place of the window', () => {
  const laptop = { x: 0, y: 25, width: 1440, height: 875 };
  const left = { x: -1920, y: 0, width: 1920, height: 1040 };
  const usual = { width: 1180, height: 760 };

  test.each<[string, Rectangle[], Rectangle | null, object]>([
    ['is the system’s choice at first', [laptop], null, usual],
    ['is where it was', [laptop, left], { x: -1800, y: 100, ...usual }, { x: -1800, y: 100, ...usual }],
    ['is the system’s choice where its screen is gone', [laptop], { x: -1800, y: 100, ...usual }, usual],
    [
      'is the system’s choice where its upper edge is out of reach',
      [laptop],
      { x: 0, y: 0, ...usual },
      usual,
    ],
    [
      'may reach beyond an edge, as a person put it',
      [laptop],
      { x: 1200, y: 300, ...usual },
      { x: 1200, y: 300, ...usual },
    ],
    [
      'is made smaller for a smaller screen',
      [laptop],
      { x: 0, y: 25, width: 3000, height: 2000 },
      { x: 0, y: 25, width: 1440, height: 875 },
    ],
    [
      'is never smaller than the window can be',
      [{ x: 0, y: 0, width: 800, height: 480 }],
      { x: 0, y: 0, width: 10, height: 10 },
      { ...smallest },
    ],
  ])('%s', (_what, areas, saved, place) => {
    expect(placeOn(areas, saved)).toEqual(place);
  });

  test('can always be taken hold of, whatever screens there are', () => {
    const rectangle = (least: number) =>
      fc.record({
        x: fc.integer({ min: -5000, max: 5000 }),
        y: fc.integer({ min: -5000, max: 5000 }),
        width: fc.integer({ min: least, max: 6000 }),
        height: fc.integer({ min: least, max: 6000 }),
      });
    fc.assert(
      fc.property(fc.array(rectangle(400), { minLength: 1, maxLength: 4 }), rectangle(1), (areas, saved) => {
        const place = placeOn(areas, saved);
        expect(place.width).toBeGreaterThanOrEqual(smallest.width);
        if (place.x === undefined) return;
        const { x, y = 0, width } = place;
        const isReachable = areas.some(
          (one) => y >= one.y && y < one.y + one.height && x + width > one.x && x < one.x + one.width,
        );
        expect(isReachable).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe('The bar', () => {
  test('is of all jobs that run, unknown as long as none is known, and none in the end', () => {
    expect(barOf([])).toEqual({ value: -1, mode: 'none' });
    expect(barOf([{ job: 'build', fraction: null }])).toEqual({ value: 2, mode: 'indeterminate' });
    expect(
      barOf([
        { job: 'build', fraction: 0.5 },
        { job: 'writeStick', fraction: 0.25 },
        { job: 'saveStick', fraction: null },
      ]),
    ).toEqual({ value: 0.375, mode: 'normal' });
  });

  test('takes writing as the first half, and reading back as the second', () => {
    const told = (phase: string, bytes: number) => ({ kind: 'progress', phase, bytes, total: 200 });
    expect(progressAfter(nothingYet, told('write', 100), true).fraction).toBe(0.25);
    expect(progressAfter(nothingYet, told('verify', 100), true).fraction).toBe(0.75);
    expect(progressAfter(nothingYet, told('verify', 100), false).fraction).toBe(0.5);
    const half = progressAfter(nothingYet, told('write', 100), true);
    expect(progressAfter(half, { kind: 'phase', phase: 'flush' }, true)).toBe(half);
    expect(progressAfter(half, { kind: 'progress', phase: 'write', bytes: 1, total: 0 }, true)).toBe(half);
  });

  test('of several sticks is their average, and one that has ended is over', () => {
    const of = (drive: number, bytes: number) => ({
      drive,
      event: { kind: 'progress', phase: 'write', bytes, total: 100 },
    });
    let progress = progressAfter(nothingYet, of(0, 100), true);
    progress = progressAfter(progress, of(1, 50), true);
    expect(progress.fraction).toBe(0.375);
    expect(progressAfter(progress, { drive: 0, outcome: failed(cancelled) }, true).fraction).toBe(0.625);
  });
});

describe('Long jobs', () => {
  test('are counted from their beginning to their end, and short ones never', () => {
    const changes: number[] = [];
    const ends: string[] = [];
    const running = runningJobs({
      changed: (now) => changes.push(now.length),
      ended: (job) => ends.push(job),
    });
    const build = { name: 'build', startedAt: 0 };
    const watch = { name: 'watchDrives', startedAt: 0 };
    for (const run of [watch, build]) running.jobStarted?.(run);
    running.jobTold?.(build, { kind: 'log', line: 'x' });
    running.jobTold?.(build, { kind: 'progress', phase: 'fetch', fraction: 0.5, label: '' });
    expect(running.now()).toEqual([{ job: 'build', fraction: 0.5 }]);
    for (const run of [watch, build]) running.jobEnded?.(run, done(null));
    expect([changes, ends, running.now()]).toEqual([[1, 1, 0], ['build'], []]);
  });

  test('are those that build or touch a stick, also both at once', () => {
    const running = runningJobs({ changed() {}, ended() {} });
    const made = { name: 'makeStick', startedAt: 0 };
    running.jobStarted?.(made);
    running.jobTold?.(made, { kind: 'progress', phase: 'build', fraction: 0.5, label: '' });
    expect(running.now()).toEqual([{ job: 'makeStick', fraction: 0.5 }]);
    const event = { kind: 'progress', phase: 'verify', bytes: 1, total: 2 };
    running.jobTold?.(made, { kind: 'stick', event });
    expect(running.now()).toEqual([{ job: 'makeStick', fraction: 0.75 }]);
  });

  test('keep the computer awake while they run', () => {
    const presence = showPresence(
      () => undefined,
      () => true,
      sayIn('en'),
    );
    presence.changed([{ job: 'build', fraction: null }]);
    presence.changed([{ job: 'build', fraction: 0.5 }]);
    expect(shown.blockers.size).toBe(1);
    presence.changed([]);
    expect(shown.blockers.size).toBe(0);
  });

  test.each([
    ['a success', done(null), 60_000, true, false, ['The image is built.']],
    ['a success, in their language', done(null), 60_000, true, false, ['Das Image ist gebaut.'], 'de'],
    ['a failure', failed(problem('x', 'The disk is full.')), 60_000, true, false, ['The disk is full.']],
    ['nothing that was cancelled', failed(cancelled), 60_000, true, false, []],
    ['nothing that took a moment', done(null), 5000, true, false, []],
    ['nothing while the window is in front', done(null), 60_000, true, true, []],
    ['nothing to whoever wants no notices', done(null), 60_000, false, false, []],
  ])('end with a notice of %s', (_what, outcome, millis, wants, isInFront, bodies, language = 'en') => {
    const window = { isFocused: () => isInFront, flashFrame() {} } as never;
    showPresence(
      () => window,
      () => wants,
      sayIn(language as Language),
    ).ended('build', outcome, millis);
    expect(shown.notices.map(({ body }) => body)).toEqual(bodies);
  });
});

describe('The arguments of a start', () => {
  test('hold files that can be opened, and switches that can not', () => {
    const args = ['--nixpkgs=x.iso', 'a.nixburn.json', '/b/c.ISO', 'notes.txt', '-x.iso', 'package.json'];
    expect(filesIn(args, '/home/me')).toEqual(['/home/me/a.nixburn.json', '/b/c.ISO']);
  });
});

describe('What the desktop shows', () => {
  const sentences = Object.keys(catalogues.de);

  test.each(Object.entries(catalogues))(
    'is there in %s, whole and with nothing left over',
    (_language, all) => {
      expect(Object.keys(all).toSorted()).toEqual(sentences.toSorted());
      expect(Object.values(all).filter((text) => text.trim() === '')).toEqual([]);
    },
  );

  test('is said in the code, every sentence of it', () => {
    const folder = path.join(import.meta.dirname, '../../src/main');
    const files = [path.join(folder, 'electron.ts')];
    for (const name of readdirSync(path.join(folder, 'desktop')))
      if (name.endsWith('.ts')) files.push(path.join(folder, 'desktop', name));
    const code = files.map((file) => readFileSync(file, 'utf8')).join('');
    expect(sentences.filter((sentence) => !code.includes(`'${sentence}'`))).toEqual([]);
  });
});
