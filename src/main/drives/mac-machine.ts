/** Understands what macOS says of its drives: `diskutil`, and what names the stick behind a disk. */
import { z } from 'zod';
import { mountsOf, plainDevice, type Machine } from './machine.ts';
import { parsePlist } from './plist.ts';
import type { Device } from './rules.ts';

/** What was read, as it was printed. */
export interface MacReading {
  /** `diskutil list -plist` */
  list: string;
  /** `diskutil info -plist -all`: one property list after the other. */
  info: string;
  /** `system_profiler -json SPUSBDataType`; empty where it said nothing. It alone knows serial numbers. */
  usb: string;
  /** `tmutil destinationinfo -X`; empty where there is none. */
  backups: string;
  /** Paths of the drives that drivelist takes for the system's, `/dev/disk0`. */
  systemDrives: string[];
}

const text = z.string().catch('');
const count = z.number().nonnegative().catch(0);
const yes = z.boolean().optional().catch(undefined);

const volume = z.object({
  DeviceIdentifier: z.string(),
  VolumeName: text,
  Size: count,
  CapacityInUse: count,
  MountPoint: text,
  MountedSnapshots: z.array(z.object({ SnapshotMountPoint: text })).catch([]),
});
const partition = z.object({
  DeviceIdentifier: z.string(),
  Content: text,
  VolumeName: text,
  Size: count,
  MountPoint: text,
});
const disk = z.object({
  DeviceIdentifier: z.string(),
  Content: text,
  Size: count,
  VolumeName: text,
  MountPoint: text,
  Partitions: z.array(partition).catch([]),
  APFSVolumes: z.array(volume).catch([]),
  APFSPhysicalStores: z.array(z.object({ DeviceIdentifier: z.string() })).catch([]),
});
const listing = z.object({ AllDisksAndPartitions: z.array(disk) });

/** Keys of `diskutil info`, as DiskArbitration and IOKit fill them. */
const information = z.object({
  DeviceIdentifier: z.string(),
  BusProtocol: text,
  Internal: yes,
  RemovableMedia: yes,
  Ejectable: yes,
  WritableMedia: yes,
  VirtualOrPhysical: text,
  MediaName: text,
  IORegistryEntryName: text,
  TotalSize: count,
  Size: count,
  DeviceBlockSize: count,
  FilesystemType: text,
  FilesystemName: text,
});
type Information = z.infer<typeof information>;

/** @returns null where diskutil answered with nonsense. */
export function macMachine(reading: MacReading): Machine | null {
  const parsed = listing.safeParse(parsePlist(reading.list));
  if (!parsed.success) return null;
  const disks = parsed.data.AllDisksAndPartitions;
  const known = informationOf(reading.info);
  const serials = serialsOf(reading.usb);
  const containers = disks.filter((one) => one.APFSPhysicalStores.length > 0);
  const devices = disks
    .filter((one) => one.APFSPhysicalStores.length === 0)
    .map((one) => toDevice(one, known, containers, serials.get(one.DeviceIdentifier) ?? '', reading));
  return {
    devices,
    mounts: mountsOf(devices),
    swaps: [],
    btrfs: [],
    zfsImported: false,
    backups: backupsOf(reading.backups),
    isWsl: false,
  };
}

function toDevice(
  found: z.infer<typeof disk>,
  known: Map<string, Information>,
  containers: z.infer<typeof disk>[],
  serial: string,
  { systemDrives }: MacReading,
): Device {
  const id = found.DeviceIdentifier;
  const path = `/dev/${id}`;
  const info = known.get(id);
  const isVirtual = info?.VirtualOrPhysical === 'Virtual' || info?.BusProtocol === 'Disk Image';
  const { vendor, model } = namesOf(info);
  return {
    ...plainDevice(path, id, isVirtual ? 'image' : 'disk'),
    transport: transportOf(info?.BusProtocol ?? ''),
    vendor,
    model,
    serial,
    label: found.VolumeName,
    fileSystem: fileSystemOf(found.MountPoint === '' ? '' : found.Content, info),
    partitionTable: tables[found.Content] ?? '',
    bytes: info?.TotalSize || info?.Size || found.Size,
    blockSize: info?.DeviceBlockSize || 512,
    readOnly: info?.WritableMedia === false,
    removable: info?.RemovableMedia === true || info?.Ejectable === true,
    // What diskutil says nothing of counts as built in.
    hotplug: info?.Internal === false,
    // The medium in the slot of a Mac is a card; its own flash is never `Secure Digital`.
    calledSystem: systemDrives.includes(path),
    mountPoints: found.MountPoint === '' ? [] : [found.MountPoint],
    children: found.Partitions.map((one) => toPartition(one, known, containers)),
  };
}

function toPartition(
  found: z.infer<typeof partition>,
  known: Map<string, Information>,
  containers: z.infer<typeof disk>[],
): Device {
  const id = found.DeviceIdentifier;
  const upon = containers.filter((one) =>
    one.APFSPhysicalStores.some((store) => store.DeviceIdentifier === id),
  );
  const raid = raids[found.Content];
  return {
    ...plainDevice(`/dev/${id}`, id, 'part'),
    label: found.VolumeName,
    fileSystem: fileSystemOf(found.Content, known.get(id)),
    bytes: found.Size,
    mountPoints: found.MountPoint === '' ? [] : [found.MountPoint],
    children: [
      ...upon.flatMap(toVolumes),
      ...(raid === undefined ? [] : [plainDevice(`/dev/${id}`, `${id} ${raid}`, raid)]),
    ],
  };
}

/** The volumes of an APFS container. One that lies on several drives is more than any of them. */
function toVolumes(container: z.infer<typeof disk>): Device[] {
  const type = container.APFSPhysicalStores.length > 1 ? 'fusion' : 'apfs';
  return container.APFSVolumes.map((found) => ({
    ...plainDevice(`/dev/${found.DeviceIdentifier}`, found.DeviceIdentifier, type),
    label: found.VolumeName,
    fileSystem: 'apfs',
    bytes: found.Size,
    usedBytes: found.CapacityInUse === 0 ? null : found.CapacityInUse,
    // The system itself is mounted as a snapshot of its volume.
    mountPoints: [
      ...new Set([
        found.MountPoint,
        ...found.MountedSnapshots.map(({ SnapshotMountPoint }) => SnapshotMountPoint),
      ]),
    ].filter((place) => place !== ''),
  }));
}

const tables: Record<string, string> = {
  GUID_partition_scheme: 'gpt',
  FDisk_partition_scheme: 'dos',
  Apple_partition_scheme: 'mac',
};

/** Contents of partitions that are built together with others. */
const raids: Record<string, string> = { Apple_RAID: 'raid', Apple_CoreStorage: 'corestorage' };

const transports: Record<string, string> = {
  USB: 'usb',
  'Secure Digital': 'mmc',
  'PCI-Express': 'nvme',
  'Apple Fabric': 'nvme',
};

function transportOf(protocol: string): string {
  return transports[protocol] ?? protocol.toLowerCase();
}

function fileSystemOf(content: string, info: Information | undefined): string {
  return info?.FilesystemType || info?.FilesystemName || content;
}

/** `SanDisk Ultra Media` in the registry and `Ultra` as the medium's name make the maker `SanDisk`. */
function namesOf(info: Information | undefined): { vendor: string; model: string } {
  const whole = (info?.IORegistryEntryName ?? '').replace(/ Media$/, '');
  const model = info?.MediaName || whole;
  const vendor = whole !== model && whole.endsWith(` ${model}`) ? whole.slice(0, -model.length - 1) : '';
  return { vendor, model };
}

function informationOf(printed: string): Map<string, Information> {
  const known = new Map<string, Information>();
  for (const one of printed.split(/(?=<\?xml)/)) {
    const value = parsePlist(one);
    // Older versions print one list of all.
    for (const each of Array.isArray(value) ? value : [value]) {
      const parsed = information.safeParse(each);
      if (parsed.success) known.set(parsed.data.DeviceIdentifier, parsed.data);
    }
  }
  return known;
}

/** A node of the tree of USB devices: hubs hold others, sticks hold media. */
const usbNode = z.object({
  serial_num: text,
  Media: z.array(z.object({ bsd_name: text })).catch([]),
  get _items() {
    return z.array(usbNode).catch([]);
  },
});

function serialsOf(json: string): Map<string, string> {
  const serials = new Map<string, string>();
  const walk = (node: z.infer<typeof usbNode>) => {
    for (const { bsd_name: name } of node.Media)
      if (node.serial_num !== '') serials.set(name, node.serial_num);
    node['_items'].forEach(walk);
  };
  try {
    const parsed = z.object({ SPUSBDataType: z.array(usbNode) }).safeParse(JSON.parse(json));
    if (parsed.success) parsed.data.SPUSBDataType.forEach(walk);
  } catch {
    // Without serial numbers drives are told apart by size and name.
  }
  return serials;
}

function backupsOf(printed: string): string[] {
  const destinations = z.object({ Destinations: z.array(z.object({ MountPoint: text })) });
  const parsed = destinations.safeParse(parsePlist(printed));
  return parsed.success
    ? parsed.data.Destinations.map(({ MountPoint }) => MountPoint).filter((place) => place !== '')
    : [];
}
