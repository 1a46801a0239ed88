/**
 * Writing a changed image over the one it was made from, against writing it whole, on a drive as slow as sticks are:
 * 20 MB/s to write, 100 MB/s to read, by the kernel's own throttle. What counts is the ratio of the times, at most 0.5.
 *
 * The change is that of one package: it touches one chunk in seven of the miniature image in test/fixtures.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judge } from './judge.mjs';
import { makeImage, mebi, must, round, runWriter, withLoop } from './writer.mjs';

const loop = '/dev/loop79';
const bytes = Number(process.env.BYTES ?? 256 * mebi);
const rates = { write: 20_000_000, read: 100_000_000 };

await withLoop({ loop, bytes: bytes + 64 * mebi }, async (folder) => {
  const throttle = makeThrottle();
  if (throttle === null) {
    console.log('Left out: the kernel offers no throttle for block devices here (cgroup blkio or io).');
    return 0;
  }
  try {
    const image = path.join(folder, 'image.iso');
    let sha256 = makeImage(image, bytes);
    const run = async () => {
      const ended = await runWriter({ loop, image, sha256 }, { launcher: throttle.launcher });
      if (ended.last.kind !== 'done') throw new Error(JSON.stringify(ended.last));
      return ended;
    };
    const whole = await run();
    sha256 = changeOnePackage(image);
    const differing = await run();
    must('cmp', ['-n', String(bytes), image, loop]);
    const ratio = differing.seconds / whole.seconds;
    console.log(
      `${Math.round(bytes / mebi)} MiB written whole: ${round(whole.seconds)} s (${Math.round(whole.bytesWritten / mebi)} MiB written)\n` +
        `after a change:        ${round(differing.seconds)} s (${Math.round(differing.bytesWritten / mebi)} MiB written); ratio ${round(ratio)} (at most 0.5)`,
    );
    return judge({
      what: 'write again what changed: against all of it',
      measured: ratio,
      unit: '',
      most: 0.5,
    })
      ? 0
      : 1;
  } finally {
    throttle.remove();
  }
});

/** One run of chunks in the middle, where the package lies, and one at the end, where the indices are. @param {string} image */
function changeOnePackage(image) {
  const count = bytes / mebi;
  const fd = openSync(image, 'r+');
  const change = (/** @type {number} */ from, /** @type {number} */ chunks) => {
    for (let chunk = 0; chunk < chunks; chunk += 1)
      writeSync(fd, randomBytes(mebi), 0, mebi, (Math.floor(from) + chunk) * mebi);
  };
  change(count * 0.55, count / 14);
  change(count - count / 14, count / 14);
  closeSync(fd);
  return createHash('sha256').update(readFileSync(image)).digest('hex');
}

/**
 * A group of processes whose transfers to the loop device are slowed.
 * @returns {{ launcher: string[], remove(): void } | null}
 */
function makeThrottle() {
  const { rdev } = statSync(loop);
  const number = `${(rdev >> 8) & 0xfff}:${rdev & 0xff}`;
  const kinds = [
    {
      folder: '/sys/fs/cgroup/blkio',
      limits: [
        ['blkio.throttle.write_bps_device', `${number} ${rates.write}`],
        ['blkio.throttle.read_bps_device', `${number} ${rates.read}`],
      ],
    },
    {
      folder: '/sys/fs/cgroup',
      limits: [['io.max', `${number} rbps=${rates.read} wbps=${rates.write}`]],
    },
  ];
  for (const { folder, limits } of kinds) {
    const group = path.join(folder, `nixburn-bench-${process.pid}`);
    if (!existsSync(path.join(folder, 'cgroup.procs'))) continue;
    mkdirSync(group);
    const remove = () => rmdirSync(group);
    try {
      for (const [name, value] of limits) writeFileSync(path.join(group, name ?? ''), value ?? '');
      // A shell puts itself into the group, and then becomes the writer.
      const script = `echo $$ > ${path.join(group, 'cgroup.procs')} && exec "$@"`;
      return { launcher: ['sh', '-c', script, 'sh'], remove };
    } catch {
      remove();
    }
  }
  return null;
}
