/** Writes the README of a flake: how to go on with it by hand, without Nixburn. */
import type { ResolvedRecipe } from './flake-file.ts';

/** Markdown for whoever opens the folder. */
export function readmeText({ name, release, system, wifi, scripts, module }: ResolvedRecipe): string {
  const baked = wifi.secrets === 'baked' && wifi.networks.length > 0;
  const files = [
    ['flake.nix', `NixOS ${release} and what can be built from it`],
    ['configuration.nix', 'what is on the stick, and who may log in'],
    ['wifi.nix', 'wireless networks'],
    ...(baked ? [['wifi/', 'the networks with their passphrases: keep these files to yourself']] : []),
    ...(wifi.secrets === 'slot'
      ? [['slot.nix, slot/', 'room for passphrases, filled in after the build']]
      : []),
    ...(scripts.length > 0 ? [['scripts/', 'commands of your own']] : []),
    ...(module === null ? [] : [['module.nix', 'a NixOS module of your own']]),
    ['recipe.json', 'what Nixburn made all this from; without passphrases'],
  ];
  return [
    `# Installer image of ${name}`,
    '',
    'Build it in this folder with Nix 2.18 or newer:',
    '',
    `    nix --extra-experimental-features 'nix-command flakes' build path:.#packages.${system}.iso`,
    '',
    'The image is then `result/iso/*.iso`. `nix flake update` takes newer packages of the same release.',
    '',
    ...(baked
      ? [
          'Git leaves the passphrases out, and Nix takes from a git repository only what git knows: keep the `path:`.',
          '',
        ]
      : []),
    ...files.map(([file, about]) => `- \`${file}\`: ${about}`),
    '',
  ].join('\n');
}
