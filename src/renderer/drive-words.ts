/** How a drive is named and judged on the screen: by model and size, never by a device path alone. */
import type { Drive, Image } from '../shared/contract.ts';
import { problem, type Problem } from '../shared/problem.ts';
import { formatBytes } from '../shared/units.ts';

/** A practice stick is an ordinary file: nothing can be lost on it. */
export function isPractice(drive: Pick<Drive, 'kind'>): boolean {
  return drive.kind === 'file';
}

/** `SanDisk Ultra 32 GB`: what is printed on the stick, as far as the drive tells. */
export function driveName(drive: Pick<Drive, 'kind' | 'vendor' | 'model' | 'bytes'>): string {
  if (isPractice(drive)) return 'Practice stick';
  const maker = [drive.vendor, drive.model].map((part) => part.trim()).filter(Boolean);
  return [...(maker.length > 0 ? maker : ['Unnamed drive']), formatBytes(drive.bytes)].join(' ');
}

/** `USB`, `SD card`, `NVMe`: how the drive is attached. */
export function busName(drive: Pick<Drive, 'kind' | 'bus'>): string {
  const names: Record<string, string> = {
    usb: 'USB',
    nvme: 'NVMe',
    sata: 'SATA',
    mmc: 'SD card',
    loop: 'Loop device',
    file: 'File',
  };
  return names[drive.bus] ?? (drive.kind === 'sd' ? 'SD card' : drive.bus.toUpperCase());
}

/** The button that starts the erasing names what it erases. */
export function eraseWords(drive: Drive): string {
  return isPractice(drive) ? 'Write the practice stick' : `Erase ${driveName(drive)} and write`;
}

/** What can be done once a drive has been let go of. */
export function ejectedWords(drive: Drive): string {
  return `You can pull out ${driveName(drive)} now.`;
}

/** What is on the drive now, one sentence for each volume. */
export function contents(drive: Drive): string[] {
  return drive.volumes.map((volume) => {
    const name = volume.label === '' ? volume.path : `“${volume.label}”`;
    const kind = volume.fileSystem === '' ? '' : `, ${volume.fileSystem}`;
    const where = volume.mountPoints.length === 0 ? '' : `, open at ${volume.mountPoints.join(', ')}`;
    return `${name}: ${formatBytes(volume.bytes)}${kind}${where}`;
  });
}

/** Why this drive can not take this image. Empty: it can. */
export function refusalsFor(drive: Drive, image: Image | null): Problem[] {
  if (drive.refusals.length > 0 || image === null || isPractice(drive) || drive.bytes >= image.bytes) {
    return drive.refusals;
  }
  const detail = `It holds ${formatBytes(drive.bytes)}; the image needs ${formatBytes(image.bytes)}.`;
  return [problem('drive-too-small', 'Too small for this image.', { detail, remedy: 'Use a larger stick.' })];
}

/** What became of the drive that was chosen; `nothingElse`: no other is. */
export function goneWords(gone: Drive, drives: Drive[], nothingElse = true): string {
  const here = drives.some((drive) => drive.id === gone.id);
  return `${driveName(gone)} ${here ? 'may not be written any more' : 'was unplugged'}. ${nothingElse ? 'Nothing is chosen now.' : 'The others stay chosen.'}`;
}
