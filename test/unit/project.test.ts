/** Promises that the project makes about its own files. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const oxlint = join(root, 'node_modules/.bin/oxlint');

describe('the lock file', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');

  test('names no server, so that everybody installs from their own registry', () => {
    expect(text.match(/[a-z+]+:\/\/[^"]*/g) ?? []).toEqual([]);
    expect(text).not.toMatch(/"(git\+|github:|file:)/);
  });

  test('lists for every package that it is exactly the one that was tried', () => {
    const { packages } = JSON.parse(text) as {
      packages: Record<string, { integrity?: string; link?: true }>;
    };
    const without = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.integrity);
    expect(without.map(([path]) => path)).toEqual([]);
  });
});

describe('the import rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nixburn-import-rules-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));

  /** Whether oxlint, with the project's own settings, refuses one import in one file. */
  function refuses(file: string, specifier: string): boolean {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import * as it from '${specifier}';\nexport default it;\n`);
    const { stdout } = spawnSync(oxlint, ['--format=json', file], { cwd: folder, encoding: 'utf8' });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] };
    return diagnostics.some(({ code }) => code.includes('no-restricted-imports'));
  }

  test.each([
    ['src/shared/a.ts', 'node:fs'],
    ['src/shared/a.ts', 'electron'],
    ['src/shared/a.ts', '../main/jobs.ts'],
    ['src/renderer/a.tsx', 'node:path'],
    ['src/renderer/a.tsx', 'electron'],
    ['src/renderer/steps/a.tsx', '../../main/jobs.ts'],
    ['src/renderer/a.tsx', '../writer/order.ts'],
    ['src/preload/a.ts', '../main/jobs.ts'],
    ['src/preload/a.ts', 'node:fs'],
    ['src/main/flake/a.ts', 'node:fs'],
    ['src/main/build/nix-log.ts', 'node:fs'],
    ['src/main/build/explain.ts', 'execa'],
    ['src/main/drives/rules.ts', 'node:fs'],
    ['src/main/drives/rules.ts', 'drivelist'],
    ['src/main/services.ts', 'electron'],
    ['src/main/settings.ts', 'electron'],
    ['src/main/services.ts', 'etcher-sdk'],
    ['src/main/services.ts', 'etcher-sdk/build/source-destination/file'],
    ['src/main/services.ts', 'drivelist'],
    ['src/main/services.ts', 'execa'],
    ['src/main/services.ts', 'node:child_process'],
    ['src/main/build/build.ts', 'execa'],
    ['src/main/flake-folder.ts', 'execa'],
    ['src/main/machine/find.ts', 'execa'],
    ['src/main/machine/explain.ts', 'node:fs'],
    ['src/main/slot/contents.ts', 'execa'],
    ['src/main/packages/check.ts', 'execa'],
    ['src/writer/a.ts', 'electron'],
    ['src/main/services.ts', 'fs'],
  ])('%s may not import %s', (file, specifier) => {
    expect(refuses(file, specifier)).toBe(true);
  });

  test.each([
    ['src/shared/a.ts', 'zod'],
    ['src/shared/a.ts', './problem.ts'],
    ['src/renderer/a.tsx', 'react'],
    ['src/renderer/a.tsx', '../shared/contract.ts'],
    ['src/preload/a.ts', 'electron'],
    ['src/main/window.ts', 'electron'],
    ['src/main/desktop/menu.ts', 'electron'],
    ['src/main/build/process.ts', 'execa'],
    ['src/main/stick/elevate.ts', 'execa'],
    ['src/main/slot/host-key.ts', 'execa'],
    ['src/main/flake-git.ts', 'execa'],
    ['src/main/machine/ssh.ts', 'execa'],
    ['src/main/machine/neighbours.ts', 'execa'],
    ['src/main/machine/connect.ts', 'execa'],
    ['src/main/machine/terminal-window.ts', 'execa'],
    ['src/main/drives/list.ts', 'drivelist'],
    ['src/main/flake/a.ts', '../../shared/recipe.ts'],
    ['src/writer/a.ts', 'etcher-sdk/build/source-destination/block-device'],
    ['src/writer/a.ts', '../main/drives/rules.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(refuses(file, specifier)).toBe(false);
  });
});

describe('the threat model', () => {
  const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| \d+\. /.test(line));

  test('has all rules of Electron’s checklist, each with a test that is there, or a reason', () => {
    expect(rows.map((row) => Number.parseInt(row.slice(2), 10))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    for (const row of rows) {
      const [, , , tested = ''] = row.split(/ *\| */);
      const files = [...tested.matchAll(/`(test\/[^`]+)`/g)].map(([, file]) => file ?? '');
      if (files.length === 0) expect(tested).toMatch(/^none: \w+/);
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
    }
  });
});

describe('what is committed', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

  test('names no folder of the computer it was written on', () => {
    const places = ['root', 'work', 'shared/(?:design|usb-rig|nix-logs)'];
    const own = new RegExp(places.map((place) => `/${place}/`).join('|'));
    const guilty = files
      // Root's home on the emulated machine is nobody's.
      .filter((file) => !file.startsWith('test/fixtures/nixpkgs/'))
      .filter((file) => /\.(ts|tsx|mjs|md|json|nix|yml|html|css|sh)$/.test(file))
      .filter((file) => own.test(readFileSync(join(root, file), 'utf8')));
    expect(guilty).toEqual([]);
  });
});
