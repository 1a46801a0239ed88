/** One bar for a whole build, the time that is left, and the logs: what is learnt, shown and kept. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { expectedDurations, rememberDurations } from '../../src/main/build/history.ts';
import { openLog } from '../../src/main/build/log-file.ts';
import { Pace, type Durations } from '../../src/main/build/pace.ts';
import { ticking } from '../../src/main/build/ticking.ts';
import type { BuildPhase } from '../../src/shared/contract.ts';
import { counterexampleOf } from '../property/runs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-progress-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const phases: BuildPhase[] = ['flake', 'evaluate', 'fetch', 'build', 'image', 'copy'];
const earlier: Durations = { evaluate: 10_000, make: 60_000, image: 120_000, copy: 10_000 };

describe('The bar', () => {
  test('is one for the whole build, weighed by what earlier builds took', () => {
    const pace = new Pace(earlier, 0);
    expect(pace.at('evaluate', null, 5_000).fraction).toBeCloseTo(5 / 200);
    expect(pace.at('fetch', 0, 10_000).fraction).toBeCloseTo(10 / 200);
    expect(pace.at('build', 0.5, 40_000).fraction).toBeCloseTo(40 / 200);
    expect(pace.at('image', null, 70_000).fraction).toBeCloseTo(70 / 200);
    expect(pace.at('image', null, 130_000).fraction).toBeCloseTo(130 / 200);
    expect(pace.at('copy', 0.5, 195_000).fraction).toBeCloseTo(195 / 200);
    expect(pace.at('copy', 1, 200_000)).toEqual({ fraction: 1, remainingMillis: 0 });
  });

  test('says nothing where nobody can know, and goes on after that', () => {
    const pace = new Pace(null, 0);
    expect(pace.at('evaluate', null, 5_000)).toEqual({ fraction: null, remainingMillis: null });
    expect(pace.at('build', 0.5, 9_000).fraction).toBeGreaterThan(0.1);
    expect(pace.at('image', null, 12_000).fraction).toBeNull();
    expect(pace.at('copy', 1, 20_000)).toEqual({ fraction: 1, remainingMillis: null });
  });

  test('waits where something takes longer than ever before', () => {
    const pace = new Pace(earlier, 0);
    const early = pace.at('image', null, 10_000).fraction ?? 0;
    const late = pace.at('image', null, 10_000_000).fraction ?? 0;
    expect(late).toBeGreaterThan(early);
    expect(late).toBeLessThan(190 / 200);
    expect(pace.at('image', null, 20_000_000).fraction).toBe(late);
  });

  test('knows how long it will still take, the better the further it is', () => {
    const pace = new Pace(earlier, 0);
    expect(pace.at('evaluate', null, 0).remainingMillis).toBe(200_000);
    expect(pace.at('fetch', 0, 10_000).remainingMillis).toBe(190_000);
    // Half of it took twice as long as it should have: so will the other half, more or less.
    const { remainingMillis } = pace.at('build', 0.5, 70_000);
    expect(remainingMillis).toBeGreaterThan(130_000 + 30_000);
    expect(remainingMillis).toBeLessThanOrEqual(130_000 + 60_000);
  });

  test('measures what the next build will learn', () => {
    const pace = new Pace(null, 1_000);
    pace.at('evaluate', null, 2_000);
    pace.at('fetch', 0.1, 4_000);
    pace.at('build', 0.9, 9_000);
    pace.at('image', null, 11_000);
    pace.at('copy', 0, 20_000);
    expect(pace.durations(21_000)).toEqual({ evaluate: 3_000, make: 7_000, image: 9_000, copy: 1_000 });
  });

  test('never runs backwards and stays between nothing and all, whatever it is told', () => {
    const time = fc.record({
      evaluate: fc.nat(1e6),
      make: fc.nat(1e6),
      image: fc.nat(1e6),
      copy: fc.nat(1e6),
    });
    const step = fc.record({
      phase: fc.constantFrom(...phases),
      within: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      later: fc.nat(100_000),
    });
    const property = fc.property(fc.option(time), fc.array(step, { maxLength: 40 }), (learnt, steps) => {
      const pace = new Pace(learnt, 0);
      let now = 0;
      let last = 0;
      return steps.every(({ phase, within, later }) => {
        now += later;
        const { fraction, remainingMillis } = pace.at(phase, within, now);
        const fine = fraction === null || (fraction >= last && fraction <= 1);
        last = fraction ?? last;
        return (
          fine && (remainingMillis === null || (remainingMillis >= 0 && Number.isFinite(remainingMillis)))
        );
      });
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});

describe('What builds took', () => {
  const build = (scale: number): Durations => ({
    evaluate: scale,
    make: 2 * scale,
    image: 3 * scale,
    copy: scale,
  });

  test('is learnt for each kind on its own, as the median of the last five', async () => {
    const file = path.join(folder, 'new/builds.json');
    expect(await expectedDurations(file, 'a')).toBeNull();
    for (const scale of [1000, 9000, 10, 20, 30, 40, 5000]) await rememberDurations(file, 'a', build(scale));
    await rememberDurations(file, 'b', build(7));
    expect(await expectedDurations(file, 'a')).toEqual(build(30));
    expect(await expectedDurations(file, 'b')).toEqual(build(7));
  });

  test('stays a small file, with the kinds that were used last', async () => {
    const file = path.join(folder, 'many.json');
    for (let kind = 0; kind < 60; kind++) await rememberDurations(file, `kind ${kind}`, build(kind));
    expect((await stat(file)).size).toBeLessThan(10_000);
    expect(await expectedDurations(file, 'kind 59')).not.toBeNull();
    expect(await expectedDurations(file, 'kind 0')).toBeNull();
  });

  test.each(['', '{', '{"kinds":{"a":[{"evaluate":-1}]}}', '[]', '{"kinds":{"a":"x"}}'])(
    'is forgotten where the file makes no sense: %j',
    async (text) => {
      const file = path.join(folder, 'odd.json');
      await writeFile(file, text);
      expect(await expectedDurations(file, 'a')).toBeNull();
      await rememberDurations(file, 'a', build(1));
      expect(await expectedDurations(file, 'a')).toEqual(build(1));
    },
  );
});

describe('A log', () => {
  const now = new Date('2026-07-01T12:00:00Z');

  test('holds every line, for its owner alone', async () => {
    const logs = path.join(folder, 'logs-1');
    const log = await openLog(logs, 'nixos attic/../x.iso', now);
    log?.write('one');
    log?.write('zwei é');
    log?.close();
    const [name = ''] = await readdir(logs);
    expect(name).toBe('2026-07-01T12-00-00-000Z-nixos_attic_.._x.iso.log');
    expect(readFileSync(path.join(logs, name), 'utf8')).toBe('one\nzwei é\n');
    expect((await stat(path.join(logs, name))).mode & 0o777).toBe(0o600);
  });

  test('that grows keeps its end and at most twice its half', async () => {
    const logs = path.join(folder, 'logs-2');
    const log = await openLog(logs, 'a', now);
    const line = 'x'.repeat(999);
    for (let count = 0; count < 30_000; count++) log?.write(`${String(count).padStart(6, '0')}${line}`);
    log?.close();
    const names = (await readdir(logs)).toSorted();
    expect(names).toHaveLength(2);
    const [newer = '', older = ''] = names.map((name) => readFileSync(path.join(logs, name), 'utf8'));
    expect(newer.length + older.length).toBeLessThan(17e6);
    expect(newer).toMatch(/029999x+\n$/);
    // No line is lost between the two.
    const lastOlder = Number(older.slice(-1006, -1000));
    expect(Number(newer.slice(0, 6))).toBe(lastOlder + 1);
  });

  test('pushes out the oldest of ten, and none that is being written now', async () => {
    const logs = path.join(folder, 'logs-3');
    await mkdir(logs);
    for (let day = 10; day < 25; day++) {
      const file = path.join(logs, `2026-06-${day}T00-00-00-000Z-a.log`);
      await writeFile(file, 'x');
      if (day > 10) await utimes(file, new Date(0), new Date(0));
    }
    (await openLog(logs, 'a', now))?.close();
    const names = (await readdir(logs)).toSorted();
    expect(names).toHaveLength(11);
    expect(names[0]).toMatch(/^2026-06-10/);
  });

  test('that can not be kept stops nothing', async () => {
    await writeFile(path.join(folder, 'file'), '');
    expect(await openLog(path.join(folder, 'file/logs'), 'a', now)).toBeNull();
  });
});

describe('A stream with ticks', () => {
  test('ticks while nothing comes, and loses nothing', async () => {
    let release: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (release = resolve));
    async function* source(): AsyncGenerator<number, string, void> {
      yield 1;
      await waiting;
      yield 2;
      return 'end';
    }
    const seen: (number | 'tick')[] = [];
    const steps = ticking(source(), 5, () => undefined);
    let next = await steps.next();
    for (; !next.done; next = await steps.next()) {
      seen.push(next.value);
      if (seen.filter((one) => one === 'tick').length === 2) release();
    }
    expect(next.value).toBe('end');
    expect(seen.filter((one) => one !== 'tick')).toEqual([1, 2]);
    expect(seen.indexOf('tick')).toBe(1);
  });

  test('that nobody listens to any more ends what it listens to', async () => {
    let ended = false;
    const stop = new AbortController();
    async function* source(): AsyncGenerator<number, void, void> {
      try {
        yield 1;
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
      } finally {
        ended = true;
      }
    }
    for await (const one of ticking(source(), 5, () => stop.abort())) if (one === 'tick') break;
    expect(ended).toBe(true);
  });

  test('passes on an error', async () => {
    // oxlint-disable-next-line require-yield
    async function* source(): AsyncGenerator<number, void, void> {
      throw new Error('broken');
    }
    await expect(ticking(source(), 5, () => undefined).next()).rejects.toThrow('broken');
  });
});
