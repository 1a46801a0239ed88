/** What the benchmarks of the writer share: an image, a loop device to write it to, and the writer as it is shipped. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const writer = path.resolve(import.meta.dirname, '../../dist/writer/writer.mjs');

/** Bytes in a MiB. */
export const mebi = 1024 ** 2;

/** Why loop devices can not be measured here; null where they can. */
export const leftOut =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'attaching a loop device needs Linux and root'
    : null;

/**
 * Runs `measure` with a folder and a loop device of so many bytes, and takes both away afterwards.
 * @param {{ loop: string, bytes: number }} device
 * @param {(folder: string) => Promise<number>} measure gives the exit status
 */
export async function withLoop({ loop, bytes }, measure) {
  if (leftOut !== null) {
    console.log(`Left out: ${leftOut}.`);
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-bench-'));
  try {
    const stick = path.join(folder, 'stick.img');
    writeFileSync(stick, '');
    truncateSync(stick, bytes);
    must('losetup', [loop, stick]);
    process.exitCode = await measure(folder);
  } finally {
    spawnSync('losetup', ['-d', loop]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Fills a file with bytes that no file system can shorten, beginning as an ISO 9660 does.
 * @param {string} file
 * @param {number} bytes
 * @returns {string} its SHA-256
 */
export function makeImage(file, bytes) {
  const hash = createHash('sha256');
  const fd = openSync(file, 'w');
  for (let at = 0; at < bytes; at += mebi) {
    const part = randomBytes(Math.min(bytes - at, mebi));
    if (at === 0) part.write('\u0001CD001\u0001', 32768, 'latin1');
    hash.update(part);
    writeSync(fd, part);
  }
  closeSync(fd);
  return hash.digest('hex');
}

/**
 * @typedef {object} Run
 * @property {number} seconds from the start of the process to its end
 * @property {number} write seconds, as the writer's own result says
 * @property {number} verify
 * @property {number} megabytes the most memory it had
 * @property {number} bytesWritten
 */

/**
 * One run of the writer.
 * @param {{ loop: string, image: string, sha256: string }} what
 * @param {{ launcher?: string[], onAnswer?: (answer: any, child: import('node:child_process').ChildProcess) => void }} [how]
 * @returns {Promise<Run & { last: any }>}
 */
export async function runWriter({ loop, image, sha256 }, { launcher = [], onAnswer } = {}) {
  const name = path.basename(loop);
  const order = {
    version: 2,
    action: 'write',
    image: { path: image, bytes: statSync(image).size, sha256 },
    targets: [
      {
        kind: 'block',
        path: loop,
        serial: '',
        bytes: Number(readFileSync(`/sys/block/${name}/size`, 'utf8')) * 512,
        diskSequence: readFileSync(`/sys/block/${name}/diskseq`, 'utf8').trim(),
      },
    ],
  };
  settle(loop);
  const started = performance.now();
  const [program = '', ...args] = [...launcher, process.execPath, writer];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${JSON.stringify(order)}\n`);
  /** @type {any} */
  let last = { kind: '' };
  let megabytes = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line);
    onAnswer?.(last, child);
    megabytes = Math.max(megabytes, peakMegabytes(child.pid));
  }
  const result = last.result ?? { writeMillis: 0, verifyMillis: 0, bytesWritten: 0 };
  return {
    seconds: (performance.now() - started) / 1000,
    write: result.writeMillis / 1000,
    verify: result.verifyMillis / 1000,
    bytesWritten: result.bytesWritten,
    megabytes,
    last,
  };
}

/** The most memory the process has had so far; 0 when it is gone. @param {number | undefined} pid */
function peakMegabytes(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * Waits until nothing of the last run is left to be stored or to be found in memory: it would be charged to the next.
 * @param {string} loop
 */
export function settle(loop) {
  must('sync', []);
  must('blockdev', ['--flushbufs', loop]);
}

/** Runs a program to its end; throws where it fails. @param {string} name @param {string[]} args */
export function must(name, args) {
  const { status, stderr, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}: ${error?.message ?? stderr}`);
}

/** To two places. @param {number} value */
export function round(value) {
  return Math.round(value * 100) / 100;
}
