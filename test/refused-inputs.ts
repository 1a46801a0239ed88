/** Every input that a recipe refuses, each for one reason: the window and the command line say the same about all. */
import { createHash } from 'node:crypto';
import { recipeNamed } from './recipes.ts';

/** A public key line of the old kinds (RFC 4253, section 6.6): the type, then numbers of that many bits. */
function oldKey(type: string, bits: number[]): string {
  const numbers = bits.map((count, at) => {
    if (count < 32) return Buffer.from([1, 0, 1]);
    const bytes = Buffer.alloc(count / 8, createHash('sha256').update(`${type}${at}`).digest());
    bytes[0] = 0xff;
    // The first bit is set, so a zero before it says that the number is positive.
    return Buffer.concat([Buffer.from([0]), bytes]);
  });
  const blob = [Buffer.from(type), ...numbers].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `${type} ${Buffer.concat(blob).toString('base64')} old`;
}

const dsaKey = oldKey('ssh-dss', [1024, 160, 1024, 1024]);
const weakKey = oldKey('ssh-rsa', [17, 1024]);
export const [goodKey = ''] = recipeNamed('full').keys;
const longSsid = 'ä'.repeat(17);
const network = (more: object) => ({ ssid: 'a', ...more });

/** Each is refused for one reason; together they are everything that cli-and-recipe's limits name. */
export const refusedInputs: Record<string, object> = {
  'a host name with a space': { name: 'my attic' },
  'a host name of 64 letters': { name: 'a'.repeat(64) },
  'a host name that ends in a hyphen': { name: 'attic-' },
  'no key and no password': { keys: [] },
  'a release that is not known': { release: '19.03' },
  'a key that is cut': { keys: [goodKey.slice(0, 40)] },
  'a key with options': { keys: [`no-pty ${goodKey}`] },
  'two keys on a line': { keys: [`${goodKey} ${goodKey}`] },
  'a private key': { keys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
  'a key of another type inside than outside': { keys: [goodKey.replace(/^ssh-ed25519/, 'ssh-rsa')] },
  'a DSA key': { keys: [dsaKey] },
  'an RSA key of 1024 bits': { keys: [weakKey] },
  'a package name with a space': { packages: ['a b'] },
  'a package name that would end the list': { packages: ['vim ]; evil = ['] },
  'a network without a name': { wifi: { networks: [network({ ssid: '' })] } },
  'a network name of 34 bytes': { wifi: { networks: [network({ ssid: longSsid })] } },
  'a WPA2 passphrase of 7': { wifi: { networks: [network({ security: 'wpa2', passphrase: '1234567' })] } },
  'a WPA2 passphrase of 64 that is no key': {
    wifi: { networks: [network({ security: 'wpa2', passphrase: 'x'.repeat(64) })] },
  },
  'a WPA2 passphrase beyond ASCII': {
    wifi: { networks: [network({ security: 'wpa2', passphrase: 'smörgåsbord' })] },
  },
  'an empty WPA3 passphrase': { wifi: { networks: [network({ security: 'wpa3', passphrase: '' })] } },
  'a WPA3 passphrase of 64': {
    wifi: { networks: [network({ security: 'wpa3', passphrase: 'x'.repeat(64) })] },
  },
  'a key where WPA3 may be': { wifi: { networks: [network({ passphrase: 'a'.repeat(64) })] } },
  'a country that is none': { wifi: { country: 'sweden' } },
  'a password that is no hash': { console: { password: { hashed: 'secret' } } },
  'a locale that is none': { locale: 'english please' },
  'a keyboard that is none': { keyMap: 'a b' },
  'a time zone that is none': { timeZone: 'Mars/Olympus Mons' },
  'a file name with a folder': { image: { fileName: '../x' } },
  'a label of 33': { image: { volumeId: 'X'.repeat(33) } },
  'a label in small letters': { image: { volumeId: 'attic' } },
  'a script name with a slash': { scripts: [{ name: 'a/b', text: '' }] },
  'an empty module': { module: '  ' },
  'a field that is not known': { packges: [] },
};
