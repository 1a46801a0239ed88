/** Builds the programs once before any test runs, so that tests drive what people get and never an older copy. */
import { build, isStale } from '../scripts/build.mjs';

/** Called by vitest before the first test file. */
export default async function setup(): Promise<void> {
  if (await isStale()) await build();
}
