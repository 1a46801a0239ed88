/** `nixburn flake` with a recipe that is wrong somewhere: a sentence that names the field, exit status 2, nothing written. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../../src/main/cli/flake.ts';
import { carryOutHere } from '../command.ts';
import { ed25519Key } from '../recipes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const inNetwork = (fields: object) => ({ wifi: { networks: [{ ssid: 'Attic', ...fields }] } });
const inEnterprise = (fields: object) =>
  inNetwork({ security: 'enterprise', enterprise: { method: 'peap', identity: 'ada', ...fields } });

const bad: [string, object][] = [
  ['name', { name: 'a_b' }],
  ['release', { release: '22.11' }],
  ['system', { system: 'riscv64-linux' }],
  ['keys.0', { keys: ['ssh-dss AAAA'] }],
  ['packages.1', { packages: ['vim', 'a${b}'] }],
  ['allowUnfree', { allowUnfree: 'yes' }],
  ['locale', { locale: 'Swedish' }],
  ['keyMap', { keyMap: '../us' }],
  ['consoleFont', { consoleFont: 'ter v32n' }],
  ['timeZone', { timeZone: 'Europe/Stock holm' }],
  ['image.fileName', { image: { fileName: '../attic' } }],
  ['image.volumeId', { image: { volumeId: 'attic' } }],
  ['image.edition', { image: { edition: '$(reboot)' } }],
  ['image.compression', { image: { compression: 'best' } }],
  ['console.password.hashed', { console: { password: { hashed: 'hunter2' } } }],
  ['scripts.0.name', { scripts: [{ name: 'a/b', text: '' }] }],
  ['scripts.0.text', { scripts: [{ name: 'a', text: '\u0000' }] }],
  ['module', { module: ' ' }],
  ['wifi.backend', { wifi: { backend: 'iwd' } }],
  ['wifi.country', { wifi: { country: 'Sweden' } }],
  ['wifi.secrets', { wifi: { secrets: 'store' } }],
  ['wifi.networks.0.ssid', inNetwork({ ssid: 'x'.repeat(33) })],
  ['wifi.networks.0.passphrase', inNetwork({ passphrase: 'short' })],
  ['wifi.networks.0.passphrase', inNetwork({ passphrase: { file: 'nowhere.txt' } })],
  ['wifi.networks.0.enterprise', inNetwork({ security: 'enterprise' })],
  ['wifi.networks.0.enterprise.identity', inEnterprise({ identity: '' })],
  ['wifi.networks.0.enterprise.domain', inEnterprise({ domain: '*.example.org' })],
  ['wifi.networks.0.enterprise.caCertificate', inEnterprise({ caCertificate: 'hello' })],
  ['wifi.networks.0.enterprise.caCertificate', inEnterprise({ caCertificate: { file: 'nowhere.pem' } })],
  ['wifi.networks.0.enterprise.password', inEnterprise({ password: { env: 'NIXBURN_TEST_NOWHERE' } })],
  ['wifi.networks.0.enterprise.clientKey', inEnterprise({ clientKey: 'hello' })],
];

describe('a recipe that is wrong', () => {
  test.each(bad)('in %s is refused, and nothing is written: %j', async (field, fields) => {
    const recipe = path.join(folder, 'recipe.json');
    const out = path.join(folder, 'flake');
    writeFileSync(recipe, JSON.stringify({ schema: 1, keys: [ed25519Key], ...fields }));
    const { exit, printed, told } = await carryOutHere('flake', command, [recipe, '--out', out]);
    expect({ exit, printed }).toEqual({ exit: 2, printed: [] });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^nixburn: \S.*\.\n/);
    expect(told[0]).toContain(`It stands in ${field}.`);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder)).toEqual(['recipe.json']);
  });

  test('in several places is told of each', async () => {
    const recipe = path.join(folder, 'recipe.json');
    writeFileSync(
      recipe,
      JSON.stringify({ schema: 1, keys: [ed25519Key], name: '-', ...inNetwork({ ssid: '' }) }),
    );
    const { exit, told } = await carryOutHere('flake', command, [
      recipe,
      '--out',
      path.join(folder, 'flake'),
    ]);
    expect(exit).toBe(2);
    expect(told[0]).toContain('\nname: “-” can not be a host name.\nwifi.networks.0.ssid: ');
  });
});
