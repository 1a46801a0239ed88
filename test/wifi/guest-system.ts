/** Fetches what runs in the guest from Debian, without installing it, and keeps it packed for the next time. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { reducedKernel } from '../fixtures/kernel.mjs';
import { unpackKernel } from '../fixtures/unpack-kernel.ts';

const run = promisify(execFile);

/** What is called in the guest; what these depend on follows by itself. */
const packages = [
  'busybox-static',
  'dbus',
  'dnsmasq-base',
  'hostapd',
  'iw',
  'kmod',
  'network-manager',
  'util-linux',
  'wireless-regdb',
  'wpasupplicant',
];

/** The radios, and the ciphers that WPA2 and WPA3 use. */
const modules = ['mac80211_hwsim', 'ccm', 'gcm', 'cmac', 'ctr'];

/** Followed, but never called: what installs, what starts a whole system, documents. */
const needless = [
  ['perl', 'libperl', 'debconf', 'dpkg', 'tar', 'adduser', 'usrmerge', 'xml-core', 'sgml-base'],
  ['systemd', 'systemd-sysv', 'udev', 'libsystemd-shared', 'libpam-systemd', 'init-system-helpers'],
].flat();
const leftOut = ['./usr/share/doc', './usr/share/man', './usr/share/locale', './usr/share/info'];

/** Users that the packages would make when they are installed. */
const passwd = `root:x:0:0:root:/root:/bin/sh
messagebus:x:101:101::/nonexistent:/bin/false
wpa_supplicant:x:105:105::/nonexistent:/bin/false
dnsmasq:x:102:65534::/nonexistent:/bin/false
nobody:x:65534:65534::/nonexistent:/bin/false
`;
const group = `root:x:0:
messagebus:x:101:
netdev:x:103:
dip:x:104:
wpa_supplicant:x:105:
nogroup:x:65534:
`;

/** Debian expects wpa_supplicant to be root; on NixOS, from 26.05, it is not. */
const busPolicy = `<busconfig>
  <policy user="wpa_supplicant">
    <allow own="fi.w1.wpa_supplicant1"/>
    <allow send_destination="fi.w1.wpa_supplicant1"/>
    <allow receive_sender="fi.w1.wpa_supplicant1"/>
  </policy>
</busconfig>
`;

export interface GuestSystem {
  kernel: string;
  /** A cpio archive with everything but the task. */
  archive: string;
  /** What is tested, with versions. */
  versions: string;
}

/**
 * The system, from `$XDG_CACHE_HOME/nixburn-test/wifi` where it is there. It stays as it is until that folder is
 * removed, or this file changes.
 *
 * @throws where this machine has no apt, or no network and nothing kept.
 */
export async function prepareGuestSystem(): Promise<GuestSystem> {
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
    'nixburn-test',
    'wifi',
  );
  const own = await readFile(new URL(import.meta.url));
  const kept = path.join(cache, createHash('sha256').update(own).digest('hex').slice(0, 16));
  if (!(await stat(kept).catch(() => null))) {
    await mkdir(cache, { recursive: true });
    const scratch = await mkdtemp(path.join(cache, '.making-'));
    try {
      await makeSystem(scratch).catch(async (error: unknown) => {
        if (process.getuid?.() !== 0) throw error;
        // On a machine that is new, or has not been asked for long, apt does not know yet what there is.
        await run('apt-get', ['-qq', 'update']);
        await rm(scratch, { recursive: true });
        await mkdir(scratch);
        await makeSystem(scratch);
      });
      await mkdir(path.join(scratch, 'kept'), { recursive: true });
      for (const name of ['kernel-image', 'system.cpio', 'versions']) {
        await rename(path.join(scratch, name), path.join(scratch, 'kept', name));
      }
      // Where another run was faster, its result stands.
      await rename(path.join(scratch, 'kept'), kept).catch(async (error: unknown) => {
        if (!(await stat(kept).catch(() => null))) throw error;
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return {
    kernel: path.join(kept, 'kernel-image'),
    archive: path.join(kept, 'system.cpio'),
    versions: (await readFile(path.join(kept, 'versions'), 'utf8')).trim(),
  };
}

async function makeSystem(scratch: string): Promise<void> {
  const root = path.join(scratch, 'root');
  const archives = await download(scratch);
  // Some packages still fill /bin and /lib, and others count on those to be links.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    await mkdir(path.join(root, 'usr', name), { recursive: true });
    await symlink(`usr/${name}`, path.join(root, name));
  }
  for (const archive of archives) await unpack(archive, root);

  const reduced = await reducedKernel({ early: modules, network: [] });
  const release = (await readFile(path.join(reduced, 'release'), 'utf8')).trim();
  await cp(path.join(reduced, 'modules'), path.join(root, 'usr/lib/modules', release), { recursive: true });
  const kernel = await unpackKernel(await readFile(path.join(reduced, 'vmlinuz')));
  await writeFile(path.join(scratch, 'kernel-image'), kernel);

  // Debian's alternatives choose between two that are signed by different people; its kernels trust both.
  for (const name of ['regulatory.db', 'regulatory.db.p7s']) {
    await symlink(`${name}-debian`, path.join(root, 'usr/lib/firmware', name));
  }
  await writeFile(path.join(root, 'etc/passwd'), passwd);
  await writeFile(path.join(root, 'etc/group'), group);
  await writeFile(path.join(root, 'etc/dbus-1/system.d/unprivileged.conf'), busPolicy);
  await packArchive(root, path.join(scratch, 'system.cpio'));
  await writeFile(path.join(scratch, 'versions'), versionsOf(archives, release));
}

/** Resolves the packages as if none were installed, and downloads them: paths of the .deb files. */
async function download(scratch: string): Promise<string[]> {
  const folder = path.join(scratch, 'archives');
  await mkdir(path.join(folder, 'partial'), { recursive: true });
  const status = path.join(scratch, 'status');
  await writeFile(status, '');
  const settings = [
    `Dir::State::status=${status}`,
    `Dir::Cache::archives=${folder}`,
    // Nothing that is shared is written, so nobody has to wait, and it needs not be root.
    'Dir::Cache::pkgcache=',
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  await run('apt-get', [
    ...options,
    '-qq',
    '-y',
    '--no-install-recommends',
    '--download-only',
    'install',
    ...packages,
  ]);
  const names = await readdir(folder);
  return names
    .filter(
      (name) => name.endsWith('.deb') && !needless.some((one) => nameOf(name) === one || isPart(name, one)),
    )
    .sort()
    .map((name) => path.join(folder, name));
}

const nameOf = (archive: string) => path.basename(archive).split('_')[0]!;
/** perl-base and perl-modules-5.36 are parts of perl. */
const isPart = (archive: string, name: string) => name.endsWith('perl') && nameOf(archive).startsWith(name);

async function unpack(archive: string, root: string): Promise<void> {
  const excluded = leftOut.map((folder) => `--exclude=${folder}`);
  const script = 'set -o pipefail; archive=$1; shift; dpkg-deb --fsys-tarfile "$archive" | tar "$@"';
  await run('bash', [
    '-c',
    script,
    'bash',
    archive,
    '-x',
    '--keep-directory-symlink',
    '-C',
    root,
    ...excluded,
  ]);
}

/** NetworkManager 1.42.4 and so on: without Debian's own counting. */
function versionsOf(archives: readonly string[], release: string): string {
  const shown = { 'network-manager': 'NetworkManager', wpasupplicant: 'wpa_supplicant', hostapd: 'hostapd' };
  const found = Object.entries(shown).map(([name, title]) => {
    const version = archives.find((one) => nameOf(one) === name)?.split('_')[1] ?? '';
    return `${title} ${version.replace(/^\d+%3a/, '').replace(/-[^-]*$/, '')}`;
  });
  return [...found, `Linux ${release}`].join(', ');
}

/** A folder as the kernel takes it for its first file system, owned by root. */
export async function packArchive(folder: string, archive: string): Promise<void> {
  await chmod(folder, 0o755);
  const script = 'cd "$1" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 >"$2"';
  await run('sh', ['-ec', script, 'sh', folder, archive]);
}
