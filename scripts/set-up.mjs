/** Brings a machine that has only git and Node to where the other scripts can work: packages from npm, and for the tests programs from Debian. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeTrouble } from './node-version.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Nix settings of every test and of the demo: no daemon, no network, and nobody's nix.conf is changed. */
export const nixEnvironment = {
  NIX_CONFIG: [
    'experimental-features = nix-command flakes',
    'sandbox = false',
    'build-users-group =',
    'substituters =',
  ].join('\n'),
  // Debian 12's Nix 2.8 crashes in its garbage collector on large evaluations.
  GC_DONT_GC: '1',
};

/**
 * What npm needs to compile drivelist and direct-io, which bring no built program along.
 * @type {{ program: string, package: string, neededFor: string }[]}
 */
const compilers = [
  { program: 'cc', package: 'gcc', neededFor: 'compiling drivelist and direct-io' },
  { program: 'make', package: 'make', neededFor: 'compiling drivelist and direct-io' },
  { program: 'g++', package: 'g++', neededFor: 'compiling drivelist and direct-io' },
  { program: 'python3', package: 'python3', neededFor: 'compiling drivelist and direct-io' },
];

/**
 * Each program that tests or the demo call, and the Debian package that brings it.
 * @type {{ program: string, package: string, neededFor: string }[]}
 */
const programs = [
  { program: 'nix', package: 'nix-bin', neededFor: 'building images' },
  { program: 'xorriso', package: 'xorriso', neededFor: 'making ISO images' },
  { program: '/usr/lib/ISOLINUX/isohdpfx.bin', package: 'isolinux', neededFor: 'images that boot by BIOS' },
  {
    program: '/usr/lib/syslinux/modules/bios/ldlinux.c32',
    package: 'syslinux-common',
    neededFor: 'images that boot by BIOS',
  },
  {
    program: '/usr/lib/grub/x86_64-efi/moddep.lst',
    package: 'grub-efi-amd64-bin',
    neededFor: 'images that boot by UEFI',
  },
  { program: 'grub-mkstandalone', package: 'grub-common', neededFor: 'images that boot by UEFI' },
  { program: 'mcopy', package: 'mtools', neededFor: 'images that boot by UEFI' },
  { program: '/bin/busybox', package: 'busybox-static', neededFor: 'the system on the test image' },
  { program: 'mksquashfs', package: 'squashfs-tools', neededFor: 'the system on the test image' },
  { program: 'cpio', package: 'cpio', neededFor: 'the system on the test image' },
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86', neededFor: 'booting the stick' },
  { program: '/usr/share/OVMF/OVMF_CODE_4M.fd', package: 'ovmf', neededFor: 'booting the stick by UEFI' },
  { program: 'chromium', package: 'chromium', neededFor: 'the window' },
  {
    program: 'chromium-headless-shell',
    package: 'chromium-headless-shell',
    neededFor: 'testing the window in half the time',
  },
  { program: 'ssh', package: 'openssh-client', neededFor: 'keys and remote builders' },
  { program: 'openssl', package: 'openssl', neededFor: 'a web server that keys are fetched from' },
  { program: '/usr/sbin/sshd', package: 'openssh-server', neededFor: 'remote builders' },
  { program: '/usr/sbin/avahi-daemon', package: 'avahi-daemon', neededFor: 'finding machines' },
  { program: 'ip', package: 'iproute2', neededFor: 'finding machines' },
  { program: 'ping', package: 'iputils-ping', neededFor: 'finding machines' },
  { program: 'tcsh', package: 'tcsh', neededFor: 'remote builders whose account has that shell' },
  { program: 'fish', package: 'fish', neededFor: 'remote builders whose account has that shell' },
  { program: 'shellcheck', package: 'shellcheck', neededFor: 'the shell programs on the stick' },
  { program: 'qrencode', package: 'qrencode', neededFor: 'what the booted machine shows on its screen' },
  { program: 'zbarimg', package: 'zbar-tools', neededFor: 'what the booted machine shows on its screen' },
  { program: '/usr/bin/unshare', package: 'util-linux', neededFor: 'the shell programs on the stick' },
  {
    program: '/usr/lib/python3/dist-packages/gi/__init__.py',
    package: 'python3-gi',
    neededFor: 'reading WiFi profiles as NetworkManager does',
  },
  {
    program: '/usr/lib/x86_64-linux-gnu/girepository-1.0/NM-1.0.typelib',
    package: 'gir1.2-nm-1.0',
    neededFor: 'reading WiFi profiles as NetworkManager does',
  },
  { program: 'lsblk', package: 'util-linux', neededFor: 'drives' },
  { program: '/sbin/losetup', package: 'mount', neededFor: 'practice drives' },
  { program: '/sbin/sfdisk', package: 'fdisk', neededFor: 'practice drives' },
  { program: '/sbin/mkfs.ext4', package: 'e2fsprogs', neededFor: 'practice drives' },
  { program: '/sbin/mkfs.vfat', package: 'dosfstools', neededFor: 'practice drives' },
  { program: '/sbin/mkfs.btrfs', package: 'btrfs-progs', neededFor: 'copies that share their blocks' },
  { program: 'udevadm', package: 'udev', neededFor: 'drives' },
  { program: 'rpmbuild', package: 'rpm', neededFor: 'packages of the app' },
  { program: 'rpm2cpio', package: 'rpm2cpio', neededFor: 'packages of the app' },
  { program: 'bsdtar', package: 'libarchive-tools', neededFor: 'packages of the app' },
  { program: 'desktop-file-validate', package: 'desktop-file-utils', neededFor: 'packages of the app' },
  ...compilers,
];

/** Whether a program is on PATH or, where it is named by its whole path, there at all. */
export function isInstalled(program) {
  if (program.startsWith('/')) return existsSync(program);
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/**
 * Installs what the lock file says, unless that very lock file was installed by this Node already.
 * Exits with a sentence where this Node is too old, and with npm's own status where it fails: its message has been printed.
 */
export function installPackages() {
  const trouble = nodeTrouble();
  if (trouble) {
    console.error(trouble);
    process.exit(1);
  }
  const stamp = join(root, 'node_modules', '.nixburn-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.version} ${process.platform} ${process.arch}`)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // `npm ci` empties what a link leads to, which other working trees may be using at this moment.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    console.error('node_modules is a link, and is left as it is: install the packages where it leads to.');
    return;
  }
  // Some of them are compiled: what that takes must be there first.
  const absent = installPrograms(compilers);
  if (absent.length > 0) {
    const names = absent.map(({ program, package: name }) => `${program} (Debian has it in ${name})`);
    console.error(`Two of the packages are compiled, and these programs are missing: ${names.join(', ')}.`);
    process.exit(1);
  }
  console.error('Installing the packages of package-lock.json …');
  const npm = spawnSync(
    'npm',
    ['ci', '--no-fund', '--no-audit', '--no-update-notifier', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...headersOfNode(), ...process.env },
      shell: process.platform === 'win32',
    },
  );
  if (npm.status !== 0) {
    console.error('`npm ci` did not succeed; nothing else was done.');
    process.exit(npm.status ?? 1);
  }
  writeFileSync(stamp, wanted);
}

/** Node's own headers where they lie beside it, so that compiling downloads nothing; npm asks nodejs.org otherwise. */
function headersOfNode() {
  const folder = dirname(dirname(realpathSync(process.execPath)));
  const file = join(folder, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return {};
  const text = readFileSync(file, 'utf8');
  const of = (part) => new RegExp(`define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1];
  const version = `${of('MAJOR')}.${of('MINOR')}.${of('PATCH')}`;
  return version === process.versions.node ? { npm_config_nodedir: folder } : {};
}

/** @param {string[]} args */
function apt(...args) {
  execFileSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Sees to programs, by default all that the tests use: on Debian as root the missing ones are installed.
 * @param {{ program: string, package: string, neededFor: string }[]} [wanted]
 * @returns {{ program: string, package: string, neededFor: string }[]} what is missing still
 */
export function installPrograms(wanted = programs) {
  const missing = () => wanted.filter(({ program }) => !isInstalled(program));
  const absent = missing();
  if (absent.length === 0) return [];
  if (process.getuid?.() !== 0 || !isInstalled('apt-get')) return absent;
  const packages = [...new Set(absent.map((each) => each.package))];
  console.error(`Installing from Debian: ${packages.join(' ')} …`);
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
  } catch (error) {
    console.error(`apt-get did not succeed: ${error instanceof Error ? error.message : String(error)}`);
  }
  return missing();
}
