/** `npm test`: installs what is needed, runs every check and every test, and ends in one line that counts them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, installPrograms, nixEnvironment, root } from './set-up.mjs';

installPackages();
const leftOut = installPrograms();
const { execa } = await import('execa');
const results = mkdtempSync(join(tmpdir(), 'nixburn-test-'));
const environment = { ...process.env, ...nixEnvironment, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) };
const total = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs one program of node_modules and tells whether it was fine. Its output is shown as it comes, or `atItsEnd`, so that it
 * does not mix with that of one that runs beside it.
 */
async function run(name, args, { env = environment, atItsEnd = false } = {}) {
  const title = `── ${name} ${args.join(' ')}`;
  if (!atItsEnd) console.log(`\n${title}`);
  const started = Date.now();
  const output = atItsEnd ? 'pipe' : 'inherit';
  const { exitCode, all, originalMessage } = await execa(name, args, {
    preferLocal: true,
    localDir: root,
    cwd: root,
    env,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    all: true,
    reject: false,
  });
  if (atItsEnd) console.log(`\n${title}\n${all}`);
  // Where it could not even be started.
  if (originalMessage) console.log(originalMessage);
  console.log(
    `── ${name}: ${exitCode === 0 ? 'fine' : 'FAILED'} after ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return exitCode === 0;
}

/** A check counts as one test. */
async function check(name, args) {
  if (await run(name, args)) total.passed += 1;
  else total.failed += 1;
}

/** The tests of one of vitest's projects. */
async function vitest(project, options) {
  const report = join(results, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=dot', '--reporter=json'];
  const fine = await run('vitest', [...args, `--outputFile.json=${report}`], options);
  add(fine, report, ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) => ({
    passed: numPassedTests,
    failed: numFailedTests + testResults.filter(brokenFile).length,
    skipped: numPendingTests + numTodoTests,
  }));
}

/** The tests of the window. */
async function playwright() {
  const report = join(results, 'playwright.json');
  const env = {
    ...environment,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  };
  const fine = await run('playwright', ['test', '--reporter=line,json'], { env });
  add(fine, report, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }));
}

/** Adds a runner's own count; a runner that wrote none, or that failed without a failed test, counts as one failure. */
function add(fine, report, count) {
  if (!existsSync(report)) {
    total.failed += 1;
    return;
  }
  const { passed, failed, skipped } = count(JSON.parse(readFileSync(report, 'utf8')));
  total.passed += passed;
  total.failed += fine ? failed : Math.max(failed, 1);
  total.skipped += skipped;
}

try {
  const { build, isStale } = await import('./build.mjs');
  if (await isStale()) await build();

  await check('tsc', ['--noEmit', '-p', 'tsconfig.json']);
  await check('oxlint', ['--deny-warnings']);
  await check('prettier', ['--check', '.', '--log-level', 'warn']);
  await check('knip', []);
  await vitest('apart');
  // What uses Nix's store goes one file after the other and waits half of its time, for disks, builds and machines that start.
  await Promise.all([vitest('shared', { atItsEnd: true }), playwright()]);
} finally {
  rmSync(results, { recursive: true, force: true });
}

for (const { program, package: name, neededFor } of leftOut)
  console.log(`left out: whatever needs ${program} (${neededFor}); Debian has it in ${name}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/** A test file that could not even be loaded: vitest lists it as failed and without a single test. */
function brokenFile(file) {
  return file.status === 'failed' && file.assertionResults.every((each) => each.status !== 'failed');
}
