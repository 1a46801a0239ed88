/**
 * What Nixburn takes of a computer's memory while nobody does anything: the program behind an open window, in a browser and
 * in the desktop app (its own code against a stand-in for Electron, whose share can not be seen here). It is at most
 * 150 MB; this process is the one that starts the writer, too. The writer runs only while a stick is written: what it takes
 * before its order comes is told beside it. Each against a Node that does nothing.
 *
 * Resident set size counts in each process what all of them share, such as Node itself; proportional set size counts that
 * once (proc_pid_smaps_rollup(5)). Linux only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { build } from '../../scripts/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const limit = 150;
const rounds = Number(process.env.PAIRS ?? 3);
/** ms. Until what was needed for the start has been given back. */
const settling = 5000;

/** What a window asks for when it is opened, down to the list of drives, which goes on being watched. */
const questions = [
  { kind: 'call', id: 1, name: 'about' },
  ...[
    'emptyRecipe',
    'images',
    'settings',
    'choices',
    'foundKeys',
    'catalogue',
    'presets',
    'buildingChoices',
    'receipts',
  ].map((name, index) => ({ kind: 'call', id: index + 2, name })),
  { kind: 'start', run: 1, name: 'followDesktop' },
  { kind: 'start', run: 2, name: 'watchDrives' },
];

if (process.platform !== 'linux') {
  console.log('skipped: only Linux says what a process takes alone');
  process.exit(0);
}
await build();
const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-idle-'));
const env = { ...process.env, NIXBURN_HOME: path.join(folder, 'home') };
try {
  const [node, web, app, writer] = [
    'idle Node',
    'behind a browser',
    'behind the app’s window',
    'writer, waiting',
  ];
  const rows = [];
  for (let round = 0; round < rounds; round += 1)
    rows.push({
      [node]: await measureNode(),
      [web]: await measureWebHost(),
      [app]: await measureDesktop(),
      [writer]: await measureWriter(),
    });
  for (const size of ['resident', 'proportional']) {
    console.log(`${size} set size, MB`);
    console.table(
      rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value[size]]))),
    );
  }
  const of = (/** @type {string} */ name, /** @type {'resident' | 'proportional'} */ size) =>
    rows.map((row) => row[name][size]).toSorted((a, b) => a - b)[rows.length >> 1];
  const most = Math.max(of(app, 'resident'), of(web, 'resident'));
  console.log(
    `the program: ${most} MB resident (at most ${limit}), ${of(app, 'proportional')} MB proportional; with a writer ` +
      `that waits, ${of(app, 'proportional') + of(writer, 'proportional')} MB proportional; an idle Node: ${of(node, 'resident')} MB resident`,
  );
  process.exitCode = most <= limit ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** MB of a process, once it has settled. It is ended then. */
async function weigh(/** @type {import('node:child_process').ChildProcess} */ child) {
  await pause(settling);
  const text = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8');
  const megabytes = (/** @type {string} */ name) =>
    Math.round((Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024) / 1e6);
  const weight = { resident: megabytes('Rss'), proportional: megabytes('Pss') };
  child.kill('SIGKILL');
  await once(child, 'close');
  return weight;
}

function start(/** @type {string[]} */ args) {
  return spawn(process.execPath, args, { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] });
}

function measureNode() {
  return weigh(start(['-e', 'setInterval(() => {}, 1e6)']));
}

async function measureWebHost() {
  const child = start([path.join(root, 'bin/nixburn'), 'serve']);
  const [address] = await once(createInterface({ input: child.stdout }), 'line');
  const { origin, host } = new URL(address);
  const { headers } = await fetch(address, { redirect: 'manual' });
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://${host}/door`, { headers: { cookie, origin } });
  await once(socket, 'open');
  for (const question of questions) socket.send(JSON.stringify(question));
  socket.on('error', () => {});
  return weigh(child);
}

async function measureDesktop() {
  const child = start([path.join(root, 'test/contract/electron-runner.mjs')]);
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  for (const request of questions) child.stdin.write(`${JSON.stringify({ kind: 'send', request })}\n`);
  return weigh(child);
}

function measureWriter() {
  return weigh(start([path.join(root, 'dist/writer/writer.mjs')]));
}
