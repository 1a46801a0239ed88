/** `npm test`: installs what is needed, runs every check and every test, and ends in one line that counts them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, installPrograms, nixEnvironment, root } from './set-up.mjs';

installPackages();
const leftOut = installPrograms();
const results = mkdtempSync(join(tmpdir(), 'nixburn-test-'));
const environment = { ...process.env, ...nixEnvironment, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) };
const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs one program of node_modules; its output is shown as it comes. */
function run(name, args, env = environment) {
  console.log(`\n── ${name} ${args.join(' ')}`);
  const started = Date.now();
  const binary = join(root, 'node_modules', '.bin', name);
  const { status } = spawnSync(binary, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
    shell: process.platform === 'win32',
  });
  console.log(
    `── ${name}: ${status === 0 ? 'fine' : 'FAILED'} after ${Math.round((Date.now() - started) / 1000)} s`,
  );
  return status === 0;
}

/** A check counts as one test. */
function check(name, args) {
  if (run(name, args)) total.passed += 1;
  else total.failed += 1;
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

  check('tsc', ['--noEmit', '-p', 'tsconfig.json']);
  check('oxlint', ['--deny-warnings']);
  check('prettier', ['--check', '.', '--log-level', 'warn']);
  check('knip', []);

  const unit = join(results, 'vitest.json');
  add(
    run('vitest', ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unit}`]),
    unit,
    (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.testResults.filter(brokenFile).length,
      skipped: report.numPendingTests + report.numTodoTests,
    }),
  );
  const window = join(results, 'playwright.json');
  add(
    run('playwright', ['test', '--reporter=line,json'], {
      ...environment,
      PLAYWRIGHT_JSON_OUTPUT_FILE: window,
      PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    }),
    window,
    ({ stats }) => ({
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky,
      skipped: stats.skipped,
    }),
  );
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
