/** `nixburn packages` as people run it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, nixpkgs, runCommand, type Home } from '../contract/program.ts';

let home: Home;
let server: Server;
let channels: NodeJS.ProcessEnv;
let isDown = false;

beforeAll(async () => {
  home = await makeHome();
  const about = { description: 'Says hello', unfree: true };
  const list = brotliCompressSync(JSON.stringify({ packages: { hello: { version: '2.12', meta: about } } }));
  server = createServer((request, response) => {
    if (isDown) return void response.destroy();
    response.end(request.url?.endsWith('/git-revision') ? 'c'.repeat(40) : list);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  channels = { NIXBURN_CHANNELS: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});
afterAll(async () => {
  server.close();
  await home.remove();
});

describe('nixburn packages search', () => {
  test('without a list and without a network searches the catalogue, and says so', async () => {
    const nowhere = { NIXBURN_CHANNELS: 'http://127.0.0.1:9' };
    const { exit, stdout, stderr } = await runCommand(home, ['packages', 'search', 'clamav'], nowhere);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringMatching(/^clamav — /) });
    expect(stderr).toContain('Only the catalogue is searched.');
  });

  test('downloads the list once, and searches it from then on also without a network', async () => {
    const first = await runCommand(home, ['packages', 'search', 'hello'], channels);
    expect(first).toMatchObject({ exit: 0, stdout: 'hello 2.12 — Says hello (unfree)\n' });
    expect(first.stderr).toContain('Downloading the list of all packages of nixos-26.05');
    isDown = true;
    const second = await runCommand(home, ['packages', 'search', '--json', 'helo'], channels);
    expect(
      second.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { kind: 'package', package: { name: 'hello', unfree: true } },
      { kind: 'done', from: 'nixos-26.05', count: 1 },
    ]);
    expect(second.stderr).toBe('');
  });

  test('goes through a nixpkgs of one’s own with Nix', async () => {
    const { exit, stdout } = await runCommand(home, ['packages', 'search', 'requests', '--nixpkgs', nixpkgs]);
    expect(exit).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^python3\d*Packages\.requests 2\.\S+ — HTTP library for Python$/);
  });

  test('of a release that is not known is refused as in a recipe', async () => {
    const { exit, stderr } = await runCommand(home, ['packages', 'search', 'vim', '--release', '19.03']);
    expect(exit).toBe(2);
    expect(stderr).toContain('Nixburn does not know the NixOS release “19.03”.');
  });
});

describe('nixburn packages check', () => {
  test('prints a line for each name, and ends with 2 where one can not be on the stick', async () => {
    const { exit, stdout, stderr } = await runCommand(home, [
      'packages',
      'check',
      'git',
      'exa',
      '--nixpkgs',
      nixpkgs,
    ]);
    expect(exit).toBe(2);
    expect(stdout.split('\n')[0]).toMatch(/^git \d\S+ — Distributed version control system$/);
    expect(stdout).toContain('exa: nixpkgs does not have “exa” any more.');
    expect(stderr).toContain('Take eza in its place.');
  });

  test('ends with 0 where all can, and takes the architecture and the license into account', async () => {
    const args = ['packages', 'check', 'vscode', 'fwts', '--nixpkgs', nixpkgs];
    expect(await runCommand(home, [...args, '--allow-unfree'])).toMatchObject({ exit: 0 });
    const both = await runCommand(home, [...args, '--system', 'aarch64-linux', '--json']);
    expect(both.exit).toBe(2);
    const codes = both.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { verdict?: { problem: { code: string } } });
    expect(codes.flatMap(({ verdict }) => verdict?.problem.code ?? [])).toEqual([
      'package-unfree',
      'package-unsupported',
    ]);
  });

  test.each([
    [['check', 'a b'], 'can not be the name of a package'],
    [['check'], 'needs search WORDS or check NAME'],
    [['find', 'vim'], 'can search or check, and not find'],
    [['check', 'vim', '--system', 'vax'], 'is no architecture'],
  ])('%j is not understood, and says so', async (args, words) => {
    const { exit, stderr } = await runCommand(home, ['packages', ...args]);
    expect(exit).toBe(2);
    expect(stderr).toContain(words);
  });
});
