/** Writes configuration.nix: everything a person chose except WiFi, in sections that can be read and changed by hand. */
import { packagePath } from '../../shared/package-path.ts';
import { parsePublicKey } from '../../shared/public-key.ts';
import type { ResolvedRecipe } from './flake-file.ts';
import { attributePath, binding, indented, nixList, nixPath, nixSet, nixString } from './nix-text.ts';
import { releaseFacts } from './release.ts';

/** A comment and the lines that it is about. */
interface Section {
  about: string[];
  lines: string[];
}

/** How hard squashfs packs. Level 6 takes a thirteenth of the time of level 19, and six percent more room. */
const compressionLevel = { fast: 3, balanced: 6, small: 19 };

/** Writes configuration.nix. `imports` are the files beside it, such as `wifi.nix`. */
export function configurationNix(recipe: ResolvedRecipe, imports: readonly string[]): string {
  const body = [
    { about: [], lines: [binding('imports', nixList(imports.map(nixPath), '  imports = '))] },
    ...accessSections(recipe),
    ...systemSections(recipe),
    imageSection(recipe),
  ];
  return [
    `# Made by Nixburn for NixOS ${recipe.release}. Change it as you like: Nixburn will not overwrite what you changed.`,
    '{ lib, pkgs, ... }:',
    `${letText(recipe)}{`,
    body.map(sectionText).join('\n\n'),
    '}',
    '',
  ].join('\n');
}

function sectionText({ about, lines }: Section): string {
  return indented([...about.map((line) => `# ${line}`), ...lines].join('\n'));
}

/** What stands before the module's own braces, so that it is written once. */
function letText({ keys, console: { password } }: ResolvedRecipe): string {
  const lines = keys.map((key) => {
    const parsed = parsePublicKey(key);
    if (!parsed.ok) throw new Error('a key that was not checked');
    return nixString(parsed.value.line);
  });
  const bindings = [
    ...(lines.length > 0 ? ['# Who may log in over SSH.', binding('keys', nixList(lines, '  keys = '))] : []),
    ...(password ? [binding('passwordHash', nixString(password.hashed))] : []),
  ];
  return bindings.length === 0 ? '' : `let\n${indented(bindings.join('\n'))}\nin\n`;
}

function accessSections({ keys, console: { password } }: ResolvedRecipe): Section[] {
  const sections: Section[] = [
    {
      about: [
        'SSH with keys only. The installer profile would let root in by password, so this has to overrule it.',
      ],
      lines: [
        binding(
          'services.openssh',
          nixSet([
            binding('enable', 'true'),
            binding(
              'settings',
              nixSet([
                binding('PermitRootLogin', 'lib.mkForce "prohibit-password"'),
                binding('PasswordAuthentication', 'false'),
                binding('KbdInteractiveAuthentication', 'false'),
              ]),
            ),
          ]),
        ),
        ...(keys.length === 0
          ? []
          : ['root', 'nixos'].map((user) =>
              binding(`users.users.${user}.openssh.authorizedKeys.keys`, 'keys'),
            )),
      ],
    },
  ];
  if (password) {
    sections.push({
      about: ['A password at keyboard and screen, in place of the installer logging in by itself.'],
      lines: [
        ...['root', 'nixos'].map((user) =>
          binding(`users.users.${user}.initialHashedPassword`, 'lib.mkForce passwordHash'),
        ),
        binding('services.getty.autologinUser', 'lib.mkForce null'),
        binding('security.sudo.wheelNeedsPassword', 'lib.mkForce true'),
      ],
    });
  }
  return sections;
}

function systemSections(recipe: ResolvedRecipe): Section[] {
  const sections: Section[] = [
    {
      about: [`The machine is found as ${recipe.name}.local: 22 is SSH, 5353 is how it tells its name.`],
      lines: [
        binding('networking.hostName', nixString(recipe.name)),
        binding(
          'services.avahi',
          nixSet([
            binding('enable', 'true'),
            binding('publish', nixSet([binding('enable', 'true'), binding('addresses', 'true')])),
          ]),
        ),
        binding('networking.firewall.allowedTCPPorts', '[ 22 ]'),
        binding('networking.firewall.allowedUDPPorts', '[ 5353 ]'),
      ],
    },
    {
      about: ['Language, keyboard and clock.'],
      lines: [
        binding('i18n.defaultLocale', nixString(recipe.locale)),
        binding('console.keyMap', nixString(recipe.keyMap)),
        binding('time.timeZone', nixString(recipe.timeZone)),
      ],
    },
    {
      about: ['Flakes work on the stick too.'],
      lines: [binding('nix.settings.experimental-features', nixList(['"nix-command"', '"flakes"']))],
    },
  ];
  const software = softwareLines(recipe);
  if (software.length > 0) sections.push({ about: ['What is installed on the stick.'], lines: software });
  return sections;
}

function softwareLines({ packages, scripts, allowUnfree }: ResolvedRecipe): string[] {
  const installed = [
    ...packages.map((name) => {
      const path = packagePath(name);
      if (!path) throw new Error('a package name that was not checked');
      return attributePath(['pkgs', ...path]);
    }),
    // The text stays in a file of its own, where nothing has to be quoted.
    ...scripts.map(({ name }) => {
      const file = nixPath(`scripts/${name}`);
      return `(pkgs.writeShellScriptBin ${nixString(name)} (builtins.readFile ${file}))`;
    }),
  ];
  return [
    ...(installed.length > 0
      ? [binding('environment.systemPackages', nixList(installed, '  environment.systemPackages = '))]
      : []),
    ...(allowUnfree ? [binding('nixpkgs.config.allowUnfree', 'true')] : []),
  ];
}

function imageSection({ release, image }: ResolvedRecipe): Section {
  const { imageName } = releaseFacts(release);
  const base = image.fileName.replace(/\.iso$/i, '');
  const name = imageName === 'image.baseName' ? base : `${base}.iso`;
  return {
    about: [
      'The image: its file name, its label (by which the stick finds itself), and how hard it is packed.',
    ],
    lines: [
      binding(imageName, `lib.mkForce ${nixString(name)}`),
      binding('isoImage.volumeID', nixString(image.volumeId)),
      binding(
        'isoImage.squashfsCompression',
        nixString(`zstd -Xcompression-level ${compressionLevel[image.compression]}`),
      ),
    ],
  };
}
