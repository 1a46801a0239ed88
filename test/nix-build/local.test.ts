/** Building on this computer with the real Nix: what comes out, what goes wrong, and that nothing stays behind. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildImage, type BuildInput } from '../../src/main/build/build.ts';
import { localBuilder } from '../../src/main/build/here.ts';
import { expectedDurations } from '../../src/main/build/history.ts';
import type { BuildEvent } from '../../src/shared/contract.ts';
import { derivation, nixEnv, processesIn, processesWith, run, uniqueSleep, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
afterAll(() => workshop.remove());

// Of its own: other tests build at the same time.
process.env['TMPDIR'] = workshop.at('tmp');
mkdirSync(tmpdir());

let out: string;
/** The folders in which builds keep their links. */
const links = () => readdirSync(tmpdir()).filter((name) => /^nixburn-[A-Za-z0-9]{6}$/.test(name));
beforeEach(async () => {
  const folder = workshop.at(`out-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  out = path.join(folder, 'attic.iso');
});
afterEach(() => {
  expect(links()).toEqual([]);
});

const never = new AbortController().signal;
const builder = (env: Record<string, string> = {}) => localBuilder({ env: { ...nixEnv, ...env } });
const inputOf = (flakeDir: string, more: Partial<BuildInput> = {}): BuildInput => ({
  flakeDir,
  fileName: 'attic.iso',
  out,
  builder: builder(),
  name: 'attic',
  ...more,
});
const build = (flakeDir: string, more: Partial<BuildInput> = {}) =>
  run(buildImage(inputOf(flakeDir, more), never));
const filesBeside = () => readdir(path.dirname(out));
const logOf = (events: BuildEvent[]) =>
  events.flatMap((event) => (event.kind === 'log' ? [event.line] : [])).join('\n');
const codeOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;

describe('A build that succeeds', () => {
  test('leaves the whole image where it should be, known by its checksum, and nothing else', async () => {
    const { events, outcome } = await build(await workshop.scripted());
    const image = await readFile(workshop.at('x.iso'));
    const sha256 = createHash('sha256').update(image).digest('hex');
    expect(outcome).toEqual({
      ok: true,
      value: {
        id: sha256,
        path: out,
        fileName: 'attic.iso',
        bytes: image.length,
        sha256,
        volumeId: 'NIXOS_TINY',
        bootModes: [],
        name: 'attic',
      },
    });
    expect((await readFile(out)).equals(image)).toBe(true);
    expect(await filesBeside()).toEqual(['attic.iso']);
    // Its owner may change and remove it, though files in the Nix store are read-only.
    expect((await stat(out)).mode & 0o200).toBe(0o200);
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases[0]).toBe('evaluate');
    expect(phases.at(-1)).toBe('copy');
    const fractions = events.flatMap((event) => (event.kind === 'progress' ? [event.fraction ?? 0] : []));
    expect(fractions.at(-1)).toBe(1);
  });

  test('replaces an image that was there before', async () => {
    await writeFile(out, 'old');
    const { outcome } = await build(await workshop.scripted());
    expect(outcome.ok).toBe(true);
    expect((await stat(out)).size).toBe((await stat(workshop.at('x.iso'))).size);
  });

  test('needs no flakes in the settings of Nix, and no odd folder name disturbs it', async () => {
    const odd = workshop.at("an odd #folder?name'$x é");
    await mkdir(odd, { recursive: true });
    execFileSync('cp', ['-r', `${await workshop.scripted()}/.`, odd]);
    const { outcome } = await build(odd);
    expect(outcome.ok).toBe(true);
  });

  test('keeps its log, teaches how long it takes, and is fast when nothing has changed', async () => {
    const flakeDir = await workshop.scripted('echo one; echo two; cp $iso $out/iso/a.iso');
    const history = { file: workshop.at('history.json'), kind: `kind ${out}` };
    const logs = workshop.at(`logs-${randomBytes(4).toString('hex')}`);
    expect((await build(flakeDir, { history, logs })).outcome.ok).toBe(true);
    const [name = ''] = await readdir(logs);
    expect(await readFile(path.join(logs, name), 'utf8')).toMatch(/nixos-tiny\.iso> one\n.*two\n/);
    const learnt = await expectedDurations(history.file, history.kind);
    expect(learnt?.evaluate).toBeGreaterThan(0);
    expect(learnt?.image).toBeGreaterThan(0);

    const again = await build(flakeDir, { history, logs });
    expect(again.outcome.ok).toBe(true);
    expect(logOf(again.events)).not.toContain('> one');
    // It took next to nothing, and that must not be learnt.
    expect(await expectedDurations(history.file, history.kind)).toEqual(learnt);
    const known = again.events.filter(
      (event) => event.kind === 'progress' && event.remainingMillis !== undefined,
    );
    expect(known.length).toBeGreaterThan(0);
  });

  test('keeps the image from the garbage collector until it has been copied', async () => {
    const { outcome } = await run(builder().build(await workshop.scripted(), never));
    if (!outcome.ok) throw new Error(outcome.problem.raw);
    const [folder = ''] = links();
    const link = path.join(tmpdir(), folder, 'result');
    const store = execFileSync('readlink', [link], { encoding: 'utf8' }).trim();
    const remove = () =>
      execFileSync('nix-store', ['--delete', store], { env: { ...process.env, ...nixEnv }, stdio: 'pipe' });
    expect(remove).toThrow(/still alive|roots/);
    const copied = outcome.value.copyTo(out, never);
    let last = 0;
    for (let next = await copied.next(); !next.done; next = await copied.next()) last = next.value;
    expect(last).toBe(outcome.value.bytes);
    await outcome.value.release();
    expect(remove).not.toThrow();
  });

  test('can be taken as a stream, in place of a file', async () => {
    const { outcome } = await run(builder().build(await workshop.scripted(), never));
    if (!outcome.ok) throw new Error(outcome.problem.raw);
    const stream = outcome.value.stream(never);
    const hash = createHash('sha256');
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) hash.update(next.value);
    await outcome.value.release();
    const sha256 = createHash('sha256')
      .update(await readFile(workshop.at('x.iso')))
      .digest('hex');
    expect(next.value).toEqual({ bytes: outcome.value.bytes, sha256 });
    expect(hash.digest('hex')).toBe(sha256);
  });
});

describe('A build that fails is a problem with words:', () => {
  const failing: [what: string, expression: () => string, code: string][] = [
    ['a builder that fails', () => derivation('echo no rule to make target; exit 2'), 'build-failed'],
    ['a package that does not exist', () => 'let pkgs = { vim = 1; }; in pkgs.vmi', 'attribute-missing'],
    ['a typing mistake', () => '[ 1 2', 'syntax-error'],
    ['no image in the result', () => derivation('echo nothing'), 'no-image'],
    ['two images', () => derivation('cp $iso $out/iso/a.iso; cp $iso $out/iso/b.iso'), 'no-image'],
    ['an image that is none', () => derivation('echo hello > $out/iso/a.iso'), 'image-not-iso'],
    ['another processor', () => derivation('true').replace('x86_64', 'riscv64'), 'system-mismatch'],
  ];
  test.each(failing)('%s', async (_what, expression, code) => {
    const { outcome } = await build(await workshop.flake(expression()));
    expect(codeOf(outcome)).toBe(code);
    expect(await filesBeside()).toEqual([]);
  });

  test('the log of the builder is in the technical details, and the whole log in a file', async () => {
    const logs = workshop.at(`logs-${randomBytes(4).toString('hex')}`);
    const { events, outcome } = await build(await workshop.scripted('echo no rule to make target; exit 2'), {
      logs,
    });
    expect(outcome).toMatchObject({
      ok: false,
      problem: { raw: expect.stringContaining('no rule to make') as string },
    });
    const [name = ''] = await readdir(logs);
    expect(events.at(-1)).toEqual({ kind: 'note', text: `The whole log is in ${path.join(logs, name)}` });
  });

  test('an image that was there before stays', async () => {
    await writeFile(out, 'old');
    await build(await workshop.scripted('exit 1'));
    expect(await readFile(out, 'utf8')).toBe('old');
  });

  test('Nix that is killed', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(`echo started; sleep ${sleep}`);
    const { outcome } = await run(buildImage(inputOf(flakeDir), never), (event) => {
      if (event.kind !== 'log' || !event.line.endsWith('> started')) return;
      for (const pid of processesIn(flakeDir)) process.kill(pid, 'SIGKILL');
    });
    expect(codeOf(outcome)).toBe('nix-killed');
    expect(await filesBeside()).toEqual([]);
    for (const pid of processesWith(`sleep ${sleep}`)) process.kill(pid, 'SIGKILL');
  });

  test('no Nix on this computer', async () => {
    const { outcome } = await build(await workshop.scripted(), {
      builder: builder({ PATH: '/nonexistent' }),
    });
    expect(codeOf(outcome)).toBe('nix-missing');
  });

  test('places where no image can go', async () => {
    const flakeDir = await workshop.scripted();
    const folder = path.dirname(out);
    const refused = async (place: string) => codeOf((await build(flakeDir, { out: place })).outcome);
    expect(await refused(path.join(folder, 'no/such/attic.iso'))).toBe('target-folder-missing');
    expect(await refused(folder)).toBe('target-is-folder');
    expect(await refused('/dev/null')).toBe('target-not-file');
  });

  test('a folder for temporary files that is gone', async () => {
    const flakeDir = await workshop.scripted();
    vi.stubEnv('TMPDIR', workshop.at('gone'));
    const { outcome } = await build(flakeDir);
    vi.unstubAllEnvs();
    expect(outcome).toMatchObject({ problem: { code: 'temporary-folder', detail: workshop.at('gone') } });
  });

  test('a disk that is too small', async () => {
    const small = workshop.at('small');
    mkdirSync(small, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'nixburn-test', small]);
    try {
      const { outcome } = await build(await workshop.scripted(), { out: path.join(small, 'attic.iso') });
      expect(codeOf(outcome)).toBe('target-full');
      expect(await readdir(small)).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

/** Builds until `when` says so, cancels, and says how long the end took. */
async function cancelled(flakeDir: string, when: (event: BuildEvent) => boolean) {
  const stop = new AbortController();
  let since = 0;
  const { outcome } = await run(buildImage(inputOf(flakeDir), stop.signal), (event) => {
    if (stop.signal.aborted || !when(event)) return;
    since = performance.now();
    stop.abort();
  });
  return { outcome, millis: performance.now() - since };
}

describe('Cancelled,', () => {
  test('a build ends with everything that it started, also what ran away from it', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(
      `setsid sleep ${sleep} & (trap "" INT TERM HUP; sleep ${sleep}) & echo started; sleep ${sleep}`,
    );
    const { outcome, millis } = await cancelled(
      flakeDir,
      (event) => event.kind === 'log' && event.line.endsWith('> started'),
    );
    expect(codeOf(outcome)).toBe('cancelled');
    expect(millis).toBeLessThan(5_000);
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
    expect(processesIn(flakeDir)).toEqual([]);
    expect(await filesBeside()).toEqual([]);
  });

  test('an evaluation ends too', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const flakeDir = await workshop.flake(
      `builtins.readFile (builtins.fetchurl { url = "http://127.0.0.1:${port}/x"; sha256 = "${'0'.repeat(52)}"; })`,
    );
    const stop = new AbortController();
    let since = 0;
    server.once('connection', () => {
      since = performance.now();
      stop.abort();
    });
    const { outcome } = await run(buildImage(inputOf(flakeDir), stop.signal));
    server.close();
    expect(codeOf(outcome)).toBe('cancelled');
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(processesIn(flakeDir)).toEqual([]);
  });

  test('a copy leaves no half of an image', async () => {
    const { outcome } = await cancelled(
      await workshop.scripted(),
      (event) => event.kind === 'progress' && event.phase === 'copy' && (event.fraction ?? 0) < 1,
    );
    expect(codeOf(outcome)).toBe('cancelled');
    expect(await filesBeside()).toEqual([]);
  });

  test('before it began, nothing begins', async () => {
    const { outcome } = await run(buildImage(inputOf(await workshop.scripted()), AbortSignal.abort()));
    expect(codeOf(outcome)).toBe('cancelled');
  });

  test('it goes on next time from what the store has', async () => {
    const sleep = uniqueSleep();
    const first = derivation('echo first is built; cp $iso $out/iso/a.iso');
    const file = workshop.at(`go-${sleep}`);
    const second = derivation(
      `echo second; until [ -e ${file} ]; do sleep ${sleep}; done; cp $first/iso/a.iso $out/iso/`,
    );
    const flakeDir = await workshop.flake(
      `let first = ${first}; in derivation (builtins.removeAttrs (${second}).drvAttrs [ ] // { inherit first; name = "nixos-second.iso"; })`,
    );
    await cancelled(flakeDir, (event) => event.kind === 'log' && event.line.endsWith('> second'));
    await writeFile(file, '');
    const { events, outcome } = await build(flakeDir);
    expect(outcome.ok).toBe(true);
    expect(logOf(events)).not.toContain('first is built');
    expect(logOf(events)).toContain('> second');
  });

  test('also where nobody asks for the next event any more', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(`echo started; sleep ${sleep}`);
    for await (const event of buildImage(inputOf(flakeDir), never))
      if (event.kind === 'log' && event.line.endsWith('> started')) break;
    expect(processesWith(`sleep ${sleep}`)).toEqual([]);
    expect(processesIn(flakeDir)).toEqual([]);
  });
});

test('A burst of 200,000 lines neither fills the memory nor the disk', async () => {
  const logs = workshop.at(`logs-${randomBytes(4).toString('hex')}`);
  const flakeDir = await workshop.scripted(
    'seq -f "line %.0f of a builder that says far too much about itself" 1 200000; cp $iso $out/iso/a.iso',
  );
  let lines = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  const job = buildImage(inputOf(flakeDir, { logs }), never);
  let next = await job.next();
  for (; !next.done; next = await job.next()) {
    if (next.value.kind === 'log' && next.value.line.includes('line ')) lines += 1;
    if (lines % 5_000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
  }
  expect(next.value.ok).toBe(true);
  expect(lines).toBeGreaterThanOrEqual(200_000);
  expect(most).toBeLessThan(200e6);
  let bytes = 0;
  for (const name of await readdir(logs)) bytes += (await stat(path.join(logs, name))).size;
  expect(bytes).toBeLessThan(17e6);
  expect(bytes).toBeGreaterThan(7e6);
});
