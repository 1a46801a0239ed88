/** Turns a recipe into a flake: all its files, as values. Nothing is read or written here. */
import { announceFiles } from './announce.ts';
import { configurationNix } from './configuration.ts';
import { openFile, type FlakeFile, type ResolvedRecipe } from './flake-file.ts';
import { nixString } from './nix-text.ts';
import { packagesNix } from './packages.ts';
import { readmeText } from './readme.ts';
import { withoutSecrets } from './secrets.ts';
import { slotFiles } from './slot.ts';
import { wifiFiles } from './wifi.ts';

/**
 * Generates the flake of a checked recipe. The same recipe gives the same files, byte for byte.
 *
 * Secrets stand only in files marked `secret`, all below wifi/, and only where the recipe wants them built in.
 *
 * @param options.nixpkgs where nixpkgs comes from, as a flake reference: `defaultNixpkgs(release)` unless somebody
 *   chose otherwise.
 */
export function flakeFiles(recipe: ResolvedRecipe, options: { nixpkgs: string }): FlakeFile[] {
  const modules = [
    openFile('packages.nix', packagesNix(recipe)),
    ...announceFiles(recipe),
    ...wifiFiles(recipe),
    // Also where passphrases are built in: a name and a host key of its own are for every stick.
    ...slotFiles(recipe),
    ...(recipe.module === null ? [] : [openFile('module.nix', recipe.module)]),
  ];
  // Files in folders are imported or read by those beside flake.nix.
  const imports = modules.map(({ path }) => path).filter((path) => !path.includes('/'));
  const secrets = modules.filter(({ secret }) => secret).map(({ path }) => path);
  return [
    openFile('flake.nix', flakeNix(recipe, options.nixpkgs)),
    openFile('configuration.nix', configurationNix(recipe, imports)),
    ...modules,
    ...recipe.scripts.map(({ name, text }) => scriptFile(name, text)),
    openFile('recipe.json', `${JSON.stringify(savedRecipe(recipe), null, 2)}\n`),
    openFile('README.md', readmeText(recipe, modules)),
    openFile('.gitignore', gitIgnore(secrets)),
  ];
}

function flakeNix({ name, system, release }: ResolvedRecipe, nixpkgs: string): string {
  return `{
  description = ${nixString(`NixOS ${release} installer image of ${name}`)};

  inputs.nixpkgs.url = ${nixString(nixpkgs)};

  outputs =
    { nixpkgs, ... }:
    let
      # Of the machine that starts from the stick, not of the one that builds it.
      system = ${nixString(system)};

      installer = nixpkgs.lib.nixosSystem {
        modules = [
          "\${nixpkgs}/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix"
          { nixpkgs.hostPlatform = system; }
          ./configuration.nix
        ];
      };
    in
    {
      nixosConfigurations.installer = installer;
      packages.\${system} = rec {
        iso = installer.config.system.build.isoImage;
        default = iso;
      };
    };
}
`;
}

/** A script as the person wrote it, but for Windows line ends, with which bash can not read it. */
function scriptFile(name: string, text: string): FlakeFile {
  return { path: `scripts/${name}`, text: text.replaceAll('\r\n', '\n'), mode: 0o755, secret: false };
}

/** The recipe as it may be kept: without secrets, and without what was computed from them. */
function savedRecipe({ buildId: _buildId, ...recipe }: ResolvedRecipe): object {
  const networks = recipe.wifi.networks.map(withoutSecrets);
  return { ...recipe, wifi: { ...recipe.wifi, networks } };
}

/** What must not end up in git: results, and secrets with the list of checksums that could be used to guess them. */
function gitIgnore(secrets: readonly string[]): string {
  const lines = ['result', 'result-*', '*.iso', ...(secrets.length > 0 ? ['.nixburn.json', 'wifi/'] : [])];
  return `${lines.join('\n')}\n`;
}
