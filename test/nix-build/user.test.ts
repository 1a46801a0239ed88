/** Building as an ordinary user whom Nix does not trust, through a Nix daemon. This process really becomes one. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { chmod, stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildImage } from '../../src/main/build/build.ts';
import { localBuilder } from '../../src/main/build/here.ts';
import { judge } from '../../src/main/build/preflight.ts';
import { nixEnv, processesWith, run, uniqueSleep, Workshop } from './tiny-flake.ts';

const user = 12_345;
const workshop = new Workshop();
const socket = workshop.at('daemon/socket');
const env = { HOME: workshop.at('home'), NIX_REMOTE: `unix://${socket}`, NIX_CONFIG: 'flake-registry =' };
let keeper: ReturnType<typeof spawn>;
let good: string;
let slow: string;
const sleep = uniqueSleep();

beforeAll(async () => {
  for (const name of ['home', 'daemon', 'out']) mkdirSync(workshop.at(name));
  // The daemon is root's, and this process will not be: a shell ends it when this process says so, or is gone.
  const script = 'nix-daemon & daemon=$!; cat >/dev/null; kill -9 $daemon; wait $daemon; rm -rf "$1"';
  keeper = spawn('sh', ['-c', script, 'sh', workshop.at('daemon')], {
    env: { ...process.env, ...nixEnv, NIX_DAEMON_SOCKET_PATH: socket },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await vi.waitFor(() => stat(socket), { timeout: 20_000 });
  good = await workshop.scripted('echo built by $(id -u); cp $iso $out/iso/a.iso');
  slow = await workshop.scripted(`echo started; sleep ${sleep}`);
  execFileSync('chown', ['-R', `${user}:${user}`, workshop.folder]);
  // The keeper removes its own folder from this one.
  await chmod(workshop.folder, 0o755);
  process.setgid!(user);
  process.setgroups!([]);
  process.setuid!(user);
});
afterAll(async () => {
  keeper.stdin?.end();
  await once(keeper, 'exit');
  workshop.remove();
});

const input = (flakeDir: string) => ({
  flakeDir,
  fileName: 'a.iso',
  out: workshop.at('out/a.iso'),
  builder: localBuilder({ env }),
  name: null,
});

test('It succeeds, though Nix refuses all settings that ask for trust', async () => {
  expect(process.getuid?.()).toBe(user);
  const { outcome, events } = await run(buildImage(input(good), new AbortController().signal));
  expect(outcome).toMatchObject({ ok: true, value: { volumeId: 'NIXOS_TINY' } });
  expect(events.map((event) => (event.kind === 'log' ? event.line : '')).join('\n')).toContain('built by 0');
});

test('Cancelled, the builds of the daemon end too', async () => {
  const stop = new AbortController();
  let since = 0;
  const { outcome } = await run(buildImage(input(slow), stop.signal), (event) => {
    if (event.kind !== 'log' || !event.line.endsWith('> started')) return;
    since = performance.now();
    stop.abort();
  });
  expect(outcome).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
  await vi.waitFor(() => expect(processesWith(`sleep ${sleep}`)).toEqual([]), { timeout: 5_000 });
  expect(performance.now() - since).toBeLessThan(5_000);
});

test('Without the daemon, the list before a build says what to do', async () => {
  const facts = await localBuilder({ env }).facts();
  if (!facts.ok) throw new Error(facts.problem.raw);
  expect(facts.value.user).toBe(String(user));
  const lines = judge({ ...facts.value, store: 'down' }, facts.value.native, Date.now());
  expect(lines.find(({ id }) => id === 'store')).toMatchObject({
    state: 'failed',
    command: 'sudo systemctl start nix-daemon',
  });
});
