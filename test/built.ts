/** Gets ready what tests drive, once before any of them: the programs as people get them, and a kernel for the image that boots. */
import { build, isStale } from '../scripts/build.mjs';
import { isInstalled } from '../scripts/set-up.mjs';
import { prepareKernel } from './fixtures/kernel.mjs';

/** Called by vitest before the first test file. */
export default async function setup(): Promise<void> {
  if (isStale()) await build();
  if (process.platform === 'linux' && isInstalled('apt-get')) await prepareKernel();
}
