/**
 * Writing and verifying an image, against `dd` and `cmp` doing the same on the same loop device. Both in turns in one run,
 * because machines are noisy: what counts is the ratio of the medians, at most 1.3, and the writer's peak memory, at
 * most 150 MB.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const loop = '/dev/loop79';
const pairs = Number(process.env.PAIRS ?? 5);
const bytes = Number(process.env.BYTES ?? 1024 ** 3);
const writer = path.resolve(import.meta.dirname, '../../dist/writer/writer.mjs');

if (process.platform !== 'linux' || process.getuid?.() !== 0) {
  console.log('Left out: attaching a loop device needs Linux and root.');
  process.exit(0);
}

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-bench-'));
try {
  process.exitCode = await measure();
} finally {
  spawnSync('losetup', ['-d', loop]);
  rmSync(folder, { recursive: true, force: true });
}

/** Runs all pairs and prints the table. @returns {Promise<number>} exit status */
async function measure() {
  const image = path.join(folder, 'image.iso');
  const sha256 = makeImage(image);
  const stick = path.join(folder, 'stick.img');
  writeFileSync(stick, '');
  truncateSync(stick, bytes + 64 * 1024 ** 2);
  must('losetup', [loop, stick]);

  // Once each beforehand, so that neither pays for filling the sparse file.
  await writeWithNixburn(image, sha256);
  writeWithDd(image);
  const rows = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    // Whoever goes second may profit from the first: they take turns.
    const first = pair % 2 === 0 ? writeWithDd(image) : null;
    const ours = await writeWithNixburn(image, sha256);
    const theirs = first ?? writeWithDd(image);
    rows.push({ pair, ...ours, dd: theirs, ratio: ours.seconds / theirs });
  }
  const ours = median(rows.map((row) => row.seconds));
  const theirs = median(rows.map((row) => row.dd));
  const memory = Math.max(...rows.map((row) => row.megabytes));
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)]))),
  );
  console.log(
    `write and verify ${Math.round(bytes / 1024 ** 2)} MiB: ${round(ours)} s; dd and cmp: ${round(theirs)} s; ` +
      `ratio ${round(ours / theirs)} (at most 1.3); peak memory ${Math.round(memory)} MB (at most 150)`,
  );
  return ours / theirs <= 1.3 && memory <= 150 ? 0 : 1;
}

/** Fills a file with bytes that no file system can shorten. @returns {string} its SHA-256 */
function makeImage(/** @type {string} */ file) {
  const hash = createHash('sha256');
  const fd = openSync(file, 'w');
  for (let left = bytes; left > 0; left -= 1024 ** 2) {
    const part = randomBytes(Math.min(left, 1024 ** 2));
    hash.update(part);
    writeSync(fd, part);
  }
  closeSync(fd);
  return hash.digest('hex');
}

/**
 * One run of the writer, from its start to its end.
 * @returns {Promise<{ seconds: number; write: number; verify: number; megabytes: number }>}
 */
async function writeWithNixburn(/** @type {string} */ image, /** @type {string} */ sha256) {
  const name = path.basename(loop);
  const order = {
    version: 1,
    action: 'write',
    image: { path: image, bytes, sha256 },
    target: {
      kind: 'block',
      path: loop,
      serial: '',
      bytes: Number(readFileSync(`/sys/block/${name}/size`, 'utf8')) * 512,
      diskSequence: readFileSync(`/sys/block/${name}/diskseq`, 'utf8').trim(),
    },
  };
  settle();
  const started = performance.now();
  const child = spawn(process.execPath, [writer], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify(order)}\n`);
  let last = { kind: '', result: { writeMillis: 0, verifyMillis: 0 } };
  let megabytes = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line);
    megabytes = Math.max(megabytes, peakMegabytes(child.pid));
  }
  if (last.kind !== 'done') throw new Error(JSON.stringify(last));
  return {
    seconds: (performance.now() - started) / 1000,
    write: last.result.writeMillis / 1000,
    verify: last.result.verifyMillis / 1000,
    megabytes,
  };
}

/** The most memory the process has had so far; 0 when it is gone. */
function peakMegabytes(/** @type {number | undefined} */ pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

/** @returns {number} seconds */
function writeWithDd(/** @type {string} */ image) {
  settle();
  const started = performance.now();
  must('dd', [`if=${image}`, `of=${loop}`, 'bs=4M', 'oflag=direct', 'conv=fsync', 'status=none']);
  // What dd wrote past the page cache was dropped from it, so cmp reads the device.
  must('cmp', ['-n', String(bytes), image, loop]);
  return (performance.now() - started) / 1000;
}

/** Waits until nothing of the last run is left to be stored or to be found in memory: it would be charged to the next. */
function settle() {
  must('sync', []);
  must('blockdev', ['--flushbufs', loop]);
}

function median(/** @type {number[]} */ values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function must(/** @type {string} */ name, /** @type {string[]} */ args) {
  const { status, stderr, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}: ${error?.message ?? stderr}`);
}

function round(/** @type {number} */ value) {
  return Math.round(value * 100) / 100;
}
