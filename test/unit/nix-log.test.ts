/** What is made of Nix's own log: phases, progress and the cause of a failure, on recorded logs and on broken ones. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NixLog } from '../../src/main/build/nix-log.ts';
import type { BuildEvent } from '../../src/shared/contract.ts';
import { counterexampleOf } from '../property/runs.ts';

const folder = path.resolve(import.meta.dirname, '../fixtures/recordings/nix-log');
const names = readdirSync(folder);
const linesOf = (name: string) => readFileSync(path.join(folder, name), 'utf8').trimEnd().split('\n');

/** Everything that a log comes to. */
function follow(lines: string[]) {
  const log = new NixLog();
  const events = lines.flatMap((line) => log.read(line));
  return { log, events };
}

const phasesOf = (events: BuildEvent[]) =>
  events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
const fractionsOf = (events: BuildEvent[]) =>
  events.flatMap((event) => (event.kind === 'progress' && event.fraction !== null ? [event.fraction] : []));
const logOf = (events: BuildEvent[]) => events.flatMap((event) => (event.kind === 'log' ? [event.line] : []));
const neverFalls = (values: number[]) =>
  values.every((value, index) => value >= 0 && value <= 1 && value >= (values[index - 1] ?? 0));

const json = (message: object) => `@nix ${JSON.stringify(message)}`;
const start = (id: number, type: number, fields: unknown[] = [], parent = 0, text = '') =>
  json({ action: 'start', id, type, level: 3, text, parent, fields });
const progress = (id: number, ...fields: number[]) => json({ action: 'result', id, type: 105, fields });
const stop = (id: number) => json({ action: 'stop', id });
// A process id is shifted left by 32, so that neighbours above 2^53 are the same to JSON.parse.
const raised = (line: string) =>
  line.replace(/"(id|parent)":(\d+)/g, (_, key: string, id: string) =>
    id === '0' ? `"${key}":0` : `"${key}":${BigInt(id) + 2n ** 54n}`,
  );
const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const drv = (name: string) => `/nix/store/${'0'.repeat(32)}-${name}.drv`;

describe.each(names.filter((name) => !/failed|control/.test(name)))('The recording %s', (name) => {
  const { log, events } = follow(linesOf(name));

  test('runs through the phases in order', () => {
    const order = ['evaluate', 'fetch', 'build', 'image'];
    const phases = phasesOf(events);
    expect(phases.length).toBeGreaterThan(0);
    expect(phases).toEqual(phases.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(new Set(phases).size).toBe(phases.length);
  });

  test('never lets the bar run backwards', () => {
    expect(neverFalls(fractionsOf(events))).toBe(true);
  });

  test('ends with everything done that was expected', () => {
    const { builds, fetches } = log.counts();
    expect(builds.done).toBe(builds.expected);
    expect(fetches.done).toBe(fetches.expected);
    expect(builds.done + fetches.done).toBeGreaterThan(0);
  });

  test('holds no escape sequence and no control character', () => {
    // oxlint-disable-next-line no-control-regex
    expect(logOf(events).join('')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  });
});

describe('Progress', () => {
  test.each(names.filter((name) => /five-builds|daemon-user|-steps\.|builders/.test(name)))(
    'counts five builds of five, each once: %s',
    (name) => {
      const { log, events } = follow(linesOf(name));
      expect(log.counts().builds).toEqual({ done: 5, expected: 5 });
      // Nobody knows how far the image itself is; before it, at least half was done (2.34 expects one too many by then).
      expect(fractionsOf(events).at(-1)).toBeGreaterThanOrEqual(0.5);
    },
  );

  test('counts the builds of Lix: lix-2.93-composed.jsonl', () => {
    const { log, events } = follow(linesOf('lix-2.93-composed.jsonl'));
    expect(log.counts().builds).toEqual({ done: 3, expected: 3 });
    expect(phasesOf(events)).toEqual(['build', 'image']);
  });

  test('names the derivation that is being built now', () => {
    const { events } = follow(linesOf('nix-2.34-five-builds.jsonl'));
    const labels = events.flatMap((event) => (event.kind === 'progress' ? [event.label] : []));
    const built = labels.filter((label, index) => label !== labels[index - 1] && label !== '');
    for (const name of ['busybox-1.36.1', 'linux-6.12.30', 'nixos-system-attic-26.05', 'nixos-attic.iso'])
      expect(built).toContain(name);
  });

  test('is nobody’s to know while the image is packed', () => {
    const { events } = follow(linesOf('nix-2.8-five-builds.jsonl'));
    const image = events.filter((event) => event.kind === 'progress' && event.phase === 'image');
    expect(image.length).toBeGreaterThan(0);
    expect(image.every((event) => event.kind === 'progress' && event.fraction === null)).toBe(true);
  });

  test('shows downloads by their bytes where Nix knows them', () => {
    const { events } = follow([
      start(1, 102),
      start(2, 103),
      json({ action: 'result', id: 1, type: 106, fields: [101, 1000] }),
      progress(2, 0, 4, 1, 0),
      start(3, 101, ['https://cache.example/nar/x'], 2, "downloading 'https://cache.example/nar/x'"),
      progress(3, 500, 1000, 0, 0),
    ]);
    expect(phasesOf(events)).toEqual(['fetch']);
    expect(fractionsOf(events).at(-1)).toBeCloseTo(0.5);
  });

  test('stays where it was when Nix finds more to do', () => {
    const { events } = follow([
      start(1, 102),
      start(2, 104, [], 0),
      progress(2, 0, 2, 1, 0),
      start(3, 105, [drv('a'), '', 1, 1]),
      progress(2, 1, 2, 1, 0),
      progress(2, 1, 100, 1, 0),
      progress(2, 2, 100, 1, 0),
    ]);
    expect(neverFalls(fractionsOf(events))).toBe(true);
    expect(fractionsOf(events).at(-1)).toBe(0.5);
  });

  test('knows from the first announcement how many builds there will be', () => {
    const { log } = follow([json({ action: 'msg', level: 3, msg: 'these 12 derivations will be built:' })]);
    expect(log.counts().builds).toEqual({ done: 0, expected: 12 });
  });
});

describe('Identifiers', () => {
  test.each(names)('above 2^53 make no difference: %s', (name) => {
    const lines = linesOf(name);
    expect(follow(lines.map(raised)).events).toEqual(follow(lines).events);
    expect(follow(lines.map(raised)).log.counts()).toEqual(follow(lines).log.counts());
  });
});

describe('Lines', () => {
  test('that are not Nix’s are passed on as they are', () => {
    const { events } = follow(['Warning: Permanently added', '', '   ', 'trace: \u001b[31mred\u001b[0m']);
    expect(logOf(events)).toEqual(['Warning: Permanently added', 'trace: red']);
  });

  test('that overwrite themselves leave only what stood there last', () => {
    expect(logOf(follow(['10 %\r50 %\r100 %\r']).events)).toEqual(['100 %']);
  });

  test('of a build carry its name', () => {
    const { events } = follow([
      start(1, 105, [drv('linux-6.12'), '', 1, 1]),
      json({ action: 'result', id: 1, type: 101, fields: ['  CC main.o'] }),
    ]);
    expect(logOf(events)).toEqual(['linux-6.12>   CC main.o']);
  });

  test('that a signal has cut are passed over, wherever it cut them', () => {
    const lines = linesOf('nix-2.34-five-builds.jsonl');
    const whole = lines[40]!;
    for (let at = 0; at < whole.length; at++) {
      const { log, events } = follow([...lines.slice(0, 40), whole.slice(0, at)]);
      expect(neverFalls(fractionsOf(events))).toBe(true);
      expect(log.failure().errors).toEqual([]);
    }
  });

  test('with secrets never come out with them', () => {
    const said = JSON.stringify([
      follow(['psk="correct horse"', json({ action: 'msg', level: 0, msg: 'error: password = tr0ub4dor' })])
        .events,
      follow([json({ action: 'msg', level: 0, msg: 'error: password = tr0ub4dor' })]).log.failure(),
    ]);
    expect(said).not.toContain('correct horse');
    expect(said).not.toContain('tr0ub4dor');
  });

  test('of the evaluation are shown from the level of an information on', () => {
    const { events } = follow([
      json({ action: 'msg', level: 1, msg: 'warning: old' }),
      json({ action: 'msg', level: 3, msg: 'note' }),
      json({ action: 'msg', level: 4, msg: 'chatter' }),
    ]);
    expect(logOf(events)).toEqual(['warning: old', 'note']);
  });
});

describe('A failure', () => {
  test('is what failed first, and not what failed because of it', () => {
    const { errors } = follow(linesOf('nix-2.26-failed-dependency.jsonl')).log.failure();
    expect(errors[0]).toMatch(/^builder for '.*' failed with exit code/);
    expect(errors.slice(1).join('\n')).toMatch(/dependencies of derivation .* failed/);
  });

  test('of Lix is found in the same way', () => {
    const { errors, tail } = follow(linesOf('lix-2.93-composed-failed.jsonl')).log.failure();
    expect(errors[0]).toMatch(/^builder for '.*-linux-6\.12\.30\.drv' failed with exit code 2$/);
    expect(errors).toHaveLength(3);
    expect(tail).toEqual(['  CC main.o', 'make: *** [main.o] Error 1']);
  });

  test.each([
    ["1 dependencies of derivation '/nix/store/x.drv' failed to build"],
    ["build of '/nix/store/x.drv' failed"],
    ["Cannot build '/nix/store/x.drv'.\nReason: 1 dependency failed."],
  ])('is not the consequence, even where Nix says that first: %s', (consequence) => {
    const { errors } = follow([
      json({ action: 'msg', level: 0, msg: `error: ${consequence}` }),
      json({ action: 'msg', level: 0, msg: 'error: the real one' }),
    ]).log.failure();
    expect(errors[0]).toBe('the real one');
  });

  test('comes with the last fifty lines of its own build', () => {
    const lines = [start(1, 105, [drv('a'), '', 1, 1]), start(2, 105, [drv('b'), '', 1, 1])];
    for (let line = 0; line < 120; line++)
      for (const id of [1, 2])
        lines.push(json({ action: 'result', id, type: 101, fields: [`${id}: ${line}`] }));
    lines.push(stop(1), stop(2));
    lines.push(json({ action: 'msg', level: 0, msg: `error: builder for '${drv('a')}' failed` }));
    const { tail } = follow(lines).log.failure();
    expect(tail).toHaveLength(50);
    expect(tail[0]).toBe('1: 70');
    expect(tail.at(-1)).toBe('1: 119');
  });

  test('is never a warning, though Nix gives some the level of an error', () => {
    const { log } = follow(linesOf('nix-2.26-daemon-user.jsonl'));
    expect(log.failure().errors).toEqual([]);
  });

  test('of a Nix that speaks before its logger stands is found too', () => {
    expect(follow(["error: experimental Nix feature 'x' is disabled"]).log.failure().errors).toEqual([
      "experimental Nix feature 'x' is disabled",
    ]);
  });
});

describe('Whatever the lines are', () => {
  const recorded = names.flatMap(linesOf);
  const scalar = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.string(),
    fc.constantFrom(-1, 1e308, 2 ** 53),
  );
  const message = fc.record(
    {
      action: fc.constantFrom('start', 'stop', 'result', 'msg', 'new', ''),
      id: fc.oneof(fc.nat(5), scalar),
      parent: fc.oneof(fc.nat(5), scalar),
      type: fc.oneof(fc.integer({ min: 98, max: 114 }), scalar),
      level: scalar,
      text: scalar,
      msg: fc.oneof(fc.string(), scalar),
      fields: fc.oneof(fc.array(fc.oneof(fc.nat(500), scalar)), scalar),
    },
    { requiredKeys: ['action'] },
  );
  const line = fc.oneof(
    fc.constantFrom(...recorded),
    fc.constantFrom(...recorded).chain((whole) => fc.nat(whole.length).map((at) => whole.slice(0, at))),
    message.map((value) => json(value)),
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `@nix ${text}`),
    fc.constantFrom('@nix null', '@nix []', '@nix {}', '@nix 1', '@nix "x"', '@nix ', '@nix'),
  );

  test('nothing is thrown, the bar never falls, and phases only go forward', () => {
    const property = fc.property(fc.array(line, { maxLength: 80 }), (lines) => {
      const { log, events } = follow(lines);
      const order = ['evaluate', 'fetch', 'build', 'image'];
      const phases = phasesOf(events).map((phase) => order.indexOf(phase));
      const { errors, tail, lines: last } = log.failure();
      return (
        neverFalls(fractionsOf(events)) &&
        phases.every((phase, index) => phase > (phases[index - 1] ?? 0)) &&
        errors.length <= 20 &&
        tail.length <= 50 &&
        last.length <= 200
      );
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test('a flood of lines and of activities that never end takes a bounded amount of memory', () => {
    const log = new NixLog();
    const long = 'x'.repeat(100_000);
    const feed = (from: number, to: number) => {
      for (let id = from; id < to; id++) {
        log.read(start(id, 105, [drv(`package-${id}`), '', 1, 1]));
        log.read(json({ action: 'result', id, type: 101, fields: [`line ${id}`] }));
        if (id % 100 === 0) log.read(json({ action: 'msg', level: 0, msg: `error: ${long}` }));
        if (id % 100 === 0) log.read(long);
      }
    };
    feed(1, 5_000);
    const before = heap();
    feed(5_000, 20_000);
    // What is kept is at most a few megabytes, whatever came; without `--expose-gc` some of the rest is still there.
    expect(heap() - before).toBeLessThan(100e6);
    const failure = log.failure();
    expect(JSON.stringify(failure).length).toBeLessThan(8_000_000);
    expect(log.read(start(1, 102)).length).toBeLessThan(10);
  });
});
