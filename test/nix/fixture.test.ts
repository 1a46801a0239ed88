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

const before = (first: string) => releases.filter((release) => release < first);
const from = (first: string) => releases.filter((release) => release >= first);
const image = 'c.system.build.isoImage.drvPath';

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
async function refusal(release: string, module: string, question = image): Promise<string> {
  const words: unknown = await ask(release, module, question).then(
    (answer) => `it answered ${JSON.stringify(answer)}`,
    (error: { stderr: string }) => error.stderr,
  );
  return String(words);
}

// Modules that several tests try.
const network = (psk: string) => `{ networking.wireless.networks.Attic.psk = "${psk}"; }`;
const install = (name: string) => `{ pkgs, ... }: { environment.systemPackages = [ pkgs.${name} ]; }`;
const label = (text: string) => `{ isoImage.volumeID = "${text}"; }`;

test.each(releases)('an installer of NixOS %s lets anybody in at the console', async (release) => {
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

describe('the root login of sshd', () => {
  const question = 'c.services.openssh.settings.PermitRootLogin';
  const plain = '{ services.openssh.settings.PermitRootLogin = "prohibit-password"; }';
  const forced = `{ lib, ... }: { services.openssh.settings.PermitRootLogin = lib.mkForce "prohibit-password"; }`;

  test.each(before('24.11'))('is in NixOS %s changed only by force', async (release) => {
    expect(await refusal(release, plain, question)).toContain(
      "The option `services.openssh.settings.PermitRootLogin' has conflicting definition values:",
    );
    expect(await ask(release, forced, question)).toBe('prohibit-password');
  });

  test.each(from('24.11'))('is in NixOS %s changed by who says another', async (release) => {
    expect(await ask(release, plain, question)).toBe('prohibit-password');
    expect(await ask(release, forced, question)).toBe('prohibit-password');
  });
});

describe('wireless networks', () => {
  const attic = 'networking.wireless.networks.Attic.psk = "correct horse";';
  const wanted = 'systemd.services.wpa_supplicant.wantedBy =';

  test.each(before('25.11'))('are never joined by NixOS %s unless that is forced', async (release) => {
    const starts = (more: string) => ask(release, `{ lib, ... }: { ${attic} ${more} }`, 'wpaStarts');
    expect(await starts('')).toEqual([]);
    expect(await starts('networking.wireless.enable = true;')).toEqual([]);
    expect(await starts(`${wanted} [ "multi-user.target" ];`)).toEqual([]);
    expect(await starts(`${wanted} lib.mkForce [ "multi-user.target" ];`)).toEqual(['multi-user.target']);
  });

  test.each(releases)(
    'by hand are read by NixOS %s only where that is allowed beside its own',
    async (release) => {
      const isNewer = release >= '25.11';
      const alone = isNewer ? 'networking.networkmanager.enable = lib.mkForce false;' : '';
      const starts = async (more: string) =>
        String(
          await ask(
            release,
            `{ lib, ... }: { ${alone} networking.wireless.enable = true; ${more} }`,
            'c.systemd.services.wpa_supplicant.script',
          ),
        );
      const own = release >= '26.05' ? '/etc/wpa_supplicant/imperative.conf' : '/etc/wpa_supplicant.conf';
      // Up to 25.05 the installer profile lets wpa_cli in, by which NixOS has a file of its own.
      expect((await starts('')).includes(`-c ${own}`)).toBe(isNewer);
      const declared = 'networking.wireless.extraConfig = "country=SE";';
      expect(await starts(declared)).not.toContain(own);
      const both = await starts(`${declared} networking.wireless.allowAuxiliaryImperativeNetworks = true;`);
      expect(both).toMatch(new RegExp(`-c ${own} -I /\\S+\\.conf`));
    },
  );

  test.each(from('25.11'))('are joined by NixOS %s without NetworkManager', async (release) => {
    const alone = 'networking.networkmanager.enable = lib.mkForce false; networking.wireless.enable = true;';
    expect(await ask(release, `{ lib, ... }: { ${attic} ${alone} }`, 'wpaStarts')).toEqual([
      'multi-user.target',
    ]);
  });

  test.each(releases)('are refused by NixOS %s beside NetworkManager', async (release) => {
    const both = '{ networking.networkmanager.enable = true; networking.wireless.enable = true;';
    expect(await ask(release, `${both} ${attic} }`, 'failed')).toEqual([
      expect.stringContaining('You can not use networking.networkmanager with networking.wireless'),
    ]);
  });

  const psk = 'c.networking.wireless.networks.Attic.psk';

  test.each(before('24.11'))('may have any passphrase in NixOS %s', async (release) => {
    expect(await ask(release, network('1234567'), psk)).toBe('1234567');
  });

  test.each(from('24.11'))('have passphrases of 8 characters or more in NixOS %s', async (release) => {
    expect(await ask(release, network('12345678'), psk)).toBe('12345678');
    expect(await refusal(release, network('1234567'), psk)).toMatch(
      /A definition for option `networking\.wireless\.networks\.Attic\.psk' is not of type `null or string matching/,
    );
  });
});

describe('NetworkManager', () => {
  const both = '{ networking.networkmanager.enable = true; networking.wireless.enable = true; }';
  const alone =
    '{ lib, ... }: { networking.networkmanager.enable = true; networking.wireless.enable = lib.mkForce false; }';
  const used = '[ c.networking.networkmanager.enable c.networking.wireless.enable ]';

  test.each([
    ...before('25.11').map((release) => [release, [false, true]] as const),
    ['25.11', [true, false]] as const,
    ...from('26.05').map((release) => [release, [true, true]] as const),
  ])('and wpa_supplicant are used by the installer of NixOS %s: %j', async (release, expected) => {
    expect(await ask(release, '{ }', used)).toEqual(expected);
  });

  test.each(before('26.05'))('is refused by NixOS %s beside wpa_supplicant', async (release) => {
    expect(await ask(release, both, 'failed')).toEqual([
      expect.stringContaining('You can not use networking.networkmanager with networking.wireless.'),
    ]);
    expect(await ask(release, alone, 'failed')).toEqual([]);
  });

  test.each(from('26.05'))('has no radio in NixOS %s without wpa_supplicant', async (release) => {
    expect(await ask(release, both, 'failed')).toEqual([]);
    expect(await ask(release, '{ }', 'wpaStarts')).toEqual(['multi-user.target']);
    expect(await ask(release, alone, 'wpaStarts')).toBe(null);
  });

  const plugins = 'builtins.length c.networking.networkmanager.plugins';

  test.each(before('25.11'))(
    'brings seven VPN plugins in NixOS %s unless told otherwise',
    async (release) => {
      expect(await ask(release, alone, plugins)).toBe(7);
      const fewer = '{ lib, ... }: { networking.networkmanager.plugins = lib.mkForce [ ]; }';
      expect(await ask(release, `{ imports = [ (${alone}) (${fewer}) ]; }`, plugins)).toBe(0);
    },
  );

  test.each(from('25.11'))('brings no VPN plugins in NixOS %s', async (release) => {
    expect(await ask(release, '{ }', plugins)).toBe(0);
  });
});

describe('the file of the image', () => {
  const question = '{ name = c.system.build.isoImage.name; inherit (c) warnings; }';
  const isoName = '{ lib, ... }: { isoImage.isoName = lib.mkForce "attic.iso"; }';
  const baseName = '{ lib, ... }: { image.baseName = lib.mkForce "attic"; }';
  const named = { name: 'attic.iso', warnings: [] };

  test.each(before('25.05'))('is named by isoName in NixOS %s', async (release) => {
    expect(await ask(release, isoName, question)).toEqual(named);
    expect(await refusal(release, baseName, question)).toContain(
      "The option `image' does not exist. Definition values:",
    );
  });

  test.each(from('25.05'))('is named by baseName in NixOS %s, and not by isoName', async (release) => {
    expect(await ask(release, baseName, question)).toEqual(named);
    expect(await ask(release, isoName, question)).toMatchObject({
      name: `nixos-minimal-${release}.fixture-x86_64-linux.iso`,
    });
  });

  // As soon as every release that is still maintained knows the new name.
  test.each([
    ['25.05', []],
    ['25.11', [expect.stringMatching(/`isoImage\.isoName' .* renamed to `image\.fileName'/)]],
  ])('has in NixOS %s a warning for the old name: %j', async (release, expected) => {
    expect(await ask(release, isoName, 'c.warnings')).toEqual(expected);
  });
});

describe('ZFS', () => {
  const latest = '{ pkgs, ... }: { boot.kernelPackages = pkgs.linuxPackages_latest; }';

  test.each(releases)('does not work with the newest kernel in NixOS %s', async (release) => {
    expect(await refusal(release, latest)).toMatch(/zfs-kernel-[\d.]+.*(is marked as broken|has problems)/);
  });

  test.each([
    ...before('24.05').map((release) => [release, ' = lib.mkForce [ "vfat" ];'] as const),
    ...from('24.05').map((release) => [release, '.zfs = lib.mkForce false;'] as const),
  ])('is left out of NixOS %s by boot.supportedFilesystems%s', async (release, without) => {
    const module = `{ imports = [ (${latest}) ({ lib, ... }: { boot.supportedFilesystems${without} }) ]; }`;
    expect(await ask(release, module, image)).toMatch(/\.drv$/);
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
    expect(await refusal(of, install(name))).toMatch(words);
  });

  test('an unfree package is taken when unfree software is allowed', async () => {
    const module = `{ imports = [ (${install('terraform')}) { nixpkgs.config.allowUnfree = true; } ]; }`;
    expect(await ask(release, module, image)).toMatch(/\.drv$/);
  });

  test('a label that an ISO 9660 file system has no room for', async () => {
    expect(await refusal(release, label('A'.repeat(33)))).toMatch(
      /Failed assertions:\s+- isoImage\.volumeID A{33} is 33 characters\. That is 1 characters longer than the limit of 32\./,
    );
    expect(await ask(release, label('A'.repeat(32)), image)).toMatch(/\.drv$/);
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
