/**
 * The writer, started as macOS and Windows have it started. What asks for the password there is played by a script: what is
 * tested is that an order reaches the writer, that its answers come back, and that each end is told as what it was.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { System } from '../../src/main/stick/elevate.ts';
import { runWriter, type TargetEvent } from '../../src/main/stick/run-writer.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import type { Result } from '../../src/writer/order.ts';
import { builtWriter, type BuiltWriter } from './built-writer.ts';
import { bytesAt, differsAt, noLoops, Traces } from './loop.ts';
import { makeOrder } from './writer-run.ts';

const mebi = 1024 * 1024;
const traces = new Traces();
let writer: BuiltWriter;
let folder: string;
let image: string;
let drive: string;

beforeAll(async () => {
  writer = await builtWriter();
});
afterAll(() => writer.remove());
beforeEach(async () => {
  folder = await traces.folder();
  image = await traces.image(folder, 12 * mebi);
  drive = (await traces.loop(95, folder, 16 * mebi)).path;
});
afterEach(() => traces.undoAll());

/** A system on which a script plays `program`. */
async function systemWith(platform: NodeJS.Platform, program: string, script: string): Promise<System> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, program), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, program), 0o755);
  const pipe = (name: string) => path.join(folder, name);
  return { platform, isAdministrator: async () => false, folders: [bin], pipe };
}

async function run(
  system: System,
  signal = new AbortController().signal,
  onEvent: (event: TargetEvent) => void = () => undefined,
): Promise<Outcome<Result> | undefined> {
  const programs = { writer: writer.path, node: process.execPath, launcher: null };
  const order = await makeOrder('write', image, drive);
  const running = runWriter(programs, order, signal, system);
  for (;;) {
    const next = await running.next();
    if (next.done) return next.value[0];
    onEvent(next.value);
  }
}

async function isWritten(): Promise<boolean> {
  const wanted = await readFile(image);
  return differsAt(await bytesAt(drive, 0, wanted.length), wanted) === null;
}

/** Asks as sudo does, then becomes what was to be run. */
const sudo = `
[ "$1 $2" = "-A --" ] || exit 9
[ -x "$SUDO_ASKPASS" ] || exit 8
echo "$SUDO_ASKPASS" > "${'$'}{0%/*}/asked"
shift 2
exec env -i "$@"`;

/** Starts as Start-Process does: with nothing of this environment and of these streams. */
const powershell = `
node="$NIXBURN_NODE"
eval "set -- $NIXBURN_ARGUMENTS"
exec env -i "$node" "$@" < /dev/null > /dev/null`;

describe.skipIf(noLoops !== null)(`as on macOS (${noLoops ?? 'with a sudo of the test'})`, () => {
  test('a stick is written, and nothing is left of what asked', async () => {
    expect(await run(await systemWith('darwin', 'sudo', sudo))).toMatchObject({ ok: true });
    expect(await isWritten()).toBe(true);
    const asked = (await readFile(path.join(folder, 'bin/asked'), 'utf8')).trim();
    await expect(access(asked)).rejects.toThrow('ENOENT');
  });

  test.each([
    ['sudo: no password was provided', 'elevation-dismissed'],
    ['sudo: 3 incorrect password attempts', 'elevation-refused'],
    ['sudo: fork: out of memory', 'writer-died'],
  ])('%s is told as %s', async (stderr, code) => {
    const system = await systemWith('darwin', 'sudo', `echo '${stderr}' >&2; exit 1`);
    expect(await run(system)).toMatchObject({ ok: false, problem: { code, raw: `${stderr}\n`.trim() } });
    expect(await isWritten()).toBe(false);
  });
});

test.skipIf(noLoops !== null).each(['darwin', 'win32'] as const)(
  'who gives up while the rights are being looked for gets no stick written: %s',
  async (platform) => {
    const abort = new AbortController();
    const system = await (platform === 'darwin'
      ? systemWith(platform, 'sudo', sudo)
      : systemWith(platform, 'powershell.exe', powershell));
    const isAdministrator = async () => {
      abort.abort();
      return false;
    };
    const ended = await run({ ...system, isAdministrator }, abort.signal);
    expect(ended).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(await isWritten()).toBe(false);
  },
);

describe.skipIf(noLoops !== null)(`as on Windows (${noLoops ?? 'with a PowerShell of the test'})`, () => {
  test('a stick is written by a writer that comes through a pipe', async () => {
    const phases: string[] = [];
    const ended = await run(await systemWith('win32', 'powershell.exe', powershell), undefined, (event) => {
      if ('event' in event && event.event.kind === 'phase') phases.push(event.event.phase);
    });
    expect(ended).toMatchObject({ ok: true });
    expect(phases).toEqual(['check', 'unmount', 'write', 'flush', 'verify', 'finish']);
    expect(await isWritten()).toBe(true);
  });

  test('a writer in a pipe hears that it is cancelled', async () => {
    const abort = new AbortController();
    const system = await systemWith('win32', 'powershell.exe', powershell);
    const ended = await run(system, abort.signal, (event) => {
      if ('event' in event && event.event.kind === 'phase' && event.event.phase === 'write') abort.abort();
    });
    expect(ended).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
    expect(await isWritten()).toBe(false);
  });

  test('a writer whose pipe breaks is cancelled, and does not crash', async () => {
    // A connection over TCP can be broken off at will; a number is the name of one.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const child = spawn(process.execPath, [writer.path, '--pipe', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const ended = once(child, 'close');
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.write(`${JSON.stringify(await makeOrder('write', image, drive))}\n`);
    await once(socket, 'data');
    socket.resetAndDestroy();
    server.close();
    const [status] = (await ended) as [number];
    expect([status, stderr]).toEqual([130, '']);
    expect(await isWritten()).toBe(false);
  });

  test('an end before it comes is not waited for', async () => {
    const system = await systemWith('win32', 'powershell.exe', 'echo no >&2; exit 1');
    expect(await run(system)).toMatchObject({ ok: false, problem: { code: 'writer-died', raw: 'no' } });
  });
});

test('on a system of which nobody knows how to ask, that is said', async () => {
  if (noLoops !== null) return;
  const system = { ...(await systemWith('linux', 'x', '')), platform: 'freebsd' as const };
  expect(await run(system)).toMatchObject({ ok: false, problem: { code: 'elevation-not-offered' } });
  expect(await run(await systemWith('linux', 'x', ''))).toMatchObject({
    ok: false,
    problem: { code: 'elevation-missing' },
  });
});
