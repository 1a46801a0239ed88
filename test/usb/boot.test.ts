/** The emulated machine itself: it ends when it should, and leaves nothing. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bootStick } from './boot.mjs';

const folder = mkdtempSync(join(tmpdir(), 'nixburn-boot-'));
// A comma has a meaning in QEMU's options.
const image = join(folder, 'a stick, with nothing on it.img');

beforeAll(() => writeFileSync(image, Buffer.alloc(1024 * 1024)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Command lines that name the folder: QEMU, the shell that holds it on its leash, and who started them. */
async function commandLines(): Promise<string[]> {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  // A process may be gone by the time it is asked.
  const asked = await Promise.allSettled(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
  return asked
    .map((answer) => (answer.status === 'fulfilled' ? answer.value.replaceAll('\0', ' ') : ''))
    .filter((line) => line.includes(folder));
}

test('a machine that can not boot is ended after the time it was given, and its stick is as it was', async () => {
  const before = createHash('sha256').update(readFileSync(image)).digest('hex');
  const { booted, millis } = await bootStick({ image, firmware: 'bios', timeoutMs: 1000 });
  expect(booted).toBe(false);
  expect(millis).toBeGreaterThanOrEqual(1000);
  expect(await commandLines()).toEqual([]);
  expect(createHash('sha256').update(readFileSync(image)).digest('hex')).toBe(before);
});

test('where there is no machine at all, the reason is told', async () => {
  const missing = join(folder, 'missing.img');
  const { booted, serial } = await bootStick({ image: missing, firmware: 'bios', timeoutMs: 30_000 });
  expect(booted).toBe(false);
  expect(serial).toContain(`Could not open '${missing}'`);
});

test('a machine does not outlive the process that started it, even one that was killed', async () => {
  const script = `
    const { bootStick } = await import(process.argv[1]);
    await bootStick({ image: process.argv[2], firmware: 'bios', timeoutMs: 60_000 });
  `;
  const parent = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
    join(import.meta.dirname, 'boot.mjs'),
    image,
  ]);
  const qemu = expect.stringMatching(/^qemu-system/);
  await vi.waitFor(async () => expect(await commandLines()).toContainEqual(qemu), { timeout: 30_000 });
  parent.kill('SIGKILL');
  await vi.waitFor(async () => expect(await commandLines()).toEqual([]), { timeout: 30_000 });
});
