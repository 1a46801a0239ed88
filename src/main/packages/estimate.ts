/** Says how large an image may become, and what nobody can know before the build; pure. */
import type { ImageEstimate } from '../../shared/choosing.ts';
import { formatBytes } from '../../shared/units.ts';

/**
 * What is left of installed files when they are packed, measured with squashfs-tools 4.5 on 499 MB of /usr:
 * zstd level 3, 6 and 19.
 */
const packed = { fast: 232 / 462, balanced: 225 / 462, small: 213 / 462 } as const;

export interface Sizes {
  /** Bytes of the last image of the same name; null where there was none. */
  lastImage: number | null;
  /** Installed bytes of all packages of known size together, each part that several need counted once. */
  installed: number;
  unknown: string[];
  compression: keyof typeof packed;
}

export function estimateImage({ lastImage, installed, unknown, compression }: Sizes): ImageEstimate {
  const packages = Math.round(installed * packed[compression]);
  const parts = [
    lastImage === null
      ? 'The size of the installer itself is known after the first build.'
      : `The last image of this name has ${formatBytes(lastImage)}.`,
  ];
  if (packages > 0) parts.push(`The packages take up to ${formatBytes(packages)} of an image.`);
  if (unknown.length > 0)
    parts.push(
      unknown.length === 1
        ? 'The size of 1 package is not known yet.'
        : `The size of ${unknown.length} packages is not known yet.`,
    );
  return { lastImage, packages, unknown, words: parts.join(' ') };
}
