/** Writes the README of a flake: how to go on with it by hand, without Nixburn. */
import type { FlakeFile, ResolvedRecipe } from './flake-file.ts';

/** Markdown for whoever opens the folder. `files` are those of the flake, without this one. */
export function readmeText(recipe: ResolvedRecipe, files: readonly FlakeFile[]): string {
  const { name, release, system } = recipe;
  const hasSecrets = files.some(({ secret }) => secret);
  return [
    `# Installer image of ${name}`,
    '',
    ...buildLines(hasSecrets),
    '',
    'The image is then `result/iso/*.iso`. `nixburn write` puts it on a drive and reads it back; `dd` only writes it.',
    '',
    '## What is what',
    '',
    ...fileList(recipe, files).map(([file, about]) => `- \`${file}\`: ${about}`),
    '',
    'All of it is yours to change. Nixburn writes only what it would write differently, and no file that you changed.',
    '',
    '## Which packages',
    '',
    `\`flake.lock\` appears with the first build and names the exact revision of nixpkgs: the same files then make the`,
    'same system. Keep it with the others. To take newer packages of the same release:',
    '',
    `    ${nix} flake update`,
    '',
    '`nixburn flake RECIPE --out DIR --update` does the same, and says from when to when.',
    '',
    `The image is for ${system} and NixOS ${release}; both stand in \`flake.nix\`.`,
    '',
  ].join('\n');
}

const nix = `nix --extra-experimental-features 'nix-command flakes'`;

function buildLines(hasSecrets: boolean): string[] {
  const start = ['Build it in this folder with Nix 2.18 or newer:', ''];
  if (!hasSecrets) {
    return [
      ...start,
      `    ${nix} build .#iso`,
      '',
      'Nix sees of a git repository only what git knows, so `git add` what you add yourself; or build `path:.#iso`,',
      'which takes all there is.',
    ];
  }
  return [
    ...start,
    `    ${nix} build path:.#iso`,
    '',
    'Not `.#iso`: the WiFi secrets in `wifi/` are kept out of git, and Nix sees of a git repository only what git knows.',
    'Every build copies them into the Nix store, where everybody on that machine can read them; whoever holds the stick',
    'can read them too.',
  ];
}

function fileList({ release, scripts, module }: ResolvedRecipe, files: readonly FlakeFile[]): string[][] {
  const networks = files.filter(({ path }) => path.startsWith('wifi/'));
  const secrets = networks.some(({ secret }) => secret) ? ' with their secrets: keep these to yourself' : '';
  return [
    ['flake.nix', `NixOS ${release} and what can be built from it`],
    ['configuration.nix', 'who may log in, names, language, the image'],
    ['packages.nix', 'what is installed on the stick'],
    ['announce.nix, announce/', 'the machine tells its name on the network and its addresses on the screen'],
    ['wifi.nix', 'wireless networks'],
    ...(networks.length > 0 ? [['wifi/', `the networks${secrets}`]] : []),
    ['slot.nix, slot/', 'room for what is put on the stick after the build: its host key, passphrases, keys'],
    ...(scripts.length > 0 ? [['scripts/', 'commands of your own']] : []),
    ...(module === null ? [] : [['module.nix', 'a NixOS module of your own']]),
    ['recipe.json', 'what Nixburn made all this from; without secrets'],
  ];
}
