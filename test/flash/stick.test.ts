/** The jobs that the window and the command line run: rules, elevation, events and the receipt, with the real writer. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { targetDrive } from '../../src/main/drives/list.ts';
import { runJob } from '../../src/main/jobs.ts';
import { verifyStick, writeStick, type StickInput } from '../../src/main/stick/write.ts';
import type { Drive, Image, Receipt, StickEvent } from '../../src/shared/contract.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { bytesAt, differsAt, flipByte, noLoops, run, Traces } from './loop.ts';
import { sha256Of } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;

const programsWith = (built: string) => ({ writer: built, node: process.execPath, launcher: null });
let folder: string;
let image: Image;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
  image = await imageOf(12 * mebi);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await traces.undoAll();
});

async function imageOf(bytes: number): Promise<Image> {
  const file = await traces.image(folder, bytes);
  return {
    id: 'x',
    path: file,
    fileName: path.basename(file),
    bytes,
    sha256: await sha256Of(file),
    volumeId: 'NIXOS_TEST',
    bootModes: ['bios', 'uefi'],
    name: 'test',
  };
}

async function driveAt(place: string): Promise<Drive> {
  const found = await targetDrive(place, image.path);
  if (!found.ok) throw new Error(found.problem.title);
  return found.value;
}

interface Ended {
  outcome: Outcome<Receipt>;
  events: StickEvent[];
}

/** Runs the job as the services do; `onEvent` may cancel. */
async function runStick(
  job: typeof writeStick,
  drive: Drive,
  more: Partial<StickInput> = {},
  onEvent: (event: StickEvent, cancel: () => void) => void = () => undefined,
): Promise<Ended> {
  const events: StickEvent[] = [];
  const abort = new AbortController();
  const input = { image, drive, programs: programsWith(writer.path), version: '0.1.0', ...more };
  const outcome = await runJob(job(input, abort.signal), abort.signal, (batch) => {
    for (const event of batch) {
      events.push(event);
      onEvent(event, () => abort.abort());
    }
  });
  return { outcome, events };
}

function codeOf({ outcome }: Ended): string {
  return outcome.ok ? 'ok' : outcome.problem.code;
}

describe('a practice stick', () => {
  test('is written and verified, with a receipt for each', async () => {
    const place = path.join(folder, 'stick.img');
    const writing = await runStick(writeStick, await driveAt(place));
    expect(writing.outcome).toMatchObject({
      ok: true,
      value: {
        schema: 1,
        action: 'write',
        image: {
          fileName: image.fileName,
          bytes: 12 * mebi,
          sha256: image.sha256,
          volumeId: 'NIXOS_TEST',
          name: 'test',
        },
        drive: { path: place, bus: 'file', bytes: 12 * mebi },
        bytesWritten: 12 * mebi,
        bytesVerified: 12 * mebi,
        repairs: 0,
        version: '0.1.0',
      },
    });
    expect(writing.events[0]).toEqual({ kind: 'phase', phase: 'check' });
    expect(differsAt(await readFile(place), await readFile(image.path))).toBeNull();

    const verifying = await runStick(verifyStick, await driveAt(place));
    expect(verifying.outcome).toMatchObject({ ok: true, value: { action: 'verify', bytesWritten: 0 } });
    await flipByte(place, 777);
    const broken = await runStick(verifyStick, await driveAt(place));
    expect(codeOf(broken)).toBe('stick-differs');
  });

  test('that is the image itself is refused before anything is started', async () => {
    const ended = await runStick(writeStick, await driveAt(image.path), {
      programs: programsWith('/nowhere'),
    });
    expect(codeOf(ended)).toBe('drive-holds-image');
    expect(ended.events).toEqual([]);
  });

  test('whose writer dies is a failure at once, with what it said last', async () => {
    const dying = path.join(folder, 'dying.mjs');
    await writeFile(dying, "console.error('out of luck'); process.kill(process.pid, 'SIGKILL');");
    const begun = performance.now();
    const ended = await runStick(writeStick, await driveAt(path.join(folder, 'stick.img')), {
      programs: programsWith(dying),
    });
    expect(codeOf(ended)).toBe('writer-died');
    expect(ended.outcome).toMatchObject({
      problem: { raw: expect.stringContaining('out of luck') as string },
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('that is cancelled leaves no writer and nothing that boots', async () => {
    image = await imageOf(300 * mebi);
    const place = path.join(folder, 'stick.img');
    let cancelledAt = 0;
    const ended = await runStick(writeStick, await driveAt(place), {}, (event, cancel) => {
      if (event.kind !== 'progress' || cancelledAt > 0) return;
      cancelledAt = performance.now();
      cancel();
    });
    expect(performance.now() - cancelledAt).toBeLessThan(10_000);
    expect(codeOf(ended)).toBe('cancelled');
    expect(differsAt(await bytesAt(place, 0, mebi), Buffer.alloc(mebi))).toBeNull();
    expect(await isWriterRunning()).toBe(false);
  });

  test('of a job that is dropped in the middle leaves no writer either', async () => {
    image = await imageOf(300 * mebi);
    const drive = await driveAt(path.join(folder, 'stick.img'));
    const input = { image, drive, programs: programsWith(writer.path), version: '0.1.0' };
    const job = writeStick(input, new AbortController().signal);
    await job.next();
    await job.return({ ok: false, problem: { code: 'x', title: '', detail: '', remedy: '', raw: '' } });
    await vi.waitFor(async () => expect(await isWriterRunning()).toBe(false), { timeout: 5000 });
  });
});

describe.skipIf(noLoops !== null)(`a drive (${noLoops ?? 'a real loop device'})`, () => {
  test('is written and verified', async () => {
    const loop = await traces.loop(75, folder, 16 * mebi);
    const writing = await runStick(writeStick, await driveAt(loop.path));
    expect(writing.outcome).toMatchObject({ ok: true, value: { drive: { path: loop.path, bus: 'loop' } } });
    expect(differsAt(await bytesAt(loop.path, 0, 12 * mebi), await readFile(image.path))).toBeNull();
    expect(codeOf(await runStick(verifyStick, await driveAt(loop.path)))).toBe('ok');
  });

  test('that another one replaced is not written', async () => {
    const loop = await traces.loop(75, folder, 16 * mebi);
    const chosen = await driveAt(loop.path);
    await run('losetup', ['-d', loop.path]);
    await run('losetup', [loop.path, loop.file]);
    expect(codeOf(await runStick(writeStick, chosen))).toBe('drive-changed');
  });

  test('that breaks a rule is refused before anybody is asked for a password', async () => {
    const loop = await traces.loop(75, folder, mebi);
    const ended = await runStick(writeStick, await driveAt(loop.path), {
      programs: programsWith('/nowhere'),
    });
    expect(codeOf(ended)).toBe('drive-too-small');
  });
});

/** Whether there is a writer that this process started. */
async function isWriterRunning(): Promise<boolean> {
  const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'args']);
  return stdout.includes(writer.path);
}

/** Puts a pkexec on PATH. */
async function pkexec(script: string): Promise<void> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'pkexec'), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, 'pkexec'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
}

/** pkexec is played by a script: the real one needs a desktop with an agent, and its answers are exit statuses. */
describe.skipIf(noLoops !== null)(`without the rights (${noLoops ?? 'as an ordinary user'})`, () => {
  let drive: Drive;

  beforeEach(async () => {
    const loop = await traces.loop(76, folder, 16 * mebi);
    drive = await driveAt(loop.path);
    // The command line of an ordinary user: only the decision whether to elevate looks at this.
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
  });

  test('the writer is started through pkexec with absolute paths and an empty environment', async () => {
    await pkexec('case "$1$2" in /*/*) exec env -i "$@";; esac; exit 1');
    const ended = await runStick(writeStick, drive);
    expect(codeOf(ended)).toBe('ok');
    expect(differsAt(await bytesAt(drive.path, 0, 12 * mebi), await readFile(image.path))).toBeNull();
  });

  test.each([
    [126, 'elevation-dismissed'],
    [127, 'elevation-refused'],
    [1, 'writer-died'],
  ])('pkexec ending with %i is told as %s', async (status, code) => {
    await pkexec(`echo 'Error executing command as another user: Not authorized' >&2; exit ${status}`);
    const ended = await runStick(writeStick, drive);
    expect(codeOf(ended)).toBe(code);
    expect(ended.outcome).toMatchObject({
      problem: { raw: expect.stringContaining('Not authorized') as string },
    });
  });

  test('a packed app asks under the name of its launcher, and tells it how many threads a drive needs', async () => {
    const launcher = path.join(folder, 'nixburn-writer');
    await writeFile(launcher, `#!/bin/sh\nUV_THREADPOOL_SIZE=$1 exec ${process.execPath} ${writer.path}\n`, {
      mode: 0o755,
    });
    await pkexec(`[ "$#" = 2 ] && [ "$1" = ${launcher} ] && [ "$2" -ge 8 ] && exec env -i "$@"; exit 1`);
    const packed = { ...programsWith(writer.path), launcher };
    expect(codeOf(await runStick(writeStick, drive, { programs: packed }))).toBe('ok');
  });

  test('a password that is being typed can be cancelled', async () => {
    const started = path.join(folder, 'started');
    await pkexec(`touch ${started}; exec sleep 60`);
    const abort = new AbortController();
    const input = { image, drive, programs: programsWith(writer.path), version: '0.1.0' };
    const job = runJob(writeStick(input, abort.signal), abort.signal, () => undefined);
    await vi.waitFor(() => readFile(started), { timeout: 10_000 });
    const begun = performance.now();
    abort.abort();
    expect(await job).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('a system without pkexec is told in words', async () => {
    vi.stubEnv('PATH', folder);
    expect(codeOf(await runStick(writeStick, drive))).toBe('elevation-missing');
  });

  test('a file needs no rights', async () => {
    vi.stubEnv('PATH', folder);
    const ended = await runStick(writeStick, await driveAt(path.join(folder, 'stick.img')));
    expect(codeOf(ended)).toBe('ok');
  });
});
