/** How long the writer takes to answer a cancel (its stdin is closed) in either phase: at most 200 ms. */
import path from 'node:path';
import { judge } from './judge.mjs';
import { makeImage, mebi, round, runWriter, withLoop } from './writer.mjs';

const loop = '/dev/loop79';
const bytes = 512 * mebi;
const rounds = Number(process.env.PAIRS ?? 5);

await withLoop({ loop, bytes: bytes + 64 * mebi }, async (folder) => {
  const image = path.join(folder, 'image.iso');
  const sha256 = makeImage(image, bytes);
  let worst = 0;
  for (const phase of ['write', 'verify'])
    for (let at = 0; at < rounds; at += 1) {
      let asked = 0;
      let millis = 0;
      const { last } = await runWriter(
        { loop, image, sha256 },
        {
          onAnswer(answer, child) {
            if (answer.kind === 'failed') millis = performance.now() - asked;
            if (answer.kind !== 'progress' || answer.phase !== phase || asked !== 0) return;
            asked = performance.now();
            child.stdin?.end();
          },
        },
      );
      if (last.problem?.code !== 'cancelled') throw new Error(JSON.stringify(last));
      worst = Math.max(worst, millis);
    }
  console.log(`cancelled within ${round(worst)} ms, the longest of ${2 * rounds} (at most 200)`);
  return judge({ what: 'write: answers a cancel', measured: worst, unit: 'ms', most: 200 }) ? 0 : 1;
});
