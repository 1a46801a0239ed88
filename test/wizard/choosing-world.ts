/** What the scripted door answers about choosing: what needs no machine is the real thing, the rest is written down. */
import { catalogueSearcher, presets } from '../../src/main/packages/catalogue.ts';
import { choices } from '../../src/main/system/choices.ts';
import { failed, problem } from '../../src/shared/problem.ts';
import type {
  CheckedPackages,
  choosing,
  FoundPackage,
  KnownNetworks,
  PackageVerdict,
  TextVerdict,
} from '../../src/shared/choosing.ts';
import type { KeptCall } from './kept-world.ts';
import type { Answers } from './scripted-door.ts';

const notScripted = failed(problem('not-scripted', 'This answer is not written down.'));

export const choosingWorld: Pick<Answers, Exclude<keyof (typeof choosing)['calls'], KeptCall>> = {
  presets,
  searchPackages: ({ words, limit }) => ({
    from: 'catalogue',
    packages: catalogueSearcher().search(words, limit),
  }),
  packageIndex: () => null,
  knownNetworks: () => ({ networks: [], note: null }),
  knownPassphrase: () => notScripted,
  choices: () => choices({ timeZone: 'Europe/Stockholm', language: 'sv_SE.UTF-8' }),
  checkScript: () => ({ state: 'unknown', problem: null }),
  checkModule: () => ({ state: 'unknown', problem: null }),
  hashPassword: () => notScripted,
};

export const packageIndex = {
  channel: 'nixos-26.05',
  revision: '0c19ae3a7b3e1d5f8a2b4c6d8e0f1a3b5c7d9e1f',
  count: 131_482,
  checkedAt: '2026-11-20T08:00:00Z',
};

const found: FoundPackage = {
  name: 'helix',
  version: '25.07.1',
  about: 'Post-modern modal text editor',
  program: 'hx',
  unfree: false,
  broken: false,
  insecure: false,
  unsupported: false,
};

/** With every mark that a package can bear. */
export const foundPackages: FoundPackage[] = [
  found,
  {
    ...found,
    name: 'vscode',
    version: '1.119.0',
    about: 'Code editor developed by Microsoft',
    program: 'code',
    unfree: true,
  },
  { ...found, name: 'zile', version: '2.6.2', about: 'Small clone of Emacs', program: '', broken: true },
  {
    ...found,
    name: 'python3Packages.a-plugin-with-a-long-name-for-jupyter-notebooks',
    version: '0.4',
    about: '',
    program: '',
    insecure: true,
  },
];

const verdict: PackageVerdict = {
  name: '',
  version: '1.0',
  about: null,
  licenses: ['MIT'],
  program: null,
  unfree: false,
  broken: false,
  insecure: false,
  unsupported: false,
  problem: null,
  suggestion: null,
};

const odd: Record<string, Partial<PackageVerdict>> = {
  vimm: {
    version: null,
    problem: problem('package-missing', 'There is no package “vimm” in this release.', {
      detail: 'Did you mean vim?',
      remedy: 'Correct the name, or remove it.',
    }),
    suggestion: 'vim',
  },
  steam: {
    unfree: true,
    problem: problem('package-unfree', '“steam” is not free software.', {
      detail: 'Its license: Unfree redistributable.',
      remedy: 'Allow packages that are not free software, or remove it.',
    }),
  },
};

/** What Nix might say about these names: vimm is misspelt, steam is not free, and all others are fine. */
export function checkedPackages(names: string[], allowUnfree = false): CheckedPackages {
  return {
    verdicts: names.map((name) => ({
      ...verdict,
      ...odd[name],
      name,
      ...(name === 'steam' && allowUnfree ? { problem: null } : {}),
    })),
    by: 'nix',
    size: {
      lastImage: null,
      packages: 148_000_000,
      unknown: ['git'],
      words:
        'The size of the installer itself is known after the first build. The packages take up to 148 MB of an image. The size of 1 package is not known yet.',
    },
  };
}

export const indexFailure = problem('web-unreachable', 'channels.nixos.org can not be reached.', {
  detail: 'This computer has no connection to it.',
  remedy: 'Check the network, then try again.',
});

export const nixMissing = problem('nix-missing', 'Nix is not installed.', {
  detail: 'There is no program called nix on this computer.',
  remedy: 'Install it from nixos.org/download, then check again.',
});

export const homeNetwork = { ssid: 'Attic', security: 'wpa2-wpa3', hidden: false, priority: 5 } as const;

export const knownList: KnownNetworks = {
  networks: [
    {
      id: 'nm:1',
      ...homeNetwork,
      from: 'NetworkManager',
      consent:
        'NetworkManager may ask for your password. The command is: nmcli --show-secrets connection show uuid 4f6c2f0e-8d1b-4f0a-9a57-0d5a4b1f7c11',
    },
    {
      id: 'nm:2',
      ssid: 'Campus',
      security: 'enterprise',
      hidden: false,
      priority: 0,
      from: 'NetworkManager',
      consent: 'NetworkManager may ask for your password.',
    },
  ],
  note: problem('networks-unreadable', 'Some networks can not be read.', {
    detail: 'They belong to other people on this computer.',
    remedy: 'Type what you need.',
  }),
};

/** A text that looks as PEM does; nobody could sign in with it. */
export const pem = (label: string): string =>
  `-----BEGIN ${label}-----\nTml4YnVybg==\n-----END ${label}-----\n`;

export const wrongModule: TextVerdict = {
  state: 'wrong',
  problem: problem('syntax-error', 'There is a mistake in the extra module, in line 4, column 1.', {
    detail: 'Nix says: syntax error, unexpected }, expecting ;.',
    remedy: 'Correct it: often a semicolon, a quote or a bracket is missing.',
  }),
};
