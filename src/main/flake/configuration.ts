/** Writes configuration.nix: what a person chose for the system itself, in sections that can be read and changed by hand. */
import { parsePublicKey } from '../../shared/public-key.ts';
import type { ResolvedRecipe } from './flake-file.ts';
import { binding, indented, nixList, nixModule, nixPath, nixSet, nixString } from './nix-text.ts';
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
  const sections = [
    { about: [], lines: [binding('imports', nixList(imports.map(nixPath), '  imports = '))] },
    ...accessSections(recipe),
    ...systemSections(recipe),
    imageSection(recipe),
  ];
  return nixModule({
    about: `Made by Nixburn for NixOS ${recipe.release}. Change it as you like: Nixburn will not overwrite what you changed.`,
    uses: ['lib'],
    before: letText(recipe),
    blocks: sections.map(({ about, lines }) => [...about.map((line) => `# ${line}`), ...lines].join('\n')),
  });
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
  const { name, locale, keyMap, timeZone, consoleFont } = recipe;
  return [
    {
      about: [
        `The machine is found as ${name}.local: 22 is SSH, 5353 is how it tells its name (announce.nix).`,
      ],
      lines: [
        binding('networking.hostName', nixString(name)),
        binding('networking.firewall.allowedTCPPorts', '[ 22 ]'),
        binding('networking.firewall.allowedUDPPorts', '[ 5353 ]'),
      ],
    },
    {
      about: ['Language, keyboard and clock.'],
      lines: [
        binding('i18n.defaultLocale', nixString(asGlibcLists(locale))),
        binding('console.keyMap', nixString(keyMap)),
        ...(consoleFont === null ? [] : [binding('console.font', nixString(consoleFont))]),
        binding('time.timeZone', nixString(timeZone)),
      ],
    },
    {
      about: ['Flakes work on the stick too.'],
      lines: [binding('nix.settings.experimental-features', nixList(['"nix-command"', '"flakes"']))],
    },
    {
      about: ['Nothing on the stick outlives a restart, so there is no older state to fit.'],
      lines: [binding('system.stateVersion', 'lib.trivial.release')],
    },
  ];
}

/**
 * `de_DE.utf8`, as `locale -a` prints it, in the spelling of glibc's list (localedata/SUPPORTED): NixOS builds no other,
 * and from 25.05 does not put it right (nixos/modules/config/i18n.nix).
 */
function asGlibcLists(locale: string): string {
  return locale.replace(/\.utf-?8(?=@|$)/i, '.UTF-8');
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
      ...(image.edition === null ? [] : [binding('isoImage.edition', nixString(image.edition))]),
      binding(
        'isoImage.squashfsCompression',
        nixString(`zstd -Xcompression-level ${compressionLevel[image.compression]}`),
      ),
    ],
  };
}
