/** Sticks and machines through the services, as the window asks for them. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Services } from '../../src/main/desk.ts';
import { keepImage } from '../../src/main/image/store.ts';
import { runJob } from '../../src/main/jobs.ts';
import { pinHostKey } from '../../src/main/machine/known-hosts.ts';
import { findPlaces, type Places } from '../../src/main/places.ts';
import { createServices } from '../../src/main/services.ts';
import { readSlot } from '../../src/main/slot/entries.ts';
import { slotBytes } from '../../src/main/slot/format.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import type { Personalised, Receipt } from '../../src/shared/contract.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import type { HandOver } from '../../src/shared/reaching.ts';
import { publicKey } from '../contract/program.ts';
import { hostKeyOf } from '../machine/namespaces.ts';
import { makeIso, memoryReader } from './iso.ts';

let folder: string;
let places: Places;
let services: Services;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nixburn-slot-services-'));
  places = findPlaces({ platform: 'linux', env: { NIXBURN_HOME: folder }, home: folder });
  services = createServices({ places, host: 'web', nixpkgs: null });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const recipe = (name: string, passphrase: string) => ({
  schema: 1,
  name,
  keys: [publicKey],
  wifi: { networks: [{ ssid: 'Attic', passphrase }] },
});

async function call<T>(name: string, input?: unknown): Promise<T> {
  const answer = await services.call(name, input);
  if (!answer.ok) throw new Error(answer.problem.raw);
  return answer.value as T;
}

async function job<T>(name: string, input: unknown): Promise<T> {
  const { signal } = new AbortController();
  const outcome = (await runJob(services.job(name, input, signal), signal, () => undefined)) as Outcome<T>;
  if (!outcome.ok) throw new Error(`${outcome.problem.code} ${outcome.problem.raw}`);
  return outcome.value;
}

/** An image among those that the window offers. */
async function keptImage(): Promise<string> {
  const iso = await makeIso(folder, 'attic');
  const kept = path.join(places.images, 'attic.iso');
  await mkdir(places.images, { recursive: true });
  await copyFile(iso, kept);
  const sha256 = execFileSync('sha256sum', [kept], { encoding: 'utf8' }).slice(0, 64);
  const known = { fileName: 'attic.iso', volumeId: 'NIXOS_ATTIC', name: 'attic', bootModes: [] };
  await keepImage(places.images, {
    id: sha256,
    path: kept,
    bytes: (await stat(kept)).size,
    sha256,
    ...known,
  });
  return sha256;
}

async function practiceStick(): Promise<string> {
  await call('changeSettings', { practiceDrives: true });
  const stop = new AbortController();
  const drives = services.job('watchDrives', undefined, stop.signal);
  const { value } = (await drives.next()) as { value: { drives: { id: string; kind: string }[] } };
  stop.abort();
  await drives.return({ ok: true, value: null });
  const id = value.drives.find(({ kind }) => kind === 'file')?.id;
  if (id === undefined) throw new Error('no practice stick');
  return id;
}

async function slot(): Promise<ReadonlyMap<string, string>> {
  const bytes = await readFile(path.join(places.data, 'practice/stick.img'));
  const place = await findSlot(memoryReader(bytes));
  if (!place.ok) throw new Error(place.problem.title);
  const read = readSlot(bytes.subarray(place.value.offset, place.value.offset + slotBytes));
  if (!read.ok) throw new Error(read.problem.raw);
  return read.value.entries;
}

test('A stick is written with the recipe of the window, and personalised with another one', async () => {
  const imageId = await keptImage();
  const input = { imageId, driveId: await practiceStick(), recipe: recipe('attic', 'correct horse') };
  const receipt = await job<Receipt>('writeStick', input);
  expect(receipt.slot).toMatchObject({ name: 'attic' });
  expect([...(await slot()).values()].join('')).toContain('psk=correct horse');
  expect(await call('knownMachines')).toEqual(['attic']);

  const again = { driveId: await practiceStick(), recipe: recipe('cellar', 'battery staple') };
  const personalised = await job<Personalised>('personaliseStick', again);
  expect(personalised.receipt).toMatchObject({ image: { sha256: imageId }, slot: { name: 'cellar' } });
  expect((await slot()).get('hostname')).toBe('cellar\n');
  expect(await call('knownMachines')).toEqual(['attic', 'cellar']);
  const [newest] = await call<Receipt[]>('receipts');
  expect(newest?.slot?.name).toBe('cellar');
});

test('Without a recipe a stick is the image and no more', async () => {
  const imageId = await keptImage();
  const receipt = await job<Receipt>('writeStick', { imageId, driveId: await practiceStick() });
  expect(receipt.slot).toBeUndefined();
  expect([...(await slot()).keys()]).toEqual([]);
});

test('A recipe that points to files of this computer is not taken from a page', async () => {
  const imageId = await keptImage();
  const pointing = recipe('attic', { file: '/etc/hostname' } as never);
  const driveId = await practiceStick();
  await expect(job('writeStick', { imageId, driveId, recipe: pointing })).rejects.toThrow('secret-elsewhere');
  expect(await call('knownMachines')).toEqual([]);
});

test('The command to log in is a line for a shell, whatever folder Nixburn’s files are in', async () => {
  await pinHostKey(path.join(places.data, 'known_hosts'), 'attic', (await hostKeyOf('attic')).publicKey);
  const line = await call<string>('loginCommand', { name: 'attic', address: 'fe80::1%eth0', port: 22 });
  expect(line).toMatch(/^ssh -o HostKeyAlias=attic -o /);
  expect(line).toMatch(/ -l root -- fe80::1%eth0$/);
  const words = execFileSync('sh', ['-c', `set -- ${line}; printf '%s\\n' "$@"`], { encoding: 'utf8' });
  expect(words).toContain(`UserKnownHostsFile="${path.join(places.data, 'known_hosts')}"`);
});

test.each(['-oProxyCommand=x', 'a b', '$(x)', ''])('%j is no address', async (address) => {
  const answer = await services.call('loginCommand', { name: 'attic', address, port: 22 });
  expect(answer).toMatchObject({ ok: false, problem: { code: 'bad-request' } });
});

test('What comes after is told for the machine that was found', async () => {
  const all = await call<HandOver[]>('handOvers', { name: 'attic', address: '192.168.1.50' });
  expect(JSON.stringify(all)).toContain('root@192.168.1.50');
});

test('A search that is cancelled has ended', async () => {
  const stop = new AbortController();
  const search = services.job('findMachines', { name: 'attic', sweep: false }, stop.signal);
  const first = await search.next();
  expect(first.value).toMatchObject({ kind: 'note' });
  stop.abort();
  let next = await search.next();
  while (!next.done) next = await search.next();
  expect(next.value).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
});
