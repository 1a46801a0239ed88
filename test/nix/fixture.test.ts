/**
 * The miniature nixpkgs differs from release to release as the real one does. Without these differences a generated
 * configuration could evaluate in the tests and fail on a person's computer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nix } from '../nix.ts';
import { nixpkgsOf, releases } from './releases.ts';

let base = '';
const copies = new Map<string, string>();

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'nixburn-releases-'));
  for (const release of releases) copies.set(release, await nixpkgsOf(release, base));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const isFrom = (release: string, first: string) => release >= first;

/** What an installer with this module answers to this question about it (`c` is its configuration). */
async function ask(release: string, module: string, question: string): Promise<unknown> {
  const { stdout } = await nix('nix-instantiate', [
    '--eval',
    '--strict',
    '--json',
    '--expr',
    `let
      nixpkgs = ${copies.get(release)};
      system = import (nixpkgs + "/nixos/lib/eval-config.nix") {
        modules = [
          (nixpkgs + "/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix")
          { nixpkgs.hostPlatform = "x86_64-linux"; }
          (${module})
        ];
      };
      inherit (system) lib pkgs;
      c = system.config;
      failed = map (one: one.message) (builtins.filter (one: !one.assertion) c.assertions);
      wpaStarts = c.systemd.services.wpa_supplicant.wantedBy or null;
    in
    ${question}`,
  ]);
  return JSON.parse(stdout) as unknown;
}

/** The words with which Nix refuses. */
async function refusal(release: string, module: string, question = 'c.system.build.isoImage.drvPath') {
  const words: unknown = await ask(release, module, question).then(
    (answer) => `it answered ${JSON.stringify(answer)}`,
    (error: { stderr: string }) => error.stderr,
  );
  return String(words);
}

describe.each(releases)('an installer of NixOS %s', (release) => {
  test('lets anybody in at the console, and by SSH whoever has a password', async () => {
    const answer = await ask(
      release,
      '{ }',
      `{
        inherit failed;
        inherit (c) warnings;
        variant = c.system.nixos.variant_id;
        hashes = [ c.users.users.root.initialHashedPassword c.users.users.nixos.initialHashedPassword ];
        login = c.services.getty.autologinUser;
        asks = c.security.sudo.wheelNeedsPassword;
        sshd = [ c.services.openssh.enable c.services.openssh.settings.PermitRootLogin ];
      }`,
    );
    expect(answer).toEqual({
      failed: [],
      warnings: [],
      variant: 'installer',
      hashes: ['', ''],
      login: 'nixos',
      asks: false,
      sshd: [true, 'yes'],
    });
  });

  test('takes another root login only by force up to 24.05', async () => {
    const plain = '{ services.openssh.settings.PermitRootLogin = "prohibit-password"; }';
    const question = 'c.services.openssh.settings.PermitRootLogin';
    if (isFrom(release, '24.11')) {
      expect(await ask(release, plain, question)).toBe('prohibit-password');
    } else {
      expect(await refusal(release, plain, question)).toContain(
        "The option `services.openssh.settings.PermitRootLogin' has conflicting definition values:",
      );
    }
    const forced =
      '{ lib, ... }: { services.openssh.settings.PermitRootLogin = lib.mkForce "prohibit-password"; }';
    expect(await ask(release, forced, question)).toBe('prohibit-password');
  });

  test('uses wpa_supplicant up to 25.05, and then NetworkManager', async () => {
    const newer = isFrom(release, '25.11');
    expect(await ask(release, '{ }', 'c.networking.networkmanager.enable')).toBe(newer);
    // NetworkManager shares the system's daemon only since 26.05.
    expect(await ask(release, '{ }', 'c.networking.wireless.enable')).toBe(
      !newer || isFrom(release, '26.05'),
    );
  });

  test('never joins configured networks by itself up to 25.05, unless made to', async () => {
    const networks = 'networking.wireless.networks.Attic.psk = "correct horse";';
    const alone = isFrom(release, '25.11')
      ? 'networking.networkmanager.enable = lib.mkForce false; networking.wireless.enable = true;'
      : '';
    const starts = async (more: string) =>
      ask(release, `{ lib, ... }: { ${networks} ${alone} ${more} }`, 'wpaStarts');
    const byItself = isFrom(release, '25.11') ? ['multi-user.target'] : [];
    expect(await starts('')).toEqual(byItself);
    const wanted = 'systemd.services.wpa_supplicant.wantedBy =';
    expect(await starts(`${wanted} lib.mkForce [ "multi-user.target" ];`)).toEqual(['multi-user.target']);
    if (!isFrom(release, '25.11')) {
      expect(await starts('networking.wireless.enable = true;')).toEqual([]);
      expect(await starts(`${wanted} [ "multi-user.target" ];`)).toEqual([]);
    }
  });

  test('refuses NetworkManager beside wpa_supplicant up to 25.11, and without it from 26.05 has no radio', async () => {
    const both = '{ networking.networkmanager.enable = true; networking.wireless.enable = true; }';
    const failed = await ask(release, both, 'failed');
    if (isFrom(release, '26.05')) {
      expect(failed).toEqual([]);
      const without =
        '{ lib, ... }: { networking.networkmanager.enable = true; networking.wireless.enable = lib.mkForce false; }';
      expect(await ask(release, without, 'wpaStarts')).toBe(null);
    } else {
      expect(failed).toEqual([
        expect.stringContaining('You can not use networking.networkmanager with networking.wireless.'),
      ]);
    }
  });

  test('refuses NetworkManager with networks of wpa_supplicant', async () => {
    const module =
      '{ networking.networkmanager.enable = true; networking.wireless.enable = true; networking.wireless.networks.Attic = { }; }';
    expect(await ask(release, module, 'failed')).toEqual([
      expect.stringContaining('You can not use networking.networkmanager with networking.wireless'),
    ]);
  });

  test('has VPN plugins with NetworkManager up to 25.05', async () => {
    const module = (more: string) =>
      `{ lib, ... }: { networking.networkmanager.enable = true; networking.wireless.enable = ${
        isFrom(release, '26.05') ? 'true' : 'lib.mkForce false'
      }; ${more} }`;
    const count = 'builtins.length c.networking.networkmanager.plugins';
    expect(await ask(release, module(''), count)).toBe(isFrom(release, '25.11') ? 0 : 7);
    expect(await ask(release, module('networking.networkmanager.plugins = lib.mkForce [ ];'), count)).toBe(0);
  });

  test('is named by isoName up to 24.11, and from 25.05 by baseName alone', async () => {
    const question = '{ name = c.system.build.isoImage.name; inherit (c) warnings; }';
    const isoName = '{ lib, ... }: { isoImage.isoName = lib.mkForce "attic.iso"; }';
    const baseName = '{ lib, ... }: { image.baseName = lib.mkForce "attic"; }';
    if (isFrom(release, '25.05')) {
      const own = `nixos-minimal-${release}.fixture-x86_64-linux.iso`;
      // Renamed to an option that names nothing; it says so once all supported releases have the new one.
      expect(await ask(release, isoName, question)).toEqual({
        name: own,
        warnings: isFrom(release, '25.11') ? [expect.stringContaining("`isoImage.isoName' defined in")] : [],
      });
      expect(await ask(release, baseName, question)).toEqual({ name: 'attic.iso', warnings: [] });
    } else {
      expect(await ask(release, isoName, question)).toEqual({ name: 'attic.iso', warnings: [] });
      expect(await refusal(release, baseName, question)).toContain(
        "The option `image' does not exist. Definition values:",
      );
    }
  });

  test('checks passphrases by their type from 24.11', async () => {
    const network = (psk: string) => `{ networking.wireless.networks.Attic.psk = "${psk}"; }`;
    const question = 'c.networking.wireless.networks.Attic.psk';
    expect(await ask(release, network('12345678'), question)).toBe('12345678');
    if (isFrom(release, '24.11')) {
      expect(await refusal(release, network('1234567'), question)).toMatch(
        /A definition for option `networking\.wireless\.networks\.Attic\.psk' is not of type `null or string matching/,
      );
    } else {
      expect(await ask(release, network('1234567'), question)).toBe('1234567');
    }
  });

  test('keeps ZFS off the newest kernel in the way of its release', async () => {
    const latest = (more: string) =>
      `{ lib, pkgs, ... }: { boot.kernelPackages = pkgs.linuxPackages_latest; ${more} }`;
    expect(await refusal(release, latest(''))).toMatch(
      /zfs-kernel-[\d.]+.*(is marked as broken|has problems)/,
    );
    const without = isFrom(release, '24.05')
      ? 'boot.supportedFilesystems.zfs = lib.mkForce false;'
      : 'boot.supportedFilesystems = lib.mkForce [ "vfat" ];';
    expect(await ask(release, latest(without), 'c.system.build.isoImage.drvPath')).toMatch(/\.drv$/);
  });
});

describe('what is refused in the words of nixpkgs', () => {
  const release = '26.05';

  test('an option that does not exist', async () => {
    const words = await refusal(release, '{ services.opnssh.enable = true; }');
    expect(words).toContain("error: The option `services.opnssh' does not exist. Definition values:");
    expect(words).toMatch(/- In `<unknown-file>': \{ enable = true; \}/);
  });

  test('a value of the wrong type', async () => {
    expect(await refusal(release, '{ services.openssh.enable = "yes"; }')).toContain(
      "error: A definition for option `services.openssh.enable' is not of type `boolean'. Definition values:",
    );
    expect(await refusal(release, '{ networking.hostName = "-attic"; }')).toContain(
      "A definition for option `networking.hostName' is not of type `string matching the pattern",
    );
  });

  test('a package that does not exist, or does not any more', async () => {
    const install = (name: string) => `{ pkgs, ... }: { environment.systemPackages = [ pkgs.${name} ]; }`;
    expect(await refusal(release, install('vmi'))).toContain("error: attribute 'vmi' missing");
    expect(await refusal(release, install('etcher'))).toContain("'etcher' has been removed because");
  });

  test.each([
    [
      '24.05',
      'terraform',
      /Package ‘terraform-[\d.]+’ in .* has an unfree license \(‘bsl11’\), refusing to evaluate/,
    ],
    [
      '26.05',
      'terraform',
      /Refusing to evaluate package 'terraform-[\d.]+' in .* because it has an unfree license/,
    ],
    ['24.05', 'cde', /Package ‘cde-[\d.]+’ in .* is marked as broken, refusing to evaluate/],
    ['24.05', 'python2', /Package ‘python-[\d.]+’ in .* is marked as insecure, refusing to evaluate/],
    ['24.05', 'darwin-airplay', /is not available on the requested hostPlatform/],
  ])('in %s the package %s', async (of, name, words) => {
    const install = `{ pkgs, ... }: { environment.systemPackages = [ pkgs.${name} ]; }`;
    expect(await refusal(of, install)).toMatch(words);
  });

  test('an unfree package is taken when unfree software is allowed', async () => {
    const install =
      '{ pkgs, ... }: { nixpkgs.config.allowUnfree = true; environment.systemPackages = [ pkgs.terraform ]; }';
    expect(await ask(release, install, 'c.system.build.isoImage.drvPath')).toMatch(/\.drv$/);
  });

  test('a label that an ISO 9660 file system has no room for', async () => {
    const label = (text: string) => `{ isoImage.volumeID = "${text}"; }`;
    expect(await refusal(release, label('A'.repeat(33)))).toMatch(
      /Failed assertions:\s+- isoImage\.volumeID A{33} is 33 characters\. That is 1 characters longer than the limit of 32\./,
    );
    expect(await ask(release, label('A'.repeat(32)), 'c.system.build.isoImage.drvPath')).toMatch(/\.drv$/);
  });
});

describe('who wins', () => {
  const release = '26.05';

  test('the profile, over a plain wish for no manuals; not over force', async () => {
    const question = '[ c.documentation.enable c.documentation.nixos.enable ]';
    const plain = '{ documentation.enable = false; documentation.nixos.enable = false; }';
    expect(await ask(release, plain, question)).toEqual([true, true]);
    const forced =
      '{ lib, ... }: { documentation.enable = lib.mkForce false; documentation.nixos.enable = lib.mkForce false; }';
    expect(await ask(release, forced, question)).toEqual([false, false]);
  });

  test('nobody, where two say how long the menu waits', async () => {
    const words = await refusal(release, '{ boot.loader.timeout = 5; }', 'c.boot.loader.timeout');
    expect(words).toContain("The option `boot.loader.timeout' has conflicting definition values:");
    expect(words).toMatch(/iso-image\.nix': 10/);
    const forced = '{ lib, ... }: { boot.loader.timeout = lib.mkForce 5; }';
    expect(await ask(release, forced, 'c.boot.loader.timeout')).toBe(5);
  });

  test('everybody, in the text above the login prompt', async () => {
    const question = 'c.services.getty.helpLine';
    const added = await ask(release, '{ services.getty.helpLine = "hello"; }', question);
    expect(added).toContain('hello');
    expect(added).toContain('empty passwords');
    const forced = '{ lib, ... }: { services.getty.helpLine = lib.mkForce "hello"; }';
    expect(await ask(release, forced, question)).toBe('hello');
  });

  test('one of two passwords, with a warning', async () => {
    const module = '{ users.users.root.initialPassword = "nixos"; }';
    expect(await ask(release, module, 'c.warnings')).toEqual([
      expect.stringMatching(/^The user 'root' has multiple of the options/),
    ]);
  });
});

test('avahi’s nssmdns is nssmdns4 since 24.05', async () => {
  const module = '{ services.avahi.nssmdns = true; }';
  expect(await ask('23.11', module, '{ on = c.services.avahi.nssmdns; inherit (c) warnings; }')).toEqual({
    on: true,
    warnings: [],
  });
  expect(await ask('24.05', module, '{ on = c.services.avahi.nssmdns4; inherit (c) warnings; }')).toEqual({
    on: true,
    warnings: [
      expect.stringMatching(
        /^The option `services\.avahi\.nssmdns' defined in .* has been renamed to `services\.avahi\.nssmdns4'\.$/,
      ),
    ],
  });
});
