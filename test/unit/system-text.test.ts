/** Scripts and modules are read by the real bash and the real Nix, and never run. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { checkModule, checkScript } from '../../src/main/system/check-text.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a script', () => {
  test.each([
    'echo hello',
    '',
    'if true; then\r\n  echo "a b"\r\nfi\r\n',
    '#!/bin/bash\nset -eu\nfoo() { :; }\n',
  ])('%j can be read', async (text) => {
    expect(await checkScript(text)).toEqual({ state: 'fine', problem: null });
  });

  test.each([
    ['if true; then\necho a\nfi\n)', 4, 'unexpected token'],
    ['echo "open\n', 1, 'matching'],
    ['for i in 1 2; do\n  echo $i\n', 3, 'unexpected end of file'],
  ])('%j is told with its line', async (text, line, words) => {
    expect(await checkScript(text)).toMatchObject({
      state: 'wrong',
      problem: {
        code: 'script-syntax',
        title: `There is a mistake in the script, in line ${line} or before.`,
        detail: expect.stringContaining(words),
      },
    });
  });

  test('is not run, whatever is in it or in the environment', async () => {
    const mark = path.join(folder, 'run');
    vi.stubEnv('BASH_ENV', path.join(folder, 'env'));
    expect(await checkScript(`touch '${mark}'\n$(touch '${mark}')\n`)).toMatchObject({ state: 'fine' });
    vi.unstubAllEnvs();
    expect(existsSync(mark)).toBe(false);
  });

  test('gets no verdict where there is no bash', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const verdict = await checkScript('echo hello');
    vi.unstubAllEnvs();
    expect(verdict).toEqual({ state: 'unknown', problem: null });
  });
});

describe('a module', () => {
  test.each(['{ }', '{ pkgs, ... }: { environment.systemPackages = [ pkgs.vim ]; }', '<nixpkgs>'])(
    '%j can be read',
    async (text) => {
      expect(await checkModule(text)).toEqual({ state: 'fine', problem: null });
    },
  );

  test.each([
    ['{ a = 1;\n b = 2\n}', 3, 1, "expecting ';'"],
    ['{ pkgs, ... }: {\n  a = "x;\n}', 3, 2, 'end of file'],
    ['{ ... }: { a = pkgs.vim; }', 1, 16, "undefined variable 'pkgs'"],
  ])('%j is told with line and column', async (text, line, column, words) => {
    const verdict = await checkModule(text);
    expect(verdict).toMatchObject({ state: 'wrong', problem: { code: 'syntax-error' } });
    expect(verdict.problem?.title).toMatch(/in line \d+, column \d+\.$/);
    expect(verdict.problem?.detail).toContain(words);
    // Where a text ends too early, versions of Nix name different places.
    if (!words.includes('end of file'))
      expect(verdict.problem?.title).toContain(`line ${line}, column ${column}.`);
  });

  test('is not evaluated', async () => {
    expect(await checkModule('builtins.abort "evaluated"')).toMatchObject({ state: 'fine' });
  });
});
