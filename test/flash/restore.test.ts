/** An installer stick becomes an ordinary one, what is on a stick becomes a file, and a stick is let go; under the same rules as writing. */
import { chmod, chown, link, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ejectDrive } from '../../src/main/drives/eject.ts';
import { targetDrive } from '../../src/main/drives/list.ts';
import { runJob } from '../../src/main/jobs.ts';
import { restoreStick, saveStick } from '../../src/main/stick/restore.ts';
import type { StickEvent } from '../../src/shared/contract.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { noFaults, plugIn } from './faulty-drive.ts';
import { bytesAt, differsAt, makePartition, mounted, noLoops, run, Traces, untouched } from './loop.ts';
import { makeOrder, sha256Of, WriterRun } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
});
afterEach(() => traces.undoAll());

async function driveAt(place: string) {
  const found = await targetDrive(place);
  if (!found.ok) throw new Error(found.problem.title);
  return found.value;
}

const programs = () => ({ writer: writer.path, node: process.execPath, launcher: null });

async function restore(
  place: string,
  label = 'stick',
): Promise<{ outcome: Outcome<null>; events: StickEvent[] }> {
  const events: StickEvent[] = [];
  const { signal } = new AbortController();
  const job = restoreStick({ drive: await driveAt(place), label, programs: programs() }, signal);
  return { outcome: await runJob(job, signal, (batch) => events.push(...batch)), events };
}

async function save(place: string, file: string) {
  const { signal } = new AbortController();
  return runJob(
    saveStick({ drive: await driveAt(place), file, programs: programs() }, signal),
    signal,
    () => undefined,
  );
}

/** An order as main would give it, for what main would never order. */
async function order(place: string, more: object): Promise<object> {
  const { targets } = await makeOrder('write', path.join(folder, 'loop97.img'), place);
  return { version: 2, targets, ...more };
}

describe.skipIf(noLoops !== null)(`restoring (${noLoops ?? 'real loop devices'})`, () => {
  test('leaves one empty partition that takes files, and nothing of the image', async () => {
    const loop = await traces.loop(96, folder, 100 * mebi, ['-P']);
    const image = await traces.image(folder, 20 * mebi);
    await new WriterRun(writer.path, await makeOrder('write', image, loop.path)).done();
    const { outcome, events } = await restore(loop.path);
    expect(outcome).toEqual({ ok: true, value: null });
    expect(events.filter(({ kind }) => kind === 'phase')).toMatchObject(
      ['check', 'unmount', 'write', 'flush', 'verify', 'finish'].map((phase) => ({ phase })),
    );
    expect(differsAt(await bytesAt(loop.path, 512, mebi - 512), Buffer.alloc(mebi - 512))).toBeNull();
    await run('addpart', [loop.path, '1', '2048', String(99 * 2048)]);
    traces.undoLater(() => run('delpart', [loop.path, '1']).catch(() => undefined));
    await run('/sbin/fsck.vfat', ['-n', `${loop.path}p1`]);
    // mtools read and write FAT without the kernel, which may not know it.
    await writeFile(path.join(folder, 'hello.txt'), 'hello');
    await run('mcopy', ['-i', `${loop.path}p1`, path.join(folder, 'hello.txt'), '::']);
    const { stdout } = await run('mdir', ['-i', `${loop.path}p1`, '::']);
    expect(stdout).toContain('Volume in drive : is STICK');
    expect(stdout).toMatch(/hello\s+txt/);
    const probed = await run('/sbin/blkid', ['--probe', '--output', 'export', `${loop.path}p1`]);
    expect(probed.stdout).toMatch(/^LABEL=STICK$/m);
    expect(probed.stdout).toMatch(/^TYPE=vfat$/m);
  });

  test.each([
    ['too small for that', 20 * mebi, [], 'drive-too-small'],
    ['read-only', 100 * mebi, ['--read-only'], 'drive-read-only'],
  ])('a drive that is %s is refused', async (_, bytes, args, code) => {
    const loop = await traces.loop(96, folder, bytes, args);
    expect((await restore(loop.path)).outcome).toMatchObject({ ok: false, problem: { code } });
    expect(differsAt(await readFile(loop.file), Buffer.alloc(bytes))).toBeNull();
  });

  test('a drive with a place of the system is refused by the job, and by the writer too', async () => {
    const loop = await traces.loop(97, folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/srv/nixburn-flash-restore', untouched);
    await run('sync', []);
    const before = await sha256Of(loop.file);
    expect((await restore(loop.path)).outcome).toMatchObject({ problem: { code: 'drive-holds-system' } });
    const ordered = new WriterRun(writer.path, await order(loop.path, { action: 'restore', label: 'X' }));
    expect(await ordered.problem()).toMatchObject({ code: 'drive-holds-system' });
    expect(await sha256Of(loop.file)).toBe(before);
    expect(await mounted(['/srv/nixburn-flash-restore'])).toHaveLength(1);
  });

  test.each(['', 'ÄÖÜ', 'a name that is too long', '../x', '-x', 'a b'])(
    'a stick can not be called “%s”',
    async (label) => {
      const loop = await traces.loop(96, folder, 40 * mebi);
      expect((await restore(loop.path, label)).outcome).toMatchObject({
        problem: { code: 'label-not-usable' },
      });
    },
  );

  test('a file is no drive', async () => {
    const file = path.join(folder, 'stick.img');
    await writeFile(file, Buffer.alloc(mebi));
    expect((await restore(file)).outcome).toMatchObject({ problem: { code: 'target-is-file' } });
  });
});

describe.skipIf(noFaults !== null)(`restoring (${noFaults ?? 'an emulated drive'})`, () => {
  test('that is broken off leaves no half of a file system', async () => {
    const drive = await plugIn(traces, folder, 98, 64 * mebi);
    drive.bytes.fill(7);
    drive.faults.slow = 100;
    const abort = new AbortController();
    const job = restoreStick(
      { drive: await driveAt(drive.path), label: 'X', programs: programs() },
      abort.signal,
    );
    const outcome = await runJob(job, abort.signal, (batch) => {
      if (batch.some((event) => event.kind === 'phase' && event.phase === 'flush')) abort.abort();
    });
    expect(outcome).toMatchObject({ problem: { code: 'cancelled' } });
    expect(differsAt(drive.bytes.subarray(0, mebi), Buffer.alloc(mebi))).toBeNull();
  });

  test('on a drive that stores wrong bytes is a failure', async () => {
    const drive = await plugIn(traces, folder, 98, 64 * mebi);
    drive.faults.flip = { at: mebi + 3, times: Infinity };
    expect((await restore(drive.path)).outcome).toMatchObject({ problem: { code: 'stick-differs' } });
    expect(differsAt(drive.bytes.subarray(0, mebi), Buffer.alloc(mebi))).toBeNull();
  });
});

describe.skipIf(noLoops !== null)(`saving (${noLoops ?? 'real loop devices'})`, () => {
  test('copies all of a drive, unmounted, and makes no room for what is empty', async () => {
    const loop = await traces.loop(97, folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/media/nixburn-flash-save');
    await writeFile('/media/nixburn-flash-save/hello.txt', 'hello');
    const file = path.join(folder, 'saved.img');
    const saved = await save(loop.path, file);
    expect(saved).toEqual({
      ok: true,
      value: { path: file, bytes: 64 * mebi, sha256: await sha256Of(loop.path) },
    });
    expect(await mounted(['/media/nixburn-flash-save'])).toEqual([]);
    expect(differsAt(await readFile(file), await readFile(loop.file))).toBeNull();
    const { blocks, mode } = await stat(file);
    expect(blocks * 512).toBeLessThan(40 * mebi);
    expect(mode & 0o777).toBe(0o600);
  });

  test('a drive that is locked is saved as well', async () => {
    const source = await traces.image(folder, 5 * mebi + 512);
    const loop = await traces.loopOn(97, source, ['--read-only']);
    const file = path.join(folder, 'saved.img');
    expect(await save(loop.path, file)).toMatchObject({
      ok: true,
      value: { sha256: await sha256Of(source) },
    });
  });

  test('what the system keeps on its disks is not for everybody', async () => {
    const loop = await traces.loop(97, folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/var/nixburn-flash-save', untouched);
    const file = path.join(folder, 'saved.img');
    expect(await save(loop.path, file)).toMatchObject({ problem: { code: 'drive-holds-system' } });
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await writeFile(file, '');
    const ordered = new WriterRun(writer.path, await order(loop.path, { action: 'save', file }));
    expect(await ordered.problem()).toMatchObject({ code: 'drive-holds-system' });
  });

  test('leaves a file that is there already as it is', async () => {
    const loop = await traces.loop(97, folder, 4 * mebi);
    const file = path.join(folder, 'mine');
    await writeFile(file, 'precious');
    expect(await save(loop.path, file)).toMatchObject({ problem: { code: 'file-exists' } });
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect(await save(loop.path, '/nixburn-no-such-folder/x')).toMatchObject({
      problem: { code: 'file-not-made' },
    });
  });

  test('the writer writes into no file but an empty one of whoever asked', async () => {
    const loop = await traces.loop(97, folder, 4 * mebi);
    const at = (name: string) => path.join(folder, name);
    await writeFile(at('full'), 'precious');
    await writeFile(at('linked'), '');
    await link(at('linked'), at('other-name'));
    await mkdir(at('folder'));
    for (const name of ['full', 'linked']) {
      const ordered = new WriterRun(writer.path, await order(loop.path, { action: 'save', file: at(name) }));
      expect(await ordered.problem()).toMatchObject({ code: 'file-not-yours' });
    }
    expect(await readFile(at('full'), 'utf8')).toBe('precious');

    // As pkexec tells the writer who asked.
    await writeFile(at('of-root'), '');
    await writeFile(at('of-asker'), '');
    await chown(at('of-asker'), 12_345, 12_345);
    await chmod(at('of-asker'), 0o600);
    process.env['PKEXEC_UID'] = '12345';
    try {
      const wrong = new WriterRun(
        writer.path,
        await order(loop.path, { action: 'save', file: at('of-root') }),
      );
      expect(await wrong.problem()).toMatchObject({ code: 'file-not-yours' });
      const right = new WriterRun(
        writer.path,
        await order(loop.path, { action: 'save', file: at('of-asker') }),
      );
      expect(await right.done()).toMatchObject({ bytesWritten: 4 * mebi });
    } finally {
      delete process.env['PKEXEC_UID'];
    }
  });
});

describe.skipIf(noLoops !== null)(`ejecting (${noLoops ?? 'real loop devices'})`, () => {
  test('unmounts what is mounted where sticks are', async () => {
    const loop = await traces.loop(97, folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/media/nixburn-flash-eject');
    expect(await ejectDrive(loop.path)).toEqual({ ok: true, value: null });
    expect(await mounted(['/media/nixburn-flash-eject'])).toEqual([]);
  });

  test('leaves what the system needs', async () => {
    const loop = await traces.loop(97, folder, 64 * mebi, ['-P']);
    await traces.mount(await makePartition(loop, traces), '/srv/nixburn-flash-eject');
    expect(await ejectDrive(loop.path)).toMatchObject({ problem: { code: 'drive-holds-system' } });
    expect(await mounted(['/srv/nixburn-flash-eject'])).toHaveLength(1);
  });
});
