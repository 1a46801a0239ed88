/** The image that the miniature nixpkgs makes is laid out as a real one; xorriso, which did not read it before, is the witness. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { prepareKernel } from '../fixtures/kernel.mjs';
import { nix } from '../nix.ts';
import { flakeOf, recipeOf } from '../recipes.ts';

const nixpkgs = path.join(import.meta.dirname, '../fixtures/nixpkgs');
const build = ['build', '--no-link', '--json', 'path:.#packages.x86_64-linux.iso'];
let folder = '';
let image = '';

beforeAll(async () => {
  await prepareKernel();
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-image-'));
  const recipe = recipeOf({ image: { fileName: 'attic', volumeId: 'NIXOS_ATTIC', compression: 'fast' } });
  const saved = await saveFlake(await flakeOf(recipe, `path:${nixpkgs}`), folder);
  if (!saved.ok) throw new Error(saved.problem.title);
  const { stdout } = await nix('nix', build, folder);
  const [made] = JSON.parse(stdout) as { outputs: { out: string } }[];
  const [name = ''] = await readdir(path.join(made!.outputs.out, 'iso'));
  image = path.join(made!.outputs.out, 'iso', name);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function xorriso(...commands: string[]): Promise<string> {
  return (await promisify(execFile)('xorriso', ['-indev', image, ...commands])).stdout;
}

/** The bytes of a file on the image, and in how many runs of sectors they lie. */
async function fileOnImage(name: string): Promise<{ runs: number; bytes: Buffer }> {
  const report = await xorriso('-find', name, '-exec', 'report_lba');
  const runs = [...report.matchAll(/^File data lba: +\d+ , +(\d+) , +\d+ , +(\d+) ,/gm)];
  const file = await open(image);
  try {
    const bytes = Buffer.alloc(Number(runs[0]?.[2]));
    await file.read(bytes, 0, bytes.length, Number(runs[0]?.[1]) * 2048);
    return { runs: runs.length, bytes };
  } finally {
    await file.close();
  }
}

test('it has the name and the label that were chosen', async () => {
  expect(path.basename(image)).toBe('attic.iso');
  expect(await xorriso('-pvd_info')).toMatch(/^Volume Id +: NIXOS_ATTIC$/m);
});

test('it boots as a disc and as a drive, by BIOS and by UEFI', async () => {
  const disc = await xorriso('-report_el_torito', 'plain');
  expect(disc).toMatch(/^El Torito boot img : +1 +BIOS +y +none /m);
  expect(disc).toMatch(/^El Torito boot img : +2 +UEFI +y +none /m);
  const drive = await xorriso('-report_system_area', 'plain');
  expect(drive).toContain('System area summary: MBR isohybrid cyl-align-on GPT');
  // Type 0xef is an EFI system partition (UEFI 2.10, 5.2.2).
  expect(drive).toMatch(/^MBR partition +: +2 +0x00 +0xef /m);
  expect(drive).toMatch(/^GPT partition path : +2 +\/boot\/efi\.img$/m);
});

test('the slot lies on it as it is in the flake, in one run of sectors', async () => {
  const { runs, bytes } = await fileOnImage('/nixburn/slot');
  expect(runs).toBe(1);
  expect(bytes.equals(await readFile(path.join(folder, 'slot/slot')))).toBe(true);
});

test('its store is packed in the way that was chosen', async () => {
  const { bytes } = await fileOnImage('/nix-store.squashfs');
  // Squashfs binary format: the magic, and at 20 the number of the compressor; 6 is zstd.
  expect([bytes.toString('latin1', 0, 4), bytes.readUInt16LE(20)]).toEqual(['hsqs', 6]);
});

test('it is the same, byte for byte, when it is built again', async () => {
  // Nix compares, and fails where a single bit differs.
  const { stderr } = await nix('nix', [...build, '--rebuild'], folder);
  expect(stderr).toContain('checking outputs of');
});
