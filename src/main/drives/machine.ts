/** What a system says of its drives and of their use, as far as the rules want to know; the same for all systems. */
import type { Device, Mount, Surroundings } from './rules.ts';

export interface Machine extends Pick<
  Surroundings,
  'mounts' | 'swaps' | 'btrfs' | 'zfsImported' | 'backups' | 'isWsl'
> {
  devices: Device[];
}

/** A device of which nothing is known but its path: what a system says is laid over it. */
export function plainDevice(path: string, number: string, type: string): Device {
  return {
    path,
    number,
    type,
    transport: '',
    vendor: '',
    model: '',
    serial: '',
    label: '',
    fileSystem: '',
    partitionTable: '',
    bytes: 0,
    usedBytes: null,
    blockSize: 512,
    readOnly: false,
    removable: false,
    hotplug: false,
    soldered: false,
    calledSystem: false,
    systemUses: [],
    diskSequence: null,
    backingFile: '',
    mountPoints: [],
    children: [],
  };
}

/** The mounts as the devices themselves tell them, for systems that have no table of mounts. */
export function mountsOf(devices: Device[]): Mount[] {
  return devices.flatMap((device) => [
    ...device.mountPoints.map((mountPoint) => ({
      number: device.number,
      mountPoint,
      source: device.path,
      sourceNumber: null,
      fileSystem: device.fileSystem,
    })),
    ...mountsOf(device.children),
  ]);
}
