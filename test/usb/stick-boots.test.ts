/** The main job on real input: a recipe becomes an image, the image a verified stick, and the stick boots and says what was chosen. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nixEnvironment } from '../../scripts/set-up.mjs';
import { bootStick } from './boot.mjs';
import { logIn } from './log-in.mjs';

const root = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'nixburn-usb-'));
const image = join(folder, 'attic.iso');
const stick = join(folder, 'stick.img');
const key = join(folder, 'key');
const strangersKey = join(folder, 'strangers-key');
let publicKey = '';

/** Runs one command of Nixburn and gives what it printed on stdout. */
async function nixburn(...args: string[]): Promise<string> {
  const env = { ...process.env, ...nixEnvironment, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder };
  const { stdout } = await promisify(execFile)(join(root, 'bin/nixburn'), args, { env });
  return stdout;
}

beforeAll(async () => {
  for (const file of [key, strangersKey])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'me@laptop', '-f', file]);
  publicKey = readFileSync(`${key}.pub`, 'utf8').trim();
  const recipe = join(folder, 'recipe.json');
  writeFileSync(
    recipe,
    JSON.stringify({
      schema: 1,
      name: 'attic',
      keys: [publicKey],
      packages: ['vim', 'git', 'python3Packages.requests'],
      // Not part of NixOS: the miniature's own way to run a real SSH server.
      module: '{ fixture.sshd.enable = true; }',
      wifi: { secrets: 'baked', networks: [{ ssid: 'Attic', passphrase: 'correct horse battery' }] },
    }),
  );
  await nixburn('build', recipe, '--nixpkgs', `path:${join(root, 'test/fixtures/nixpkgs')}`, '--out', image);
  await nixburn('write', image, '--to', stick);
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['bios', 'uefi'] as const)('the written stick, in a machine with %s', (firmware) => {
  test('boots from USB and lets in whom the recipe names, with the packages it names', async () => {
    const answers: string[] = [];
    const { serial, booted } = await bootStick({
      image: stick,
      firmware,
      timeoutMs: 280_000,
      whileUp: async ({ sshPort: port }) => {
        answers.push(
          await logIn({ port, user: 'root', key, command: 'echo "$(hostname) $(id -u)"' }),
          await logIn({ port, user: 'nixos', key, command: 'id -un' }),
          await logIn({ port, user: 'root', key: strangersKey, command: 'hostname' }),
        );
      },
    });
    if (!booted) throw new Error(`It did not boot. The last that it said:\n${serial.slice(-2000)}`);
    const lines = serial.replaceAll('\r', '').split('\n');
    expect(lines).toContain(`key root ${publicKey}`);
    expect(lines).toContain(`key nixos ${publicKey}`);
    expect(lines).toContain('hostname attic');
    for (const start of [
      'package vim-',
      'package git-',
      'package python3.13-requests-',
      'wifi .*\\.nmconnection',
    ])
      expect(lines).toContainEqual(expect.stringMatching(`^${start}`));
    expect(serial).not.toContain('correct horse battery');
    // The system found its own medium on the USB bus: the firmware did not just load a kernel from it.
    expect(lines).toContainEqual(expect.stringMatching('^medium usb'));
    expect(answers).toEqual(['attic 0', 'nixos', expect.stringContaining('Permission denied (publickey)')]);
  }, 300_000);
});
