/** From a builder over a real sshd straight to a stick, by the shipped writer: no image in between, and no half a stick. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildAndBring } from '../../src/main/build/build.ts';
import { sshBuilder } from '../../src/main/build/there.ts';
import { targetDrive } from '../../src/main/drives/list.ts';
import { readImage, readerOf } from '../../src/main/image/iso.ts';
import { findPlaces, type Places } from '../../src/main/places.ts';
import type { RecipeWithSecrets } from '../../src/main/recipe-file.ts';
import { makeStick } from '../../src/main/recipe-stick.ts';
import { decodeSlot, slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import { writeArriving } from '../../src/main/stick/arriving.ts';
import type { MakingEvent, Receipt } from '../../src/shared/contract.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { nixpkgs } from '../contract/program.ts';
import { prepareKernel } from '../fixtures/kernel.mjs';
import { builtWriter, type BuiltWriter } from '../flash/built-writer.ts';
import { recipeOf } from '../recipes.ts';
import { Cable, SshServer } from './ssh-server.ts';
import { nixEnv, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
let server: SshServer;
let writer: BuiltWriter;
let stick: string;

beforeAll(async () => {
  server = await SshServer.start(workshop.at('ssh'), { ...nixEnv, HOME: workshop.at('ssh/home') });
  writer = await builtWriter();
});
afterAll(async () => {
  await server.stop();
  writer.remove();
  workshop.remove();
});
beforeEach(() => {
  stick = workshop.at(`stick-${randomBytes(4).toString('hex')}.img`);
});

const never = new AbortController().signal;
const programs = () => ({ writer: writer.path, node: process.execPath, launcher: null });
const kept = () => readdir(server.at('home/.cache/nixburn')).catch(() => []);
const textOf = (event: MakingEvent) =>
  event.kind === 'note'
    ? event.text
    : event.kind === 'stick' && event.event.kind === 'note'
      ? event.event.text
      : '';

async function driveAt(file: string) {
  const drive = await targetDrive(file);
  if (!drive.ok) throw new Error(drive.problem.title);
  return drive.value;
}

function builderAt(port?: number) {
  const builder = sshBuilder('builder', server.options(port === undefined ? {} : { port }));
  if (!builder.ok) throw new Error(builder.problem.title);
  return builder.value;
}

async function toEnd(
  job: AsyncGenerator<MakingEvent, Outcome<Receipt>, void>,
  onEvent: (event: MakingEvent) => void = () => undefined,
) {
  const events: MakingEvent[] = [];
  let next = await job.next();
  for (; !next.done; next = await job.next()) {
    events.push(next.value);
    onEvent(next.value);
  }
  return { outcome: next.value, notes: events.map(textOf).join('\n') };
}

/** A tiny image, built there and written here. */
async function write(port?: number, signal = never, onEvent?: (event: MakingEvent) => void, script?: string) {
  const drive = await driveAt(stick);
  const flakeDir = await workshop.scripted(script);
  const making = { flakeDir, fileName: 'attic.iso', builder: builderAt(port), name: 'attic' };
  return toEnd(
    buildAndBring<Extract<MakingEvent, { kind: 'stick' }>, Receipt>(
      making,
      async function* (built, stop) {
        const image = { fileName: 'attic.iso', bytes: built.bytes, name: 'attic' };
        const input = { image, drive, fill: null, programs: programs(), version: '1' };
        const job = writeArriving({ ...input, stream: (until, say) => built.stream(until, say) }, stop);
        for (;;) {
          const next = await job.next();
          if (next.done) return next.value;
          yield { kind: 'stick', event: next.value };
        }
      },
      signal,
    ),
    onEvent,
  );
}

/** Nothing at its beginning that a firmware would take for a system. */
async function expectNoBeginning(): Promise<void> {
  const left = await readFile(stick).catch(() => Buffer.alloc(0));
  expect(left.subarray(0, 1024 * 1024).every((byte) => byte === 0)).toBe(true);
}

test('An image goes from the builder to the stick and is nowhere else', async () => {
  const { outcome } = await write();
  const image = await readFile(workshop.at('x.iso'));
  expect(outcome).toMatchObject({
    ok: true,
    value: {
      image: { bytes: image.length, volumeId: 'NIXOS_TINY', name: 'attic' },
      bytesVerified: image.length,
    },
  });
  expect((await readFile(stick)).subarray(0, image.length).equals(image)).toBe(true);
  const read = await readImage(workshop.at('x.iso'));
  expect(outcome.ok && read.ok && outcome.value.image.sha256 === read.value.sha256).toBe(true);
  expect(await kept()).toEqual([]);
  expect(server.sessions()).toEqual([]);
});

test('A connection that breaks off while it is written is taken up again', async () => {
  const cable = await Cable.to(server.port, [900_000, 700_000]);
  const { outcome, notes } = await write(cable.port);
  await cable.close();
  expect(outcome.ok).toBe(true);
  expect(cable.connections).toBe(3);
  expect(notes).toMatch(/Going on from there/);
  const image = await readFile(workshop.at('x.iso'));
  expect((await readFile(stick)).subarray(0, image.length).equals(image)).toBe(true);
});

describe('No half of a stick is left', () => {
  test('of a write that is cancelled', async () => {
    const stop = new AbortController();
    const { outcome } = await write(undefined, stop.signal, (event) => {
      if (event.kind === 'stick' && event.event.kind === 'phase' && event.event.phase === 'write')
        stop.abort();
    });
    expect(!outcome.ok && outcome.problem.code).toBe('cancelled');
    await expectNoBeginning();
    await vi.waitFor(async () => expect([await kept(), server.sessions()]).toEqual([[], []]), {
      timeout: 5_000,
    });
  });

  test('where the builder loses the image, and that is what is said', async () => {
    // More than what is looked at before the first byte is written.
    const long =
      'cp $iso $out/iso/a.iso; chmod u+w $out/iso/a.iso; head -c 6000000 /dev/urandom >>$out/iso/a.iso';
    const cable = await Cable.to(server.port, [7_000_000]);
    const lose = (event: MakingEvent) => {
      if (event.kind === 'stick')
        execFileSync('sh', ['-c', `rm -f ${server.at('home/.cache/nixburn')}/image-*`]);
    };
    const { outcome } = await write(cable.port, never, lose, long);
    await cable.close();
    expect(!outcome.ok && outcome.problem.code).toBe('transfer-gone');
    await expectNoBeginning();
  });
});

describe('A recipe', () => {
  let places: Places;
  const recipe = recipeOf({
    name: 'attic',
    image: { fileName: 'attic', volumeId: 'NIXOS_ATTIC', compression: 'fast' },
  }) as RecipeWithSecrets;

  beforeAll(async () => {
    await prepareKernel();
    const home = workshop.at('home');
    places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: home }, home });
  });

  test('is on the stick with its slot filled, and no image stays on this computer', async () => {
    const drive = await driveAt(stick);
    const { outcome } = await toEnd(
      makeStick(
        { recipe, nixpkgs, builder: builderAt(), places, drive, programs: programs(), version: '1' },
        never,
      ),
    );
    if (!outcome.ok) throw new Error(`${outcome.problem.title} ${outcome.problem.raw}`);
    expect(outcome.value).toMatchObject({ image: { volumeId: 'NIXOS_ATTIC' }, slot: { name: 'attic' } });
    const handle = await open(stick);
    try {
      const place = await findSlot(readerOf(handle, (await handle.stat()).size));
      if (!place.ok) throw new Error(place.problem.title);
      const bytes = Buffer.alloc(slotBytes);
      await handle.read(bytes, 0, slotBytes, place.value.offset);
      const slot = decodeSlot(bytes);
      expect(slot.ok && Buffer.from(slot.value.payload).includes('ssh/ssh_host_ed25519_key')).toBe(true);
    } finally {
      await handle.close();
    }
    expect(await readdir(places.images).catch(() => [])).toEqual([]);
    expect(await readFile(path.join(places.data, 'known_hosts'), 'utf8').catch(() => '')).toContain('attic');
  });
});
