/** What is put on a stick after it was built takes effect when a machine starts from it and is shown on its screen; nothing else does. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveSecrets } from '../../src/main/recipe-file.ts';
import { saveFlake } from '../../src/main/flake-folder.ts';
import { readerOf } from '../../src/main/image/iso.ts';
import { slotContents } from '../../src/main/slot/contents.ts';
import { writeSlot } from '../../src/main/slot/entries.ts';
import { makeHostKey } from '../../src/main/slot/host-key.ts';
import { findSlot } from '../../src/main/slot/locate.ts';
import type { Outcome } from '../../src/shared/problem.ts';
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

test('a filled slot brings networks, a key, a name and the host key that was made beforehand', async () => {
  const later = makeKey(laterKey);
  const recipe = recipeOf({ keys: [later], wifi: { networks: [{ ssid: 'Attic', passphrase }] } });
  const hostKey = valueOf(await makeHostKey('attic-07'));
  const contents = slotContents(valueOf(await resolveSecrets(recipe, folder, {})), {
    name: 'attic-07',
    hostKey,
  });
  await fill(valueOf(contents));

  const pinned = hostKey.publicKey.trim();
  const { lines, answers } = await start([
    { user: 'root', key: laterKey, command: 'hostname', hostKey: pinned },
    { user: 'nixos', key: builtInKey, command: 'hostname', hostKey: pinned },
    { user: 'root', key: laterKey, command: screen, hostKey: pinned },
  ]);
  expect(answers.slice(0, 2)).toEqual(['attic-07', 'attic-07']);
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
  await writeFile(publicHalf, hostKey.publicKey);
  const [, fingerprint] = execFileSync('ssh-keygen', ['-l', '-f', publicHalf], { encoding: 'utf8' }).split(
    ' ',
  );
  const reached = [
    'attic-07 can be reached at:',
    '  ssh root@10.0.2.15  (eth0)',
    expect.stringMatching(/^  WiFi: (looking for its networks|this machine has no WiFi that NixOS knows)\.$/),
    `  host key ${fingerprint}`,
  ];
  expect((answers[2] ?? '').split('\n').map((line) => line.trimEnd())).toEqual(
    expect.arrayContaining(reached),
  );
  expect(answers[2]).not.toContain(passphrase);
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
