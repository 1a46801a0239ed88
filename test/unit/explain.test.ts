/** What is said of failures, each as a real Nix or ssh put it (recordings/README.md says how each was made). */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../src/main/build/explain.ts';
import { knownFailures } from '../../src/main/build/known-failures.ts';
import { NixLog } from '../../src/main/build/nix-log.ts';
import type { Problem } from '../../src/shared/problem.ts';
import { counterexampleOf } from '../property/runs.ts';

const recordings = path.resolve(import.meta.dirname, '../fixtures/recordings');
const versions = ['2.8', '2.26', '2.34'];

function explainText(text: string, exit: { exitCode: number | null; signal: string | null }): Problem {
  const log = new NixLog();
  for (const line of text.split('\n')) log.read(line);
  return explainFailure(log.failure(), exit);
}

const explain = (file: string): Problem =>
  explainText(readFileSync(path.join(recordings, file), 'utf8'), { exitCode: 1, signal: null });

/** Recording → code, title, what else must be said. */
const nixFailures: Record<string, [code: string, title: string, says?: RegExp]> = {
  assertion: ['assertion-failed', 'NixOS refuses this configuration.', /networkmanager with networking/],
  'attribute-missing': ['attribute-missing', 'There is no “vmi” in this release of NixOS.'],
  'broken-26.11': [
    'package-broken',
    'The package zfs-kernel-2.4.1-7.1 does not work in this release of NixOS.',
  ],
  broken: ['package-broken', 'The package zfs-kernel-2.2.7-6.14 does not work in this release of NixOS.'],
  'build-failed': ['build-failed', 'attic-tool-1.0 could not be built.', /last lines of its log/],
  'builder-killed': ['build-killed', 'The build of squashfs.img was stopped by the system.', /memory/],
  certificate: ['certificate', 'The connection to a server is not to be trusted.', /clock is right/],
  'daemon-down': ['nix-daemon-down', 'The Nix service is not running.', /systemctl start nix-daemon/],
  'database-broken': ['store-damaged', 'The database of the Nix store is damaged.'],
  'dependency-failed': ['build-failed', 'linux-6.12 could not be built.'],
  'disk-full-at-once': ['disk-full', 'The disk that holds the Nix store is full.', /nix-collect-garbage/],
  'disk-full': ['disk-full', 'The disk that holds the Nix store is full.', /10 GB/],
  'download-hash': ['hash-mismatch', 'A downloaded file is not the one that was expected.'],
  'exec-format': ['processor-differs', 'A part of the build is for another kind of processor.', /emulator/],
  'feature-missing': ['system-mismatch', 'This machine cannot build that kind of image.'],
  'features-off': ['nix-features-off', 'A feature of Nix that Nixburn needs is switched off.', /nix-command/],
  'file-missing': ['file-missing', 'The file packages.nix is missing from the flake.'],
  'flakes-off': ['nix-features-off', 'A feature of Nix that Nixburn needs is switched off.', /“flakes”/],
  'git-missing': ['git-missing', 'The program `git` is missing.', /Install git/],
  'git-untracked': ['file-missing', 'The file module.nix is missing from the flake.', /git add/],
  'github-limit': ['download-limited', 'GitHub limits how often it may be asked.', /Wait an hour/],
  'group-missing': ['nix-group-missing', 'The group of users that builds for Nix is missing.', /“nixbld”/],
  'hash-mismatch': ['hash-mismatch', 'A downloaded file is not the one that was expected.', /not your fault/],
  'http-404': ['download-failed', 'A download failed.', /nixexprs\.tar\.xz answered: HTTP error 404/],
  'impure-getenv': ['not-pure', 'The configuration looks at this computer.'],
  'impure-path': ['not-pure', 'The configuration looks at this computer.'],
  'infinite-recursion': ['infinite-recursion', 'The configuration goes round in circles.', /mkIf/],
  'input-missing': ['input-missing', 'The folder /nowhere/nixpkgs is not there.'],
  'input-no-network': ['no-network', 'There is no connection to the internet.', /VPN/],
  insecure: ['package-insecure', 'The package openssl-1.1.1w has known security holes.'],
  interrupted: ['cancelled', 'Cancelled.'],
  'lock-newer': ['lock-unsupported', 'The lock file of the flake was written by a newer Nix.'],
  'module-syntax-error': [
    'syntax-error',
    'There is a typing mistake in the configuration.',
    /unexpected '=', expecting ';', in module\.nix, line 4\./,
  ],
  'no-jobs': ['no-local-builds', 'Nix may not build on this machine.', /max-jobs = 0/],
  'no-network': ['no-network', 'There is no connection to the internet.'],
  'no-sandbox': ['sandbox-unavailable', 'Nix can not shut its builds off here.', /sandbox = false/],
  'option-conflict': [
    'option-conflict',
    'Two parts of the configuration disagree about services.openssh.settings.PermitRootLogin.',
    /mkForce/,
  ],
  'option-type': ['option-type', 'The value of services.openssh.enable is of the wrong kind.', /boolean/],
  'option-unknown': [
    'option-unknown',
    'The option services.opensshd does not exist in this release of NixOS.',
  ],
  'output-missing': ['flake-output-missing', 'The flake holds no installer image.'],
  removed: ['package-removed', 'The package neofetch has been removed from NixOS.', /fastfetch/],
  'sandbox-shell': [
    'sandbox-shell-missing',
    'The sandbox of Nix on this machine has no /bin/sh.',
    /sandbox = false/,
  ],
  'server-unreachable': ['server-unreachable', 'A server does not answer.', /127\.0\.0\.1:18089/],
  signature: ['signature-missing', 'A result of the builder is not signed.'],
  silent: ['build-timed-out', 'A part of the build took too long.', /allow 1 s/],
  'stack-overflow': ['infinite-recursion', 'The configuration goes round in circles.'],
  'syntax-error': [
    'syntax-error',
    'There is a typing mistake in the configuration.',
    /unexpected ';', in flake\.nix, line 3\./,
  ],
  'system-mismatch': ['system-mismatch', 'This machine cannot build that kind of image.', /over SSH/],
  timeout: ['build-timed-out', 'A part of the build took too long.'],
  'undefined-variable': ['attribute-missing', 'There is no “pkgs” in this release of NixOS.'],
  unfree: ['package-unfree', 'The package vscode-1.106.2 is not free software.', /Allow unfree/],
  'unknown-flag': ['nix-too-old', 'This Nix is too old.', /2\.18/],
  unsupported: [
    'package-unsupported',
    'The package memtest86-efi-11.5 does not exist for this kind of processor.',
  ],
  'untrusted-user': ['build-failed', 'attic-tool-1.0 could not be built.'],
  'user-denied': ['nix-denied', 'Your account may not use Nix on this machine.', /nix-users/],
  'user-local': ['nix-store-denied', 'Your account may not write the Nix store.'],
};

describe.each(versions)('A failure of Nix %s', (version) => {
  const names = readdirSync(path.join(recordings, 'nix-failures', version)).map(
    (name) => path.parse(name).name,
  );

  test.each(names)('is put into words: %s', (name) => {
    const [code, title, says = /./] = nixFailures[name]!;
    const said = explain(`nix-failures/${version}/${name}.jsonl`);
    expect(said).toMatchObject({ code, title });
    expect(`${said.detail}\n${said.remedy}`).toMatch(says);
    // Who cancelled needs no advice.
    expect(said.remedy).toMatch(code === 'cancelled' ? /^$/ : /\.$/);
    // Nix's own words stay at hand, without colours.
    expect(said.raw).not.toBe('');
    expect(said.raw).not.toContain('\u001b');
    expect(`${said.title}${said.detail}${said.remedy}`).not.toMatch(/\$\d|[{}]|undefined/);
  });
});

test('The last lines of the failed build are in the technical details, and nothing of other builds', () => {
  const { raw } = explain('nix-failures/2.26/build-failed.jsonl');
  expect(raw).toContain('line 60 of the compiler');
  expect(raw).toContain('main.c:3: error: expected expression');
});

test('A store that others use at this moment is said to be busy, but only where Nix gave up on it', () => {
  // What Nix 2.8 throws; it was recorded in a warning, after which Nix tried again and got on.
  const busy = "SQLite database '/nix/var/nix/db/db.sqlite' is busy";
  expect(explainText(`error: ${busy}`, { exitCode: 1, signal: null }).code).toBe('store-busy');
  const passed = `warning: error: ${busy}\nerror: syntax error, unexpected ';'`;
  expect(explainText(passed, { exitCode: 1, signal: null }).code).toBe('syntax-error');
});

const sshFailures: [file: string, code: string, remedy: RegExp][] = [
  ['denied', 'ssh-denied', /ssh-add/],
  ['host-key-unknown', 'host-key-unknown', /fingerprint/],
  ['host-key-changed', 'host-key-changed', /ssh-keygen -R/],
  ['refused', 'ssh-unreachable', /switched on/],
  ['resolve', 'ssh-unreachable', /name/],
  ['timeout', 'ssh-unreachable', /network/],
  ['cut', 'builder-lost', /build again/],
];
test.each(sshFailures)('A failure of ssh is put into words: %s', (name, code, remedy) => {
  const said = explain(`ssh/${name}.txt`);
  expect(said.code).toBe(code);
  expect(said.remedy).toMatch(remedy);
});

test('A build whose log merely speaks of connections is no failure of ssh', () => {
  const drv = '/nix/store/00000000000000000000000000000000-linux-6.12.tar.xz.drv';
  const text = [
    `@nix ${JSON.stringify({ action: 'start', id: 1, type: 105, level: 3, text: '', fields: [drv, '', 1, 1] })}`,
    ...['Connection reset by peer', 'Permission denied (publickey).'].map(
      (line) => `@nix ${JSON.stringify({ action: 'result', id: 1, type: 101, fields: [line] })}`,
    ),
    `@nix ${JSON.stringify({ action: 'msg', level: 0, msg: `error: builder for '${drv}' failed with exit code 1` })}`,
  ].join('\n');
  expect(explainText(text, { exitCode: 1, signal: null }).code).toBe('build-failed');
});

describe('Without any error of Nix', () => {
  test.each([
    [{ exitCode: null, signal: 'SIGSEGV' }, 'nix-crashed'],
    [{ exitCode: 139, signal: null }, 'nix-crashed'],
    [{ exitCode: null, signal: 'SIGKILL' }, 'nix-killed'],
    [{ exitCode: 137, signal: null }, 'nix-killed'],
    [{ exitCode: 1, signal: null }, 'build-unexplained'],
  ])('the way it ended is explained: %j', (exit, code) => {
    expect(explainText('', exit).code).toBe(code);
  });

  test('the last lines that mean something are shown', () => {
    const said = explainText('first\nsecond\nthird\nfourth\nwarning: unknown setting\n\n', {
      exitCode: 1,
      signal: null,
    });
    expect(said).toMatchObject({ code: 'build-unexplained', detail: 'second\nthird\nfourth' });
    expect(said.raw).toContain('warning: unknown setting');
  });
});

test('An error that nobody knows is shown by its own first line', () => {
  const said = explainText('error: the moon is in the wrong phase\n', { exitCode: 1, signal: null });
  expect(said).toMatchObject({ code: 'build-unexplained', detail: 'the moon is in the wrong phase' });
});

test('The trace and the source code that Nix shows are not taken for its message', () => {
  const source = `error:
       … while calling the 'throw' builtin
         at /nix/store/x-source/flake.nix:3:66:
            3|     isoImage = throw "attribute 'vim' missing"; # No space left on device
             |                ^

       error: the moon is in the wrong phase`;
  const text = `@nix ${JSON.stringify({ action: 'msg', level: 0, msg: source })}`;
  const said = explainText(text, { exitCode: 1, signal: null });
  expect(said).toMatchObject({ code: 'build-unexplained', detail: 'the moon is in the wrong phase' });
  expect(said.raw).toContain('while calling');
});

test('Secrets are hidden in every part of what is said', () => {
  const secrets = ['correct horse battery', 'ghp_0123456789abcdefghij', '$y$j9T$abcdefgh$ijklmnop'];
  const text = [
    `error: unable to download 'https://me:hunter22@example.org/x': HTTP error 401`,
    `psk="${secrets[0]}"`,
    `token ${secrets[1]}`,
    `hashedPassword = "${secrets[2]}"`,
  ].join('\n');
  const json = `@nix ${JSON.stringify({ action: 'msg', level: 0, msg: text })}`;
  for (const form of [text, json]) {
    const said = JSON.stringify(explainText(form, { exitCode: 1, signal: null }));
    for (const secret of [...secrets, 'hunter22']) expect(said).not.toContain(secret);
    expect(said).toContain('[hidden]');
  }
});

test('Every known failure has words that stand for themselves', () => {
  for (const { code, words } of knownFailures) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const [title, detail, remedy] = words;
    expect(title).toMatch(/\.$/);
    expect(remedy).toMatch(/\.$/);
    expect(`${title}${detail}${remedy}`).not.toMatch(/!|please/i);
  }
});

test('Whatever Nix says, the answer comes quickly and is bounded', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      "attribute '",
      "' missing",
      'error: ',
      'Package ‘',
      '’ is marked as broken',
      '\n',
      "The option `a'",
      'Failed assertions:',
      '/nix/store/00000000000000000000000000000000-x.drv',
      "builder for '",
      "' failed",
      ' has been removed',
      '{$1}',
    ),
  );
  const text = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''));
  const property = fc.property(text, fc.integer({ min: 1, max: 40 }), (said, times) => {
    const started = performance.now();
    const long = said.repeat(times);
    const { title, detail, remedy, raw } = explainText(`error: ${long}`, { exitCode: 1, signal: null });
    return (
      title !== '' &&
      title.length < 2000 &&
      detail.length < 2000 &&
      remedy.length < 2000 &&
      raw.length <= 16_000 &&
      performance.now() - started < 2000
    );
  });
  expect(counterexampleOf(property)).toBeNull();
});
