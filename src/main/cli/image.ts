/** `nixburn image`: what an image is, read from the file alone; and the image that `write` and `verify` are given. */
import path from 'node:path';
import { homedir } from 'node:os';
import type { SourceImage } from '../../shared/contract.ts';
import { done, type Outcome } from '../../shared/problem.ts';
import { formatBytes, formatPercent } from '../../shared/units.ts';
import { inspectImage, readImage, type ImageFile } from '../image/iso.ts';
import { keptImages } from '../image/store.ts';
import { findPlaces } from '../places.ts';
import { finished, type Call, type Command } from './command.ts';

/**
 * The image that the first argument names. Its SHA-256 is known only where Nixburn built it: reading all of it here
 * would double the time of a write, which computes it anyway.
 */
export async function imageArgument({ first: file }: Call): Promise<Outcome<SourceImage>> {
  const inspected = await inspectImage(file);
  if (!inspected.ok) return inspected;
  const { bytes, volumeId } = inspected.value;
  const whole = path.resolve(file);
  const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
  const kept = (await keptImages(places.images)).find((image) => image.path === whole);
  return done({
    path: whole,
    fileName: path.basename(whole),
    bytes,
    volumeId,
    sha256: kept?.sha256 ?? null,
    name: kept?.name ?? null,
  });
}

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 1, most: 1, what: 'an image' },
  async run({ first: file, terminal, json }) {
    const inspected = await inspectImage(file);
    if (!inspected.ok) return inspected;
    const total = inspected.value.bytes;
    const read = await readImage(file, terminal.signal, (bytes) =>
      terminal.status(`Reading ${formatPercent(bytes / total)}`),
    );
    if (!read.ok) return read;
    if (!json) for (const line of imageText(read.value)) terminal.print(line);
    return finished({ image: read.value });
  },
};

const modeNames = { bios: 'BIOS', uefi: 'UEFI' };

function imageText(image: ImageFile): string[] {
  const modes = image.bootModes.map((mode) => modeNames[mode]).join(' and ') || 'nothing that is known';
  const drive = image.hybrid ? 'a drive and a disc' : 'a disc only';
  return [
    `${image.fileName}: ${formatBytes(image.bytes)} (${image.bytes} bytes)`,
    `Label      ${image.volumeId}`,
    `SHA-256    ${image.sha256}`,
    `Boots with ${modes}, from ${drive}`,
    ...(image.recipe === null ? [] : ['Recipe:', JSON.stringify(image.recipe, null, 2)]),
  ];
}
