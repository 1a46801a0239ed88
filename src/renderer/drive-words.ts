/** How a drive is named and judged on the screen: by model and size, never by a device path alone. */
import type { Drive, Image } from '../shared/contract.ts';
import { problem, type Problem } from '../shared/problem.ts';
import { formatBytes } from './units.ts';
import { t } from './words.ts';

/** A practice stick is an ordinary file: nothing can be lost on it. */
export function isPractice(drive: Pick<Drive, 'kind'>): boolean {
  return drive.kind === 'file';
}

/** `SanDisk Ultra 32 GB`: what is printed on the stick, as far as the drive tells. */
export function driveName(drive: Pick<Drive, 'kind' | 'vendor' | 'model' | 'bytes'>): string {
  if (isPractice(drive)) return t('Practice stick');
  const maker = [drive.vendor, drive.model].map((part) => part.trim()).filter(Boolean);
  return [...(maker.length > 0 ? maker : [t('Unnamed drive')]), formatBytes(drive.bytes)].join(' ');
}

/** `USB`, `SD card`, `NVMe`: how the drive is attached. */
export function busName(drive: Pick<Drive, 'kind' | 'bus'>): string {
  const names: Record<string, string> = {
    usb: 'USB',
    nvme: 'NVMe',
    sata: 'SATA',
    mmc: t('SD card'),
    loop: t('Loop device'),
    file: t('File'),
  };
  return names[drive.bus] ?? (drive.kind === 'sd' ? t('SD card') : drive.bus.toUpperCase());
}

/** The button that starts the erasing names what it erases. */
export function eraseWords(drive: Drive): string {
  return isPractice(drive)
    ? t('Write the practice stick')
    : t('Erase {{drive}} and write', { drive: driveName(drive) });
}

/** What can be done once a drive has been let go of. */
export function ejectedWords(drive: Drive): string {
  return t('You can pull out {{drive}} now.', { drive: driveName(drive) });
}

/** What is on the drive now, one sentence for each volume. */
export function contents(drive: Drive): string[] {
  return drive.volumes.map((volume) => {
    const name = volume.label === '' ? volume.path : t('“{{label}}”', { label: volume.label });
    const facts = [
      formatBytes(volume.bytes),
      volume.fileSystem,
      volume.mountPoints.length === 0
        ? ''
        : t('open at {{places}}', { places: volume.mountPoints.join(t(', ')) }),
    ];
    return t('{{name}}: {{facts}}', { name, facts: facts.filter((fact) => fact !== '').join(t(', ')) });
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
  // Where the system does not count drives, one that was plugged in again has the same id.
  const here = drives.some((drive) => drive.id === gone.id && drive.refusals.length > 0);
  const drive = driveName(gone);
  const what = here
    ? t('{{drive}} may not be written any more.', { drive })
    : t('{{drive}} was unplugged.', { drive });
  return `${what} ${nothingElse ? t('Nothing is chosen now.') : t('The others stay chosen.')}`;
}
