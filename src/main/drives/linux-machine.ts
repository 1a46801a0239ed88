/** Understands what Linux says of its drives: lsblk's tree, the kernel's tables, and what sysfs adds. */
import { parseLsblk } from './lsblk.ts';
import type { Machine } from './machine.ts';
import { parseMounts, parseSwaps } from './proc.ts';
import type { Device } from './rules.ts';

/** What was read, as it stands there. */
export interface LinuxReading {
  /** `lsblk --json --bytes --output-all` */
  lsblk: string;
  /** /proc/self/mountinfo, /proc/swaps, /proc/version */
  mountinfo: string;
  swaps: string;
  version: string;
  /** The numbers (`8:17`) of the devices of each btrfs that is mounted, from /sys/fs/btrfs. */
  btrfs: string[][];
  /** A pool is imported, by /proc/spl/kstat/zfs. */
  hasPool: boolean;
  /** By the number of a device: what /sys/dev/block has of it. Absent ones are as if nothing stood there. */
  sysfs: Record<string, { type?: string; diskseq?: string; backingFile?: string }>;
  /** By the path of a block device (a source of a mount, a swap): its number. */
  numbers: Record<string, string>;
  /** Paths of the drives that drivelist takes for the system's. */
  systemDrives: string[];
}

/** @returns null where lsblk answered with nonsense. */
export function linuxMachine(reading: LinuxReading): Machine | null {
  const devices = parseLsblk(reading.lsblk);
  if (devices === null) return null;
  const numberOf = (path: string) => reading.numbers[path] ?? null;
  const mounts = parseMounts(reading.mountinfo).map((line) => ({
    ...line,
    sourceNumber: numberOf(line.source),
  }));
  return {
    devices: devices.map((device) => withSysfs(device, reading)),
    mounts,
    swaps: parseSwaps(reading.swaps).map((path) => ({ path, number: numberOf(path) })),
    btrfs: reading.btrfs,
    zfsImported: reading.hasPool || mounts.some((mount) => mount.fileSystem === 'zfs'),
    backups: [],
    // `Linux version 5.15.90.1-microsoft-standard-WSL2`; version 1 says `Microsoft`.
    isWsl: /microsoft/i.test(reading.version),
  };
}

/** Adds what lsblk does not say, or not in every version. Source: Documentation/ABI in the kernel, sysfs-block. */
function withSysfs(device: Device, { sysfs, systemDrives }: LinuxReading): Device {
  const { type = '', diskseq = '', backingFile = '' } = sysfs[device.number] ?? {};
  return {
    ...device,
    calledSystem: systemDrives.includes(device.path),
    // An eMMC calls itself `MMC`, a card `SD`.
    soldered: device.transport === 'mmc' && type === 'MMC',
    diskSequence: device.diskSequence ?? (diskseq === '' ? null : diskseq),
    backingFile,
  };
}
