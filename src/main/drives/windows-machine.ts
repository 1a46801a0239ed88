/** Understands what Windows says of its drives: the cmdlets of its Storage module, gathered into one piece of JSON. */
import { z } from 'zod';
import { mountsOf, plainDevice, type Machine } from './machine.ts';
import type { Device } from './rules.ts';

/**
 * Asks everything in one start of PowerShell, which takes a second. Classes: MSFT_Disk, MSFT_Partition, MSFT_Volume,
 * Win32_DiskDrive, Win32_PageFileUsage. What may not be asked, or is not there, is left out.
 */
export const windowsScript = `
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8
@{
  disks = @(Get-Disk | Select-Object Number, FriendlyName, Manufacturer, Model, SerialNumber, BusType, Size,
    LogicalSectorSize, PartitionStyle, IsBoot, IsSystem, IsReadOnly)
  partitions = @(Get-Partition | Select-Object DiskNumber, PartitionNumber, Size, Type, IsBoot, IsSystem, AccessPaths)
  volumes = @(Get-Volume | Select-Object Path, FileSystem, FileSystemLabel, Size, SizeRemaining)
  drives = @(Get-CimInstance Win32_DiskDrive | Select-Object Index, MediaType)
  pageFiles = @(Get-CimInstance Win32_PageFileUsage | ForEach-Object { $_.Name })
} | ConvertTo-Json -Depth 4 -Compress
`;

const text = z.union([z.string(), z.number()]).transform(String).catch('');
const count = z.number().nonnegative().catch(0);
const yes = z.boolean().catch(false);
/** A list of one thing may come as that thing. */
const listOf = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => (value == null ? [] : Array.isArray(value) ? value : [value]), z.array(one));

const printed = z.object({
  disks: listOf(
    z.object({
      Number: z.number().int().nonnegative(),
      FriendlyName: text,
      Manufacturer: text,
      Model: text,
      SerialNumber: text,
      BusType: text,
      Size: count,
      LogicalSectorSize: count,
      PartitionStyle: text,
      IsBoot: yes,
      IsSystem: yes,
      IsReadOnly: yes,
    }),
  ),
  partitions: listOf(
    z.object({
      DiskNumber: z.number().int(),
      PartitionNumber: z.number().int(),
      Size: count,
      Type: text,
      IsBoot: yes,
      IsSystem: yes,
      AccessPaths: listOf(z.string()),
    }),
  ),
  volumes: listOf(
    z.object({ Path: text, FileSystem: text, FileSystemLabel: text, Size: count, SizeRemaining: count }),
  ),
  drives: listOf(z.object({ Index: z.number().int(), MediaType: text })),
  pageFiles: listOf(z.string()),
});
type Printed = z.infer<typeof printed>;

/** @param json what `windowsScript` printed @returns null where that is nonsense. */
export function windowsMachine(json: string): Machine | null {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  const parsed = printed.safeParse(value);
  // Windows itself is on a disk.
  if (!parsed.success || parsed.data.disks.length === 0) return null;
  const devices = parsed.data.disks
    .toSorted((one, other) => one.Number - other.Number)
    .map((disk) => toDevice(disk, parsed.data));
  return {
    devices,
    mounts: mountsOf(devices),
    swaps: parsed.data.pageFiles.map((path) => ({ path, number: null })),
    btrfs: [],
    zfsImported: false,
    backups: [],
    isWsl: false,
  };
}

function toDevice(disk: Printed['disks'][number], all: Printed): Device {
  const name = `\\\\.\\PhysicalDrive${disk.Number}`;
  const transport = transportOf(disk.BusType);
  const medium = all.drives.find(({ Index }) => Index === disk.Number)?.MediaType ?? '';
  const isRemovable = /removable/i.test(medium);
  return {
    ...plainDevice(name, `disk${disk.Number}`, transport === 'virtual' ? 'image' : 'disk'),
    transport,
    vendor: disk.Manufacturer.trim(),
    model: (disk.Model || disk.FriendlyName).trim(),
    serial: disk.SerialNumber.trim(),
    partitionTable: tables[disk.PartitionStyle] ?? '',
    bytes: disk.Size,
    blockSize: disk.LogicalSectorSize || 512,
    readOnly: disk.IsReadOnly,
    removable: isRemovable,
    hotplug: transport === 'usb',
    // The flash of a tablet is on the same bus as a card, and does not come out.
    soldered: transport === 'mmc' && !isRemovable,
    systemUses: usesOf(disk),
    children: all.partitions
      .filter(({ DiskNumber }) => DiskNumber === disk.Number)
      .map((partition) => toPartition(partition, all)),
  };
}

function toPartition(partition: Printed['partitions'][number], all: Printed): Device {
  const { DiskNumber: disk, PartitionNumber: number, AccessPaths: paths } = partition;
  const volume = all.volumes.find(({ Path }) => paths.includes(Path));
  const used = volume === undefined || volume.Size === 0 ? null : volume.Size - volume.SizeRemaining;
  return {
    ...plainDevice(
      `\\\\.\\Harddisk${disk}Partition${number}`,
      `disk${disk}part${number}`,
      kindOf(partition.Type),
    ),
    label: volume?.FileSystemLabel ?? '',
    // A locked BitLocker volume has none that Windows could read.
    fileSystem: volume?.FileSystem ?? '',
    bytes: partition.Size,
    usedBytes: used,
    systemUses: usesOf(partition),
    mountPoints: paths.filter((path) => /^[A-Za-z]:\\/.test(path)),
  };
}

function usesOf({ IsBoot, IsSystem }: { IsBoot: boolean; IsSystem: boolean }): string[] {
  // Windows' own words: the system partition is what the firmware starts, the boot partition is where Windows is.
  return [
    ...(IsBoot ? ['Windows runs from it.'] : []),
    ...(IsSystem ? ['This computer starts from it.'] : []),
  ];
}

const tables: Record<string, string> = { GPT: 'gpt', MBR: 'dos', 1: 'dos', 2: 'gpt' };

/** Types of partitions that Windows builds something larger from. */
function kindOf(type: string): string {
  if (/ldm|logical disk manager|dynamic/i.test(type)) return 'dynamic';
  return /storage (pool|space)|spaces/i.test(type) ? 'spaces' : 'part';
}

/** MSFT_Disk, `BusType`: PowerShell gives the name, other callers the number. */
const buses: Record<string, string> = {
  1: 'scsi',
  2: 'atapi',
  3: 'ata',
  4: '1394',
  7: 'usb',
  8: 'raid',
  9: 'iscsi',
  10: 'sas',
  11: 'sata',
  12: 'mmc',
  13: 'mmc',
  14: 'virtual',
  15: 'virtual',
  16: 'spaces',
  17: 'nvme',
  SD: 'mmc',
  'File Backed Virtual': 'virtual',
};

function transportOf(bus: string): string {
  return buses[bus] ?? bus.toLowerCase();
}
