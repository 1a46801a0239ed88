/** Playwright's global setup: the tests look at the window as it ships, so it is built first where it is stale. */
import { build } from '../../scripts/build.mjs';

export default async function buildWindow(): Promise<void> {
  await build(['window']);
}
