/** Nixburn in an emulated computer with emulated USB sticks that fail: the few cases that every test run can afford. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Drive } from '../../src/shared/contract.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { boots, makeBootableImage } from './rig/boot-attempt.ts';
import { noRig, Rig } from './rig/rig.ts';

const mebi = 1024 * 1024;
let folder: string;
let image: string;
let rig: Rig;

beforeAll(async () => {
  if (noRig !== null) return;
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-rig-short-'));
  image = await makeBootableImage(folder, 7);
  rig = await Rig.start();
}, 300_000);
afterAll(async () => {
  await rig?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** The problem of each target that was not written. */
function problems(events: Record<string, unknown>[]): Record<string, string> {
  const found = events.filter(({ kind }) => kind === 'not-written');
  return Object.fromEntries(found.map(({ target, problem }) => [String(target), (problem as Problem).code]));
}

describe.skipIf(noRig !== null)(`an emulated computer (${noRig ?? 'with USB sticks'})`, () => {
  test('shows a stick when it is plugged in, and shows it no more when it is pulled out', async () => {
    const stick = await rig.stick({ bytes: 32 * mebi, serial: 'HOTPLUG' });
    const watching = rig.nixburn('drives', '--watch', '--json');
    const has = (event: Record<string, unknown>) =>
      (event['drives'] as Drive[] | undefined)?.find(({ serial }) => serial === 'HOTPLUG');
    await watching.event((event) => has(event) === undefined);
    await rig.plug(stick);
    await watching.event((event) => has(event) !== undefined);
    expect(watching.events.map(has).findLast(Boolean)).toMatchObject({
      path: '/dev/sda',
      bus: 'usb',
      removable: true,
      bytes: 32 * mebi,
      refusals: [],
    });
    const seen = watching.events.length;
    await rig.pull(stick);
    await watching.event((event) => watching.events.indexOf(event) >= seen && has(event) === undefined);
    watching.kill('SIGINT');
    expect(await watching.ended).toMatchObject({ exit: 0 });
  }, 120_000);

  test('writes a stick that then boots, while another lies, one fails and one is pulled out', async () => {
    const size = 24 * mebi;
    const good = await rig.stick({ bytes: size, serial: 'GOOD' });
    const lying = await rig.stick({ bytes: size, serial: 'LYING' });
    const failing = await rig.stick({ bytes: size, serial: 'FAILING' });
    const pulled = await rig.stick({ bytes: size, serial: 'PULLED' });
    const sticks = [good, lying, failing, pulled];
    const nodes: string[] = [];
    for (const [at, stick] of sticks.entries()) nodes.push(await rig.plugAndSettle(stick, at + 1));
    lying.faults.fake = { bytes: 16 * mebi, beyond: 'drop' };
    failing.faults.fail = { on: 'write', at: 5 * mebi };
    pulled.faults.rate = 2 * mebi;

    const writing = rig.nixburn('write', image, '--to', ...nodes, '--yes', '--json');
    await pulled.until('written', 4 * mebi);
    await rig.pull(pulled);
    const { exit } = await writing.ended;
    expect(exit, writing.said()).toBe(1);
    expect(problems(writing.events), writing.said()).toEqual({
      [nodes[1] ?? '']: 'drive-fake-capacity',
      [nodes[2] ?? '']: 'drive-write-failed',
      [nodes[3] ?? '']: 'drive-unplugged',
    });
    const wanted = await readFile(image);
    expect(good.bytes.subarray(0, wanted.length).equals(wanted)).toBe(true);
    expect(await Promise.all(sticks.map(({ bytes }) => boots(bytes)))).toEqual([true, false, false, false]);
    for (const stick of [good, lying, failing]) await rig.pull(stick);
  }, 240_000);
});
