/** Turns what lsblk prints into devices, whatever its age: older versions leave columns out or write numbers as text. */
import { z } from 'zod';
import { plainDevice } from './machine.ts';
import type { Device } from './rules.ts';

const text = z.union([z.string(), z.number()]).transform(String).nullish().catch(null);
const count = z.coerce.number().int().nonnegative().catch(0);
/** `true`, `1` and `"1"`, depending on the version. */
const yes = z
  .union([z.boolean(), z.number(), z.string()])
  .transform((value) => value === true || String(value) === '1')
  .catch(false);

const row = z.object({
  name: z.string(),
  kname: text,
  path: text,
  'maj:min': text,
  type: text,
  tran: text,
  subsystems: text,
  vendor: text,
  model: text,
  serial: text,
  label: text,
  partlabel: text,
  fstype: text,
  pttype: text,
  fsused: z.coerce.number().int().nonnegative().nullish().catch(null),
  size: count,
  'log-sec': count,
  ro: yes,
  rm: yes,
  hotplug: yes,
  'disk-seq': text,
  mountpoint: text,
  mountpoints: z.array(text).nullish().catch(null),
  get children() {
    return z.array(row).nullish();
  },
});
type Row = z.infer<typeof row>;

const table = z.object({ blockdevices: z.array(row) });

/**
 * The devices in the output of `lsblk --json --bytes --output-all`, as a tree.
 *
 * @returns null where the text is not such an output. Columns that lsblk does not know are left at their defaults.
 */
export function parseLsblk(json: string): Device[] | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = table.safeParse(value);
  return parsed.success ? parsed.data.blockdevices.map(fromRow) : null;
}

function fromRow(found: Row): Device {
  const subsystems = (found.subsystems ?? '').split(':');
  const mountPoints = [...(found.mountpoints ?? []), found.mountpoint].filter((place) => place != null);
  const path = found.path ?? `/dev/${found.kname ?? found.name}`;
  const type = found.type ?? '';
  return {
    ...plainDevice(path, (found['maj:min'] ?? '').trim(), type),
    transport: found.tran ?? busOf(subsystems),
    vendor: found.vendor ?? '',
    model: found.model ?? '',
    serial: found.serial ?? '',
    label: found.label ?? found.partlabel ?? '',
    fileSystem: found.fstype ?? '',
    // A partition is told the kind of table that it stands in.
    partitionTable: type === 'part' ? '' : (found.pttype ?? ''),
    bytes: found.size,
    usedBytes: found.fsused ?? null,
    blockSize: found['log-sec'] || 512,
    readOnly: found.ro,
    removable: found.rm,
    hotplug: found.hotplug,
    diskSequence: found['disk-seq'] ?? null,
    mountPoints: [...new Set(mountPoints)],
    children: (found.children ?? []).map(fromRow),
  };
}

/** lsblk names no transport for memory cards and virtual disks, but names the way to them: `block:mmc:mmc_host:pci`. */
function busOf(subsystems: string[]): string {
  return ['usb', 'mmc', 'nvme', 'virtio'].find((bus) => subsystems.includes(bus)) ?? '';
}
