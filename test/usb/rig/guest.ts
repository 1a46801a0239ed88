/** Makes what the guest starts from: Debian's kernel, unpacked, and a small file system that leads it to the host's own. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { reducedKernel } from '../../fixtures/kernel.mjs';
import { unpackKernel } from '../../fixtures/unpack-kernel.ts';

const run = promisify(execFile);

/** What finds the host's files and emulated sticks; what these depend on follows by itself. */
const modules = [
  'virtio_pci',
  'virtio_console',
  'virtio-rng',
  '9pnet_virtio',
  '9p',
  'overlay',
  'xhci-pci',
  'usb-storage',
  'sd_mod',
  'ahci',
  'vfat',
  'nls_cp437',
  'nls_ascii',
  'nls_iso8859-1',
  'isofs',
];

/**
 * The first program of the guest. The host's root appears read-only (9p), with memory over it for whatever is written, and
 * in it runs the agent, which does what it is told through a virtio port.
 */
function init(agent: string): string {
  return `#!/bin/busybox sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
/bin/busybox --install -s /bin
fail() { echo "rig: $1"; dmesg | tail -n 20; poweroff -f; }
mkdir -p /proc /sys /dev /host /memory /shown
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r name; do insmod "/modules/$name.ko" || echo "rig: no module $name"; done < /load-order
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,ro,cache=loose host /host || fail 'no host'
mount -t tmpfs -o size=60% memory /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /shown || fail 'no overlay'
for name in proc sys dev; do mkdir -p "/shown/$name"; mount -o move "/$name" "/shown/$name"; done
mkdir -p /shown/run /shown/dev/shm /shown/media
mount -t tmpfs -o mode=755 run /shown/run
mount -t tmpfs shm /shown/dev/shm
# What this host has mounted there is none of the guest's business.
mount -t tmpfs media /shown/media
# udevadm does nothing in a changed root unless it is told to.
export SYSTEMD_IGNORE_CHROOT=1
chroot /shown sh -c '
  for program in /usr/lib/systemd/systemd-udevd /lib/systemd/systemd-udevd; do
    [ -x "$program" ] && exec "$program" --daemon
  done'
for port in /shown/sys/class/virtio-ports/*; do port="/dev/\${port##*/}"; done
chroot /shown ${quote(process.execPath)} ${quote(agent)} "$port"
echo "rig: the agent ended with $?"
poweroff -f
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

export interface Guest {
  kernel: string;
  initramfs: string;
  remove(): Promise<void>;
}

/** @param agent absolute path of the program that the guest runs */
export async function makeGuest(agent: string): Promise<Guest> {
  const reduced = await reducedKernel({ early: modules, network: [] });
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-rig-'));
  const root = path.join(folder, 'root');
  await mkdir(path.join(root, 'bin'), { recursive: true });
  await copyFile('/bin/busybox', path.join(root, 'bin/busybox'));
  await symlink('busybox', path.join(root, 'bin/sh'));
  await writeFile(path.join(root, 'init'), init(agent));
  await chmod(path.join(root, 'init'), 0o755);
  await copyFile(path.join(reduced, 'load-order'), path.join(root, 'load-order'));
  await run('cp', ['-r', path.join(reduced, 'modules'), path.join(root, 'modules')]);
  const initramfs = path.join(folder, 'initramfs');
  await run('sh', ['-c', 'find . | cpio --quiet -o -H newc > "$1"', 'sh', initramfs], { cwd: root });
  const kernel = path.join(folder, 'vmlinux');
  await writeFile(kernel, await unpackKernel(await readFile(path.join(reduced, 'vmlinuz'))));
  return { kernel, initramfs, remove: () => rm(folder, { recursive: true, force: true }) };
}
