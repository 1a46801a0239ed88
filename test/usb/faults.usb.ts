/**
 * Everything that befalls USB sticks, done to Nixburn in an emulated computer: after each fault there is the right sentence
 * and exit status within ten seconds, no success that is none, and no stick that half-boots. Run by `npm run test:usb`.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Drive, StickPhase } from '../../src/shared/contract.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { boots, makeBootableImage, type Firmware } from './rig/boot-attempt.ts';
import { seededRandom } from './rig/random.ts';
import { noRig, Rig, type GuestRun } from './rig/rig.ts';
import type { Stick, StickOptions } from './rig/stick.ts';

const mebi = 1024 * 1024;
const stickBytes = 48 * mebi;
const seed = Number(process.env['NIXBURN_RIG_SEED'] ?? Date.now() % 1_000_000);
const random = seededRandom(seed);
let folder: string;
let image: string;
let wanted: Buffer;
let rig: Rig;
let inUse: Stick[] = [];
let count = 0;

beforeAll(async () => {
  if (noRig !== null) throw new Error(noRig);
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-rig-long-'));
  image = await makeBootableImage(folder, 11);
  wanted = await readFile(image);
  rig = await Rig.start();
});
afterEach(async () => {
  for (const stick of inUse.splice(0)) await rig.pull(stick);
});
afterAll(async () => {
  await rig?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** A new stick in a port of its own. */
async function plugged(more: Partial<StickOptions> = {}): Promise<{ stick: Stick; node: string }> {
  count += 1;
  const stick = await rig.stick({ bytes: stickBytes, serial: `RIG${count}`, ...more });
  inUse.push(stick);
  return { stick, node: await rig.plugAndSettle(stick, inUse.length) };
}

function write(...nodes: string[]): GuestRun {
  return rig.nixburn('write', image, '--to', ...nodes, '--yes', '--json');
}

function reached(run: GuestRun, phase: StickPhase): Promise<unknown> {
  return run.event((event) => event['kind'] === 'phase' && event['phase'] === phase);
}

/** How a run ended: its exit status, the problem of its last line, and how long after `fault` that was, in ms. */
async function end(run: GuestRun, fault = 0) {
  const { exit, host } = await run.ended;
  const last = run.events.at(-1) ?? {};
  const problem = last['problem'] as Problem | undefined;
  return {
    exit,
    code: problem?.code ?? String(last['kind']),
    problem,
    millis: host - fault,
    said: run.said(),
  };
}

/** Checks an end that must be a failure, and that the stick is not left bootable. */
async function expectFailure(run: GuestRun, code: string, stick: Stick, { exit = 1, fault = 0 } = {}) {
  const ended = await end(run, fault);
  expect({ exit: ended.exit, code: ended.code }, `seed ${seed}\n${ended.said}`).toEqual({ exit, code });
  for (const sentence of [ended.problem?.title, ended.problem?.remedy]) expect(sentence).toMatch(/^\S.*\.$/s);
  expect(run.events.some(({ kind }) => kind === 'written')).toBe(false);
  if (fault !== 0) expect(ended.millis).toBeLessThan(10_000);
  await expectHeadless(stick);
  return ended;
}

/**
 * Nothing boots from the stick, and there is nothing at its beginning that another firmware could take for a system. UEFI
 * takes its time to give up, so it is tried where the moment matters.
 */
async function expectHeadless({ bytes }: Stick, firmware: Firmware[] = ['bios']): Promise<void> {
  expect(bytes.subarray(0, mebi).equals(Buffer.alloc(mebi))).toBe(true);
  for (const one of firmware) expect(await boots(bytes, one), one).toBe(false);
}

function holdsImage({ bytes }: Stick): boolean {
  return bytes.subarray(0, wanted.length).equals(wanted);
}

describe('A stick without faults', () => {
  test('is listed as what it is, and within a second of its appearing', async () => {
    const watching = rig.nixburn('drives', '--watch', '--json');
    const find = (event: Record<string, unknown>) =>
      (event['drives'] as Drive[] | undefined)?.find(({ serial }) => serial === 'WATCHED');
    await watching.event((event) => event['kind'] === 'drives');
    const stick = await rig.stick({ bytes: stickBytes, serial: 'WATCHED' });
    inUse.push(stick);
    const appeared = rig.node('sda', 'appeared');
    await rig.plug(stick);
    const shown = await watching.event((event) => find(event) !== undefined);
    // What an emulated processor needs for the listing itself is not the product's.
    const slowness = 3 * (await rig.slowness());
    expect(shown.at - (await appeared)).toBeLessThan(1000 + slowness);
    expect(watching.events.map(find).findLast(Boolean)).toMatchObject({
      path: '/dev/sda',
      kind: 'usb',
      bus: 'usb',
      removable: true,
      readOnly: false,
      bytes: stickBytes,
      refusals: [],
    });
    const seen = watching.events.length;
    const gone = rig.node('sda', 'gone');
    await rig.pull(stick);
    const missed = await watching.event(
      (event) => watching.events.indexOf(event) >= seen && find(event) === undefined,
    );
    expect(missed.at - (await gone)).toBeLessThan(1000 + slowness);
    watching.kill('SIGINT');
    expect((await watching.ended).exit).toBe(0);
  });

  test('is written, verified, and boots', async () => {
    const { stick, node } = await plugged();
    const writing = write(node);
    expect(await end(writing)).toMatchObject({ exit: 0, code: 'done' });
    expect(holdsImage(stick)).toBe(true);
    for (const firmware of ['bios', 'uefi'] as const)
      expect(await boots(stick.bytes, firmware), firmware).toBe(true);
    const verifying = rig.nixburn('verify', image, '--on', node, '--json');
    expect(await end(verifying)).toMatchObject({ exit: 0, code: 'done' });
    // A byte that changes while nobody looks is found.
    stick.bytes[7 * mebi] = (stick.bytes[7 * mebi] ?? 0) ^ 1;
    const again = await end(rig.nixburn('verify', image, '--on', node, '--json'));
    expect(again).toMatchObject({ exit: 1, code: 'stick-differs' });
    expect(again.problem?.raw).toContain(String(7 * mebi));
  });

  test('is made an ordinary one again that a system mounts, is kept as a file, and is let go of', async () => {
    const { stick, node } = await plugged();
    expect(await end(write(node))).toMatchObject({ exit: 0 });
    const restoring = rig.nixburn('restore', node, '--label', 'PHOTOS', '--yes', '--json');
    expect(await end(restoring)).toMatchObject({ exit: 0, code: 'done' });
    for (const firmware of ['bios', 'uefi'] as const)
      expect(await boots(stick.bytes, firmware), firmware).toBe(false);
    const place = '/media/photos';
    const use = [
      `until [ -b ${node}1 ]; do sleep 0.1; done`,
      `[ "$(blkid -o value -s LABEL ${node}1)" = PHOTOS ]`,
      `mkdir -p ${place}`,
      `mount -t vfat ${node}1 ${place}`,
      `cp ${image} ${place}/copy.iso`,
      `umount ${place}`,
      `mount -t vfat ${node}1 ${place}`,
      `cmp ${image} ${place}/copy.iso`,
    ];
    const used = rig.run(['sh', '-ec', use.join('\n')]);
    expect((await used.ended).exit, used.said()).toBe(0);
    const ejecting = rig.nixburn('eject', node, '--json');
    expect(await end(ejecting)).toMatchObject({ exit: 0, code: 'done' });
    expect((await rig.run(['mountpoint', '-q', place]).ended).exit).not.toBe(0);
    const saving = rig.nixburn('save', node, '--out', '/run/stick.img', '--json');
    expect(await end(saving)).toMatchObject({ exit: 0, code: 'done' });
    const sha256 = createHash('sha256').update(stick.bytes).digest('hex');
    expect(saving.events.at(-1)).toMatchObject({ saved: { bytes: stickBytes, sha256 } });
    expect((await rig.run(['cmp', node, '/run/stick.img']).ended).exit).toBe(0);
    await rig.run(['rm', '/run/stick.img']).ended;
  });

  test('that is very slow is written all the same, and how long is told', async () => {
    const { stick, node } = await plugged();
    stick.faults.rate = 1.5 * mebi;
    const writing = write(node);
    await reached(writing, 'write');
    await stick.until('written', 6 * mebi);
    expect(writing.events.some((event) => Number(event['remainingMillis']) > 1000)).toBe(true);
    delete stick.faults.rate;
    expect(await end(writing)).toMatchObject({ exit: 0 });
    expect(holdsImage(stick)).toBe(true);
  });

  test('that stalls for more than ten seconds is waited for, and that is said', async () => {
    const { stick, node } = await plugged();
    stick.faults.rate = 3 * mebi;
    const writing = write(node);
    await stick.until('written', 5 * mebi);
    stick.faults = { stalled: 'everything' };
    const isNote = (event: Record<string, unknown>) =>
      event['kind'] === 'note' && /has not accepted data for 1\d s/.test(String(event['text']));
    await writing.event(isNote);
    stick.faults = {};
    expect(await end(writing)).toMatchObject({ exit: 0 });
    expect(holdsImage(stick)).toBe(true);
  });
});

describe('A stick that is pulled out', () => {
  const phases: StickPhase[] = ['write', 'flush', 'verify'];
  test.each(Array.from({ length: 10 }, (_, at) => [at + 1, phases[at % 3] as StickPhase] as const))(
    'at random moment %i, in the %s phase, is told to be and does not boot, and is known again when it is back',
    async (moment, phase) => {
      const { stick, node } = await plugged();
      stick.faults = phase === 'flush' ? { stalled: 'flushes' } : { rate: 4 * mebi };
      if (phase === 'flush') delete stick.faults.stalled;
      const writing = write(node);
      await reached(writing, phase === 'flush' ? 'write' : phase);
      if (phase === 'flush') {
        // The flush that counts is the one after the last byte; earlier ones only clear the ends.
        await stick.until('written', 8 * mebi);
        stick.faults = { stalled: 'flushes' };
        await reached(writing, 'flush');
      } else {
        const share = 0.05 + 0.9 * random();
        await stick.until(phase === 'write' ? 'written' : 'read', Math.floor(share * 10 * mebi));
      }
      const fault = performance.now();
      await rig.pull(stick);
      await expectFailure(writing, 'drive-unplugged', stick, { fault });

      stick.faults = {};
      const back = await rig.plugAndSettle(stick);
      inUse.push(stick);
      if (moment > phases.length) return;
      expect(await end(write(back))).toMatchObject({ exit: 0 });
      expect(await boots(stick.bytes)).toBe(true);
    },
  );
});

describe('A stick that is broken', () => {
  test('with errors where it is written', async () => {
    const { stick, node } = await plugged();
    stick.faults.fail = { on: 'write', at: 6 * mebi };
    const ended = await expectFailure(write(node), 'drive-write-failed', stick);
    expect(ended.problem?.detail).toMatch(/at byte \d+/);
  });

  test('with errors where it is read', async () => {
    const { stick, node } = await plugged();
    stick.faults.fail = { on: 'read', at: 6 * mebi };
    const ended = await expectFailure(write(node), 'drive-read-failed', stick);
    expect(ended.problem?.detail).toMatch(/at byte \d+/);
  });

  test('that stores a byte wrong, silently', async () => {
    const { stick, node } = await plugged();
    stick.faults.flip = 6 * mebi + 11;
    const ended = await expectFailure(write(node), 'stick-differs', stick);
    expect(ended.problem?.raw).toContain(String(6 * mebi + 11));
  });

  test.each(['drop', 'wrap'] as const)(
    'that says it is three times as large as it is (%s), found out before the image is on it',
    async (beyond) => {
      const { stick, node } = await plugged();
      stick.faults.fake = { bytes: 16 * mebi, beyond };
      await expectFailure(write(node), 'drive-fake-capacity', stick);
      expect(stick.written).toBeLessThan(5 * mebi);
    },
  );

  test('that is write-protected is refused before anything is done', async () => {
    const { stick, node } = await plugged({ writeProtected: true });
    await expectFailure(write(node), 'drive-read-only', stick, { exit: 3 });
    expect(stick.written).toBe(0);
  });

  test('or dies does not harm the one beside it', async () => {
    const good = await plugged();
    const dying = await plugged();
    dying.stick.faults.rate = 2 * mebi;
    const writing = write(good.node, dying.node);
    await dying.stick.until('written', 4 * mebi);
    await rig.pull(dying.stick);
    const { exit } = await writing.ended;
    const ends = writing.events.filter(({ kind }) => kind === 'written' || kind === 'not-written');
    expect(exit, writing.said()).toBe(1);
    expect(ends.map(({ kind, target }) => [kind, target]).toSorted()).toEqual([
      ['not-written', dying.node],
      ['written', good.node],
    ]);
    expect(await boots(good.stick.bytes)).toBe(true);
    await expectHeadless(dying.stick);
  });
});

describe('A program that dies', () => {
  const writerLives = async () => (await rig.run(['pgrep', '-f', 'dist/writer/writer.mjs']).ended).exit === 0;

  test('while it writes (the writer, by SIGKILL) is told, and leaves nothing that boots', async () => {
    const { stick, node } = await plugged();
    stick.faults.rate = 3 * mebi;
    const writing = write(node);
    await stick.until('written', 5 * mebi);
    const fault = performance.now();
    await rig.run(['pkill', '-KILL', '-f', 'dist/writer/writer.mjs']).ended;
    const ended = await expectFailure(writing, 'writer-died', stick, { fault });
    expect(ended.problem?.detail).toBe('The drive holds no usable image.');
  });

  test.each(['write', 'verify'] as const)(
    'whose child the writer is (by SIGKILL, in the %s phase) takes it along',
    async (phase) => {
      const { stick, node } = await plugged();
      stick.faults.rate = 3 * mebi;
      const writing = write(node);
      await reached(writing, phase);
      await stick.until(phase === 'write' ? 'written' : 'read', 4 * mebi);
      const fault = performance.now();
      writing.kill('SIGKILL');
      expect((await writing.ended).signal).toBe('SIGKILL');
      await expect.poll(writerLives, { timeout: 10_000, interval: 200 }).toBe(false);
      expect(performance.now() - fault).toBeLessThan(10_000);
      await expectHeadless(stick);
    },
  );

  test('because it was cancelled says so and leaves nothing that boots', async () => {
    const { stick, node } = await plugged();
    stick.faults.rate = 3 * mebi;
    const writing = write(node);
    await stick.until('written', 5 * mebi);
    const fault = performance.now();
    writing.kill('SIGINT');
    const ended = await end(writing, fault);
    expect(ended).toMatchObject({ exit: 130, code: 'cancelled' });
    expect(ended.millis).toBeLessThan(10_000);
    await expectHeadless(stick);
  });
});

describe('A power cut', () => {
  test.each(['write', 'flush', 'verify'] as const)(
    'in the %s phase leaves nothing that boots',
    async (phase) => {
      const doomed = await Rig.start();
      try {
        const stick = await doomed.stick({ bytes: stickBytes, serial: 'POWER' });
        const node = await doomed.plugAndSettle(stick);
        stick.faults.rate = 4 * mebi;
        const writing = doomed.nixburn('write', image, '--to', node, '--yes', '--json');
        if (phase === 'flush') {
          await stick.until('written', 8 * mebi);
          stick.faults = { stalled: 'flushes' };
        }
        await reached(writing, phase);
        if (phase !== 'flush')
          await stick.until(
            phase === 'write' ? 'written' : 'read',
            Math.floor((0.1 + 0.8 * random()) * 10 * mebi),
          );
        await doomed.cutPower();
        expect(writing.events.some(({ kind }) => kind === 'done')).toBe(false);
        await expectHeadless(stick, ['bios', 'uefi']);
      } finally {
        await doomed.stop();
      }
    },
  );
});
