/** Writes packages.nix: what is installed on the stick, packages and the person's own scripts. */
import { packagePath } from '../../shared/package-path.ts';
import type { ResolvedRecipe } from './flake-file.ts';
import { attributePath, binding, nixList, nixModule, nixPath, nixString } from './nix-text.ts';

/** Is there with no packages too, so that whoever looks for the place to add one finds it. */
export function packagesNix({ packages, scripts, allowUnfree }: ResolvedRecipe): string {
  const installed = [
    ...packages.map((name) => {
      const path = packagePath(name);
      if (!path) throw new Error('a package name that was not checked');
      return attributePath(['pkgs', ...path]);
    }),
    // The text stays in a file of its own, where nothing has to be quoted. The build checks it with bash -n.
    ...scripts.map(({ name }) => {
      const file = nixPath(`scripts/${name}`);
      return `(pkgs.writeShellScriptBin ${nixString(name)} (builtins.readFile ${file}))`;
    }),
  ];
  return nixModule({
    about: 'What is installed on the stick.',
    uses: ['pkgs'],
    blocks: [
      binding('environment.systemPackages', nixList(installed, '  environment.systemPackages = ')),
      ...(allowUnfree
        ? [
            `# Packages that are not free software may be used.\n${binding('nixpkgs.config.allowUnfree', 'true')}`,
          ]
        : []),
    ],
  });
}
