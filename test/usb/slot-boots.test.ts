/** What is put on a stick after it was built takes effect when a machine starts from it and is shown on its screen; nothing else does. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { readerOf } from '../../src/main/image/iso.ts';
import { knownHostsFile, pinnedKeys, pinnedOptions } from '../../src/main/machine/known-hosts.ts';
import { findPlaces } from '../../src/main/places.ts';
import { writeSlot } from '../../src/main/slot/entries.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import type { Outcome } from '../../src/shared/problem.ts';
import { root } from '../contract/program.ts';
import { prepareKernel } from '../fixtures/kernel.mjs';
import { nix } from '../nix.ts';
import { flakeOf, recipeOf } from '../recipes.ts';
import { bootStick } from './boot.mjs';
import { logIn } from './log-in.mjs';

const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-slot-'));
const stick = path.join(folder, 'stick.img');
const builtInKey = path.join(folder, 'built-in');
const laterKey = path.join(folder, 'later');
const passphrase = 'correct horse battery';

beforeAll(async () => {
  await prepareKernel();
  const module = '{ fixture.sshd.enable = true; }';
  const recipe = recipeOf({ name: 'attic', keys: [makeKey(builtInKey)], module });
  const flake = path.join(folder, 'flake');
  const nixpkgs = path.join(import.meta.dirname, '../fixtures/nixpkgs');
  valueOf(await saveFlake(await flakeOf(recipe, `path:${nixpkgs}`), flake));
  const { stdout } = await nix(
    'nix',
    ['build', '--no-link', '--json', 'path:.#packages.x86_64-linux.iso'],
    flake,
  );
  const [made] = JSON.parse(stdout) as { outputs: { out: string } }[];
  const iso = path.join(made!.outputs.out, 'iso');
  const [name = ''] = await readdir(iso);
  // Not a copy of the file: one from the Nix store could not be written to.
  execFileSync('dd', [`if=${path.join(iso, name)}`, `of=${stick}`, 'status=none']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function valueOf<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.problem.title);
  return outcome.value;
}

/** Makes a key pair, and gives the line of its public half. */
function makeKey(file: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me@laptop', '-f', file]);
  return execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim();
}

/** Puts the slot on the stick; `damage` may change its bytes first. */
async function fill(entries: ReadonlyMap<string, string>, damage: (slot: Buffer) => void = () => {}) {
  const file = await open(stick, 'r+');
  try {
    const place = valueOf(await findSlot(readerOf(file, (await file.stat()).size)));
    const slot = valueOf(writeSlot(place.id, entries));
    damage(slot);
    await file.write(slot, 0, slot.length, place.offset);
  } finally {
    await file.close();
  }
}

/** A screen of text, once the program that fills it has come to its end. */
const screen = "until grep -q 'host key' /dev/vcs1; do sleep 1; done; fold -w 80 /dev/vcs1";
const picture = path.join(folder, 'screen.ppm');

/**
 * Starts a machine from the stick: what it said, by lines, and what the given logins were answered. What its screen shows
 * after that is in `picture`.
 */
async function start(logins: Omit<Parameters<typeof logIn>[0], 'port'>[]) {
  const answers: string[] = [];
  const { serial, booted } = await bootStick({
    image: stick,
    firmware: 'bios',
    timeoutMs: 280_000,
    whileUp: async ({ sshPort: port, screenshot }) => {
      for (const login of logins) answers.push(await logIn({ ...login, port }));
      await screenshot(picture);
    },
  });
  if (!booted) throw new Error(`It did not boot. The last that it said:\n${serial.slice(-2000)}`);
  return { lines: serial.replaceAll('\r', '').split('\n'), answers };
}

test('a personalised stick brings networks, a name and a host key that is known, and lets in its keys and no others', async () => {
  const later = makeKey(laterKey);
  const recipe = {
    schema: 1,
    name: 'attic-07',
    keys: [later],
    wifi: { networks: [{ ssid: 'Attic', passphrase }] },
  };
  const file = path.join(folder, 'recipe.json');
  await writeFile(file, JSON.stringify(recipe), { mode: 0o600 });
  const home = path.join(folder, 'home');
  const personalise = [path.join(root, 'bin/nixburn'), 'personalise', stick, '--with', file];
  execFileSync(process.execPath, personalise, {
    env: { ...process.env, NIXBURN_HOME: home },
    stdio: 'pipe',
  });
  const places = findPlaces({ platform: process.platform, env: { NIXBURN_HOME: home }, home });
  const knownHosts = knownHostsFile(places);
  const [hostKey = ''] = await pinnedKeys(knownHosts, 'attic-07');

  // What ssh is told is what `nixburn connect` tells it: the host key is known, or nobody gets in.
  const known = pinnedOptions(knownHosts, 'attic-07');
  const { lines, answers } = await start([
    { user: 'root', key: laterKey, command: 'hostname', known },
    { user: 'nixos', key: laterKey, command: 'hostname', known },
    { user: 'root', key: builtInKey, command: 'hostname', known },
    { user: 'nixos', key: builtInKey, command: 'hostname', known },
    { user: 'root', key: laterKey, command: screen, known },
  ]);
  expect(answers.slice(0, 2)).toEqual(['attic-07', 'attic-07']);
  for (const refused of answers.slice(2, 4)) expect(refused).toContain('Permission denied (publickey');
  expect(lines).toEqual(
    expect.arrayContaining([
      'nixburn: slot: read',
      'slot used wifi/1.nmconnection',
      'slot used ssh/authorized_keys',
      'slot used ssh/ssh_host_ed25519_key',
      'slot used hostname',
      'hostname attic-07',
      `key root ${later}`,
      'wifi 1.nmconnection 600 root',
      'wifi 2.nmconnection 600 root',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('slot ignored'))).toEqual([]);
  expect(lines.join('\n')).not.toContain(passphrase);

  // What is on the screen, in letters, for somebody who stands in front of it; and on the serial line.
  const publicHalf = path.join(folder, 'attic-07.pub');
  await writeFile(publicHalf, `${hostKey}\n`);
  const [, fingerprint] = execFileSync('ssh-keygen', ['-l', '-f', publicHalf], { encoding: 'utf8' }).split(
    ' ',
  );
  const reached = [
    'attic-07 can be reached at:',
    '  ssh root@10.0.2.15  (eth0)',
    expect.stringMatching(/^  WiFi: (looking for its networks|this machine has no WiFi that NixOS knows)\.$/),
    `  host key ${fingerprint}`,
  ];
  expect((answers[4] ?? '').split('\n').map((line) => line.trimEnd())).toEqual(
    expect.arrayContaining(reached),
  );
  expect(answers[4]).not.toContain(passphrase);
  expect(lines).toEqual(expect.arrayContaining(reached));
  // And for somebody with a telephone.
  const code = execFileSync('zbarimg', ['--nodbus', '--quiet', '--raw', picture], { encoding: 'utf8' });
  expect(code).toBe('ssh://root@10.0.2.15\n');
}, 300_000);

test('a slot with one wrong bit is left alone, and the machine starts as it was built', async () => {
  await fill(new Map([['hostname', 'attic-08\n']]), (slot) => {
    slot[64] = slot[64]! ^ 1;
  });
  const { lines, answers } = await start([{ user: 'root', key: builtInKey, command: 'hostname' }]);
  expect(lines).toContain('nixburn: slot: refused: its checksum is wrong');
  expect(lines).toContain('hostname attic');
  expect(answers).toEqual(['attic']);
}, 300_000);
