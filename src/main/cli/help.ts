/** What `nixburn help` says: the commands and how each is used. */

interface Help {
  /** What follows `nixburn NAME`, one line a form. */
  usage: string[];
  about: string;
}

export const help: Record<string, Help> = {
  check: {
    usage: ['RECIPE.json'],
    about: 'Says what is wrong with a recipe. Exit status 0: nothing; 2: something.',
  },
  schema: { usage: [''], about: 'Prints the JSON Schema of recipes.' },
  flake: {
    usage: ['RECIPE.json --out DIR [--nixpkgs FLAKEREF] [--update] [--json]'],
    about:
      'Writes the flake into DIR, which must be empty or hold a flake that Nixburn wrote, as a git repository with all ' +
      'files staged. --update moves its nixpkgs to the newest revision, and says from when to when.',
  },
  build: {
    usage: ['RECIPE.json [--on HOST] [--nixpkgs FLAKEREF] [--update] [--out FILE.iso] [--json]'],
    about:
      'Builds the image, here or on HOST (ssh://user@host[:port], a name from ~/.ssh/config, a builder that was saved, or ' +
      'auto for the fastest that fits), and prints its path. ' +
      'Takes the same revision of nixpkgs as the last time, or with --update the newest.',
  },
  image: {
    usage: ['FILE.iso [--json]'],
    about: 'Shows an image: label, size, SHA-256, boot modes, its recipe.',
  },
  drives: {
    usage: ['[--json] [--watch]'],
    about: 'Lists every drive, whether it may be written, and why not.',
  },
  write: {
    usage: [
      'FILE.iso --to TARGET… [--with RECIPE.json] [--yes] [--json]',
      'RECIPE.json --on HOST --to TARGET [--nixpkgs FLAKEREF] [--update] [--yes] [--json]',
    ],
    about:
      'Erases each TARGET, writes the image to it and reads it back. A TARGET is a drive, or an ordinary file as a ' +
      'practice stick. Asks for the drive’s name first, unless --yes is given; --yes overrides no safety rule. --with ' +
      'fills the slot of each stick: WiFi, keys, name and a host key of its own; several are called NAME-01, NAME-02. ' +
      'With a recipe and --on, the image is built on HOST and written while it arrives, with its slot filled: no copy of ' +
      'it stays on this computer.',
  },
  verify: {
    usage: ['FILE.iso --on TARGET [--json]'],
    about: 'Reads TARGET back and compares it with the image.',
  },
  restore: {
    usage: ['TARGET [--label NAME] [--yes] [--json]'],
    about:
      'Makes an ordinary stick again: erases TARGET and gives it one empty partition (FAT32) that every computer reads, ' +
      'called NAME, at most 11 letters and digits, or STICK. Asks for the drive’s name first, unless --yes is given; ' +
      '--yes overrides no safety rule.',
  },
  save: {
    usage: ['TARGET --out FILE [--json]'],
    about:
      'Copies all of TARGET into FILE, which must not be there yet, and says its SHA-256. TARGET is unmounted and not ' +
      'changed. What is empty on it takes no room in FILE.',
  },
  eject: {
    usage: ['TARGET [--json]'],
    about: 'Unmounts what is mounted of TARGET and lets go of it, so that you can pull it out.',
  },
  personalise: {
    usage: ['TARGET-or-ISO --with RECIPE.json [--json]'],
    about:
      'Fills the slot of a finished stick, or of an ISO file, in place: WiFi, keys, the recipe’s name and a new host key. ' +
      'Keys that were built in stay. Nothing else is written, and what was written is read back.',
  },
  find: {
    usage: ['[--name NAME] [--wait SECONDS] [--sweep] [--json]'],
    about:
      'Finds machines that were started from sticks filled here, and proves them by their host keys. --sweep also tries ' +
      'every address of this computer’s own IPv4 networks, a hundred a second, and whoever answers on its links over IPv6. ' +
      'It waits 5 seconds unless told otherwise.',
  },
  connect: {
    usage: ['[USER@]NAME [--save]'],
    about:
      'Finds the machine and opens ssh to it, as root unless told otherwise. Only the host key that was put on its stick ' +
      'is believed, and nothing is asked about it. --save adds the machine to ~/.ssh/config, so that ssh NAME does the same.',
  },
  keys: {
    usage: [
      '[FILE…] [--github USER] [--gitlab USER] [--codeberg USER] [--url HTTPS] [--json]',
      'make FILE [--type ed25519|rsa] [--comment TEXT] [--no-passphrase] [--json]',
    ],
    about:
      'Shows SSH public keys, found or given or published under a name: type, bits, fingerprint, comment. make asks for ' +
      'a passphrase and writes a new key to FILE and FILE.pub.',
  },
  packages: {
    usage: [
      'search WORDS [--release R] [--nixpkgs FLAKEREF] [--json]',
      'check NAME… [--release R] [--nixpkgs FLAKEREF] [--system S] [--allow-unfree] [--json]',
    ],
    about:
      'search looks through all packages of the release, whose list is downloaded once a day; with --nixpkgs, Nix goes ' +
      'through that one. check asks Nix whether the names can be on a stick, and why not. Exit status 2: one can not.',
  },
  recipes: {
    usage: [
      '[list] [--json]',
      'show NAME [--json]',
      'save NAME RECIPE.json [--replace] [--json]',
      'remove NAME [--yes] [--json]',
      'compare NAME|RECIPE.json NAME|RECIPE.json [--json]',
    ],
    about:
      'The recipes that are kept under names, as in the window: the most recent first. show prints one as a file would ' +
      'hold it; compare says in sentences what changes from one to the other. Secrets of networks are never kept.',
  },
  doctor: {
    usage: ['[--on HOST] [--json]'],
    about: 'Says what is missing to build here or on HOST, and what to do about it.',
  },
  diagnostics: {
    usage: ['[--json]'],
    about:
      'Prints what helps to find a mistake: version, system, Nix, settings, drives, the last logs. Names, addresses, serial ' +
      'numbers, keys and secrets are taken out; read it all the same before you send it on.',
  },
  builders: {
    usage: [
      '[--json]',
      'add NAME HOST [--system S] [--speed N] [--key FILE] [--jump HOSTS] [--json]',
      'change NAME [--host HOST] [--system S] [--speed N] [--key FILE|none] [--jump HOSTS|none] [--json]',
      'remove NAME [--json]',
      'trust NAME-or-HOST [--fingerprint SHA256:…] [--json]',
    ],
    about:
      'The Linux machines to build on, for --on NAME and for the window. --speed is against this computer, which is 1. ' +
      'trust shows the host key of a machine that nobody knows yet, and has ssh know it only after you said yes, or named ' +
      'the fingerprint.',
  },
  images: {
    usage: ['[--json]', 'remove IMAGE… [--json]', 'keep GB [--json]'],
    about:
      'The images that are kept from earlier builds, the newest first. remove takes a path, a file name, the name of a ' +
      'recipe or the first letters of a SHA-256. keep says how much room all may take: the oldest go first, now and after ' +
      'each build.',
  },
  serve: {
    usage: ['[--port N] [--open] [--nixpkgs FLAKEREF]'],
    about: 'Shows the window in a browser of this computer. Prints its address, which works once.',
  },
};

/** All commands, one a line. */
export function overview(): string {
  const names = Object.keys(help);
  const width = Math.max(...names.map((name) => name.length));
  return [
    'nixburn makes a NixOS installer stick that lets you in over SSH.',
    '',
    ...names.map((name) => `  nixburn ${name.padEnd(width)}  ${help[name]?.usage[0] ?? ''}`.trimEnd()),
    '',
    'nixburn help COMMAND tells more. Results go to stdout, everything else to stderr; --json prints one event a line.',
    'Exit status: 0 done, 1 failed, 2 bad input or usage, 3 refused for safety, 130 cancelled.',
  ].join('\n');
}

/** One command. */
export function helpOn(name: string): string {
  const { usage, about } = help[name] ?? { usage: [], about: '' };
  return [...usage.map((form) => `nixburn ${name} ${form}`.trimEnd()), '', about].join('\n');
}
