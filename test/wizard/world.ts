/**
 * The world the scripted door shows. What needs no machine (the recipe's check, keys, catalogue, flake) is the real
 * thing; a person's keys, drives, an image and failures are made up.
 */
import { flakeViews } from '../../src/main/flake/flake-view.ts';
import { readKeys } from '../../src/main/keys/parse.ts';
import { catalogue } from '../../src/main/packages/catalogue.ts';
import { pageRecipe, recipeFlake } from '../../src/main/recipe-flake.ts';
import type {
  Drive,
  Image,
  Personalised,
  PreflightLine,
  PublicKey,
  Receipt,
  SavedStick,
  StickSlot,
} from '../../src/shared/contract.ts';
import { done, failed, problem } from '../../src/shared/problem.ts';
import { checkRecipe, emptyRecipe as emptyRecipeOf, type Recipe } from '../../src/shared/recipe.ts';
import type { Diagnostics, Licence } from '../../src/shared/desktop.ts';
import { changedSettings, defaultSettings } from '../../src/shared/settings.ts';
import { buildingWorld } from './building-world.ts';
import { choosingWorld } from './choosing-world.ts';
import { keptWorld } from './kept-world.ts';
import { reachingWorld } from './reaching-world.ts';
import type { Answers } from './scripted-door.ts';

export const emptyRecipe: Recipe = emptyRecipeOf();

export const laptopKey: PublicKey = {
  line: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAv3L1bNYGcjsZr9S5VC3v6NAak2Wi3sczNHqPVD43xY me@laptop',
  type: 'ssh-ed25519',
  bits: 256,
  fingerprint: 'SHA256:s2nvGXlR1aYz1NQD8hGolS/IzIDrKeS3duHHc6rSz3k',
  comment: 'me@laptop',
  source: 'agent',
};

const oldKey: PublicKey = {
  line: 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHPrTW+A0o73ibxXxMbue7084vOL64mcPMx4zwN/YG2KBck/jVXHwquJxh2ZyQAUwr8bLQ7yVjVyQSN8MfbM5dQ= me@desk',
  type: 'ecdsa-sha2-nistp256',
  bits: 256,
  fingerprint: 'SHA256:IqCXxV939SnsneHKULYHtp11X2WPpg030+lYZaJsc74',
  comment: 'me@desk',
  source: '~/.ssh/id_ecdsa.pub',
  changedAt: '2021-03-02T18:11:00Z',
  note: 'ECDSA keys are accepted. Ed25519 is the better choice for a new key.',
};

export const image: Image = {
  id: 'image-1',
  path: '/home/me/.cache/nixburn/images/nixos-attic.iso',
  fileName: 'nixos-attic.iso',
  bytes: 1_284_505_600,
  sha256: '9f2c61d0b8a74e35c1f06d92e87b43a5d4c80f7e16b29a03c5d8e1f47a60b392',
  volumeId: 'NIXOS_ATTIC',
  bootModes: ['bios', 'uefi'],
  name: 'attic',
};

/** An image that somebody else made, opened from the person's own folder. */
export const ownImage: Image = {
  ...image,
  id: 'opened-1',
  path: '/home/me/Downloads/debian-13.iso',
  fileName: 'debian-13.iso',
  volumeId: 'Debian 13',
  name: null,
  opened: { slot: false },
};

/** The image of another machine, from before. */
export const olderImage: Image = {
  ...image,
  id: 'image-0',
  path: '/home/me/.cache/nixburn/images/nixos-cellar.iso',
  fileName: 'nixos-cellar.iso',
  volumeId: 'NIXOS_CELLAR',
  name: 'cellar',
};

const anyDrive: Drive = {
  id: 'sandisk',
  path: '/dev/sdb',
  kind: 'usb',
  vendor: 'SanDisk',
  model: 'Ultra',
  serial: '4C530001230917104581',
  bus: 'usb',
  bytes: 32_010_928_128,
  blockSize: 512,
  removable: true,
  readOnly: false,
  diskSequence: '17',
  partitionTable: 'gpt',
  volumes: [],
  heldBy: [],
  refusals: [],
};

export const stick: Drive = {
  ...anyDrive,
  volumes: [
    {
      path: '/dev/sdb1',
      label: 'HOLIDAY',
      fileSystem: 'exfat',
      bytes: 32_009_879_552,
      usedBytes: 4_100_000_000,
      mountPoints: ['/media/me/HOLIDAY'],
    },
  ],
};

export const secondStick: Drive = {
  ...anyDrive,
  id: 'kingston',
  path: '/dev/sdc',
  vendor: 'Kingston',
  model: 'DataTraveler 3.0',
  serial: '60A44C3FAE21',
  bytes: 15_502_147_584,
  diskSequence: '18',
};

export const tinyStick: Drive = {
  ...anyDrive,
  id: 'tiny',
  path: '/dev/sdd',
  vendor: '',
  model: 'Flash Disk',
  serial: '',
  bytes: 512_000_000,
};

export const systemDrive: Drive = {
  ...anyDrive,
  id: 'system',
  path: '/dev/nvme0n1',
  kind: 'disk',
  vendor: '',
  model: 'Samsung SSD 980 PRO',
  serial: 'S5GXNF0R412345',
  bus: 'nvme',
  bytes: 1_000_204_886_016,
  removable: false,
  diskSequence: '1',
  volumes: [
    {
      path: '/dev/nvme0n1p1',
      label: 'EFI',
      fileSystem: 'vfat',
      bytes: 536_870_912,
      usedBytes: null,
      mountPoints: ['/boot'],
    },
    {
      path: '/dev/nvme0n1p2',
      label: 'nixos',
      fileSystem: 'ext4',
      bytes: 999_667_000_000,
      usedBytes: null,
      mountPoints: ['/'],
    },
  ],
  refusals: [
    problem('drive-holds-system', 'This drive holds the running system.', {
      detail: '/ and /boot are on it.',
    }),
  ],
};

export const practice: Drive = {
  ...anyDrive,
  id: 'practice',
  path: '/home/me/.local/share/nixburn/practice-stick.img',
  kind: 'file',
  vendor: '',
  model: 'Practice stick',
  serial: '',
  bus: 'file',
  bytes: 4_000_000_000,
  diskSequence: null,
};

export function receiptOf(drive: Drive, action: Receipt['action'] = 'write'): Receipt {
  return {
    schema: 1,
    action,
    image: {
      fileName: image.fileName,
      bytes: image.bytes,
      sha256: image.sha256,
      volumeId: image.volumeId,
      name: image.name,
    },
    drive,
    startedAt: '2026-11-24T10:00:00Z',
    finishedAt: '2026-11-24T10:02:31Z',
    bytesWritten: action === 'write' ? image.bytes : 0,
    bytesKept: 0,
    bytesVerified: image.bytes,
    writeMillis: action === 'write' ? 98_000 : 0,
    verifyMillis: 41_000,
    writeRate: action === 'write' ? Math.round(image.bytes / 98) : null,
    verifyRate: Math.round(image.bytes / 41),
    repairs: 0,
    version: '0.1.0',
  };
}

/** What was put on a stick of this name. */
export function slotOf(name: string): StickSlot {
  return {
    name,
    hostKey: 'SHA256:Kg39UVfsh0ToMSilSaO8FjQc2KDyqYvdy1A8U4EonOA',
    entries: [
      'wifi/Attic.nmconnection',
      'ssh/authorized_keys',
      'ssh/ssh_host_ed25519_key',
      'ssh/ssh_host_ed25519_key.pub',
      'hostname',
    ],
    filledAt: '2026-11-24T10:02:31Z',
  };
}

export const personalised: Personalised = {
  path: stick.path,
  volumeId: image.volumeId,
  slotId: 'a1020304050607f8',
  slot: slotOf('attic'),
  writeMillis: 320,
  verifyMillis: 41,
  receipt: null,
};

export const saved: SavedStick = {
  path: '/home/me/.local/share/nixburn/saved/SanDisk-Ultra-2026-11-24T10-02-31.img',
  bytes: stick.bytes,
  sha256: '41c2b8f07d6e95a3410fbb2c7a9e58d3f6107c24e8b5d9a1036f7e2c48d05b9a',
};

export const driveBusy = problem('drive-busy', '/dev/sdb could not be ejected.', {
  detail: 'Something on it is still in use.',
  remedy: 'Close the files and windows that are open there, then try again.',
  raw: 'umount: /media/me/HOLIDAY: target is busy.',
});

export const noRoom = problem('disk-full', 'The disk with this file is full.', {
  detail: 'It took 4.1 GB of 32 GB.',
  remedy: 'Make room, then save the stick again.',
  raw: 'write ENOSPC',
});

export const noSlot = problem('slot-missing', 'This image has no place for secrets.', {
  detail:
    'The volume "UBUNTU" holds no file /nixburn/slot: Nixburn did not make this image, or an older one did.',
  remedy: 'Build the image again with Nixburn.',
});

const fine: PreflightLine[] = [
  { id: 'nix', title: 'Nix 2.31 is installed', state: 'ok' },
  { id: 'features', title: 'Flakes are switched on', state: 'ok' },
  { id: 'space', title: '84 GB of disk space are free', state: 'ok' },
  { id: 'system', title: 'This computer builds x86_64-linux', state: 'ok' },
];

export const withoutNix: PreflightLine[] = [
  {
    id: 'nix',
    title: 'Nix',
    state: 'failed',
    problem: problem('nix-missing', 'Nix is not installed.', {
      detail: 'There is no program called nix on this computer.',
      remedy: 'Install it, then check again.',
      raw: 'spawn nix ENOENT',
    }),
    command: 'sh <(curl -L https://nixos.org/nix/install) --daemon',
  },
  {
    id: 'space',
    title: 'Disk space',
    state: 'warning',
    problem: problem('little-space', 'Only 6 GB are free.', {
      remedy: 'A build needs about 10 GB; free some space.',
    }),
  },
  { id: 'system', title: 'This computer builds x86_64-linux', state: 'ok' },
];

export const keysUnreadable = problem('keys-unreadable', 'The keys on this computer can not be read.', {
  detail: 'You may not read the folder ~/.ssh.',
  remedy: 'Mend its permissions, then look again. You can also paste a key below.',
  raw: "EACCES: permission denied, scandir '/home/me/.ssh'",
});

export const driveListFailure = problem('lsblk-missing', 'The drives can not be listed.', {
  detail: 'There is no program called lsblk on this computer.',
  remedy: 'Install util-linux, then look again.',
  raw: 'spawn lsblk ENOENT',
});

export const writeFailure = problem('write-failed', 'The drive stopped taking data.', {
  detail: 'It reported an error at 538 MB of 1.28 GB.',
  remedy: 'Plug it into another port and try again; if it fails again, use another stick.',
  raw: 'write EIO',
});

export const buildFailure = problem('attribute-missing', 'There is no package called vimm.', {
  detail: 'NixOS 26.05 knows no package of this name.',
  remedy: 'Correct it in Packages; vim has a similar name.',
  raw: "error: attribute 'vimm' missing\n       at /nix/store/configuration.nix:14:5:\n           13|   environment.systemPackages = with pkgs; [\n           14|     vimm\n             |     ^",
});

export const verifyFailure = problem('verify-mismatch', 'What was read back differs from the image.', {
  detail: 'The first difference is at 412 MB. The stick has probably worn out.',
  remedy: 'Try once more; if it fails again, use another stick.',
  raw: 'chunk 393 at 412090368: expected 5b1f…, read 00a2…',
});

export const licences: Licence[] = [
  {
    name: 'react',
    version: '19.3.1',
    licence: 'MIT',
    text: 'MIT License\n\nCopyright (c) Meta Platforms, Inc.',
  },
  {
    name: 'zod',
    version: '4.6.7',
    licence: 'MIT',
    text: 'MIT License\n\nCopyright (c) 2025 Colin McDonnell',
  },
];

const diagnostics: Diagnostics = {
  fileName: 'nixburn-diagnostics-2026-11-25-10-00-00.txt',
  text: [
    '== Nixburn ==',
    '0.1.0, electron, linux x64, Node 22.20.0',
    '',
    '== System ==',
    'Debian GNU/Linux 12 (bookworm)',
    '8 processors, 16.5 GB of memory',
    '',
    '== Drives ==',
    '/dev/sdb, usb, usb, SanDisk Ultra, 30.8 GB, blocks of 512, holds vfat',
    '',
    '== Log of the program ==',
    '2026-11-25T09:58:12.004Z job-failed job="writeStick" seconds=41 code="drive-gone"',
  ].join('\n'),
};

export const settingsTrouble = problem(
  'settings-broken',
  'Some of your settings could not be read, and hold no longer.',
  {
    detail: 'What was in them is kept in /home/me/.config/nixburn/settings.json.broken.',
    remedy: 'Set again what you miss. Remove the file when you need it no more, and this note goes away.',
  },
);

export const noKeyring = problem('no-keyring', 'This computer has no keyring that Nixburn could use.', {
  detail: 'A passphrase would lie readable on the disk, and so none is remembered.',
});

export const discOnly = problem(
  'image-not-for-drives',
  'This image boots from a disc only, not from a stick.',
  {
    remedy: 'Take the image for USB sticks, which most systems offer beside the one for discs.',
  },
);

/** Fresh answers for one test. */
export function ordinaryWorld(): Answers {
  let settings = defaultSettings;
  return {
    about: () => ({ version: '0.1.0', platform: 'linux', host: 'electron', nixpkgs: null }),
    emptyRecipe: () => emptyRecipe,
    checkRecipe(recipe) {
      const checked = checkRecipe(recipe);
      return 'problems' in checked ? checked.problems : [];
    },
    foundKeys: () => [laptopKey, oldKey],
    readKeys: (text) => readKeys(text),
    catalogue,
    previewFlake(recipe) {
      const checked = pageRecipe(recipe);
      return checked.ok ? done(flakeViews(recipeFlake(checked.value, null))) : checked;
    },
    saveFlake: () =>
      done({ folder: '/home/me/attic-flake', changed: ['flake.nix'], notes: [], canOpen: true }),
    openSavedFlake: () => done(null),
    preflight: () => fine,
    settings: () => settings,
    changeSettings: (changes) => (settings = changedSettings(settings, changes)),
    settingsTrouble: () => null,
    receipts: () => [],
    ejectDrive: () => done(null),
    licences: () => failed(problem('licences-missing', 'The list of licences is not part of this build.')),
    diagnostics: () => diagnostics,
    sealTrouble: () => null,
    rememberPassphrase: () => done(null),
    rememberedPassphrases: () => ({}),
    ...buildingWorld(),
    ...choosingWorld,
    ...keptWorld(),
    ...reachingWorld,
  };
}
