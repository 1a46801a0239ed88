/**
 * Starts the built program in the guest. As `bin/nixburn` does, but without asking whether the sources have changed since:
 * that is a question for the host, and a few hundred slow answers in the guest.
 */
import { run } from '../../../dist/main/cli.mjs';

await run(process.argv.slice(2));
