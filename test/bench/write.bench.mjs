/**
 * Writing and verifying an image, against `dd` and `cmp` doing the same on the same loop device. Both in turns in one run,
 * because machines are noisy: what counts are the ratios of the medians (writing at most 1.15, all of it at most 1) and the
 * writer's peak memory, at most 150 MB. `PAIRS` and `BYTES` change how much is measured.
 */
import path from 'node:path';
import { median } from './figures.mjs';
import { judge } from './judge.mjs';
import { makeImage, mebi, must, round, runWriter, settle, withLoop } from './writer.mjs';

const loop = '/dev/loop79';
const pairs = Number(process.env.PAIRS ?? 7);
const bytes = Number(process.env.BYTES ?? 1024 * mebi);

await withLoop({ loop, bytes: bytes + 64 * mebi }, async (folder) => {
  const image = path.join(folder, 'image.iso');
  const sha256 = makeImage(image, bytes);
  const ours = async () => {
    // Where an earlier image is found only what differs is written: that is another benchmark.
    must('dd', ['if=/dev/zero', `of=${loop}`, 'bs=64K', 'count=1', 'oflag=direct', 'status=none']);
    const run = await runWriter({ loop, image, sha256 });
    if (run.last.kind !== 'done') throw new Error(JSON.stringify(run.last));
    return run;
  };
  // Once each beforehand, so that neither pays for filling the sparse file.
  await ours();
  plainly(image);
  const rows = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    // Whoever goes second may profit from the first: they take turns.
    const first = pair % 2 === 0 ? plainly(image) : null;
    const { seconds, write, verify, megabytes } = await ours();
    const { dd, cmp } = first ?? plainly(image);
    rows.push({ pair, seconds, write, verify, megabytes, dd, cmp });
  }
  console.table(
    rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)]))),
  );
  const dd = median(rows.map((row) => row.dd));
  const both = median(rows.map((row) => row.dd + row.cmp));
  const write = median(rows.map((row) => row.write));
  const seconds = median(rows.map((row) => row.seconds));
  const memory = Math.max(...rows.map((row) => row.megabytes));
  console.log(
    `${Math.round(bytes / mebi)} MiB, medians of ${pairs}:\n` +
      `write          ${round(write)} s; dd with fsync ${round(dd)} s; ratio ${round(write / dd)} (at most 1.15)\n` +
      `write, verify  ${round(seconds)} s; dd and cmp    ${round(both)} s; ratio ${round(seconds / both)} (at most 1)\n` +
      `peak memory    ${Math.round(memory)} MB (at most 150)`,
  );
  const good = [
    judge({ what: 'write: against dd', measured: write / dd, unit: '', most: 1.15 }),
    judge({ what: 'write and verify: against dd and cmp', measured: seconds / both, unit: '', most: 1 }),
    judge({ what: 'write: peak memory', measured: memory, unit: 'MB', most: 150 }),
  ];
  return good.every(Boolean) ? 0 : 1;
});

/** @param {string} image @returns {{ dd: number, cmp: number }} seconds */
function plainly(image) {
  settle(loop);
  const started = performance.now();
  must('dd', [`if=${image}`, `of=${loop}`, 'bs=4M', 'oflag=direct', 'conv=fsync', 'status=none']);
  const written = performance.now();
  // What dd wrote past the page cache was dropped from it, so cmp reads the device.
  must('cmp', ['-n', String(bytes), image, loop]);
  return { dd: (written - started) / 1000, cmp: (performance.now() - written) / 1000 };
}
