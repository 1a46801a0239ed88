/** What a recipe may hold, what it may not, and in which words a person is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkRecipe, emptyRecipe, recipeJsonSchema } from '../../src/shared/recipe.ts';
import { fits, type Schema } from '../json-schema.ts';
import { certificatePath, ed25519Key, recipeNames, recipePath } from '../recipes.ts';

/** The problems of a recipe that is fine but for these fields, as `path: code`. */
function problemsOf(fields: object): string[] {
  const checked = checkRecipe({ schema: 1, keys: [ed25519Key], ...fields });
  return 'recipe' in checked ? [] : checked.problems.map(({ path, problem }) => `${path}: ${problem.code}`);
}

function onlyProblem(value: unknown) {
  const checked = checkRecipe(value);
  if ('recipe' in checked) throw new Error('the recipe is fine');
  expect(checked.problems).toHaveLength(1);
  return checked.problems[0]!;
}

const network = (fields: object) => ({ wifi: { networks: [{ ssid: 'Attic', ...fields }] } });
const text = (length: number) => 'x'.repeat(length);

describe('a recipe', () => {
  test('needs a version and a key, and has a default for everything else', () => {
    expect(checkRecipe({ schema: 1, keys: [ed25519Key] })).toEqual({
      recipe: { ...emptyRecipe(), keys: [ed25519Key] },
    });
  });

  test('that is empty lacks nothing but a way in', () => {
    expect(onlyProblem(emptyRecipe())).toMatchObject({ path: 'keys', problem: { code: 'no-way-in' } });
  });

  test('may have a console password in place of a key', () => {
    const hashed = '$6$saltsalt$abcdefghijklmnopqrstuv/.';
    expect(checkRecipe({ schema: 1, console: { password: { hashed } } })).toHaveProperty('recipe');
  });

  test.each(recipeNames)('such as %s.json passes as it is', (name) => {
    expect(checkRecipe(JSON.parse(readFileSync(recipePath(name), 'utf8')))).toHaveProperty('recipe');
  });

  test.each([null, undefined, 7, 'text', [], [[]], true])('can not be %j', (value) => {
    expect(checkRecipe(value)).toHaveProperty('problems');
  });

  test('of another version is refused for that alone', () => {
    expect(onlyProblem({ schema: 2, colour: 'red' })).toMatchObject({
      path: 'schema',
      problem: { code: 'recipe-version', remedy: 'Use a newer Nixburn.' },
    });
  });

  test('without a version is told so', () => {
    expect(onlyProblem({ keys: [ed25519Key] })).toMatchObject({
      path: 'schema',
      problem: { code: 'missing-field', title: '“schema” is missing.' },
    });
  });

  test('keeps where a passphrase is to be found', () => {
    for (const passphrase of [{ env: 'PSK' }, { file: 'psk.txt' }, undefined]) {
      expect(problemsOf(network({ passphrase }))).toEqual([]);
    }
  });

  test('needs its passphrases only where they are built in', () => {
    const networks = [{ ssid: 'Attic' }, { ssid: 'Free', security: 'open' }];
    expect(problemsOf({ wifi: { networks } })).toEqual([]);
    expect(problemsOf({ wifi: { secrets: 'baked', networks } })).toEqual([
      'wifi.networks.0.passphrase: missing-passphrase',
    ]);
  });

  test('reports everything that is wrong, one sentence a field', () => {
    expect(
      problemsOf({ name: '-', release: '1', packages: ['a b', 'vim'], image: { volumeId: 'ä' } }),
    ).toEqual([
      'name: bad-host-name',
      'release: bad-release',
      'packages.0: bad-package-name',
      'image.volumeId: bad-volume-id',
    ]);
  });
});

describe('a field that does not exist', () => {
  test.each([
    [{ pakages: [] }, 'pakages', 'Did you mean “packages”?'],
    [{ image: { volumeID: 'X' } }, 'image.volumeID', 'Did you mean “volumeId”?'],
    [network({ pasphrase: 'x' }), 'wifi.networks.0.pasphrase', 'Did you mean “passphrase”?'],
    [{ wifi: { ntworks: [] } }, 'wifi.ntworks', 'Did you mean “networks”?'],
  ])('%j is named together with the nearest that does', (fields, path, detail) => {
    const found = onlyProblem({ schema: 1, keys: [ed25519Key], ...fields });
    expect(found).toMatchObject({ path, problem: { code: 'unknown-field', detail } });
  });

  test('like no other gets the list of those that do', () => {
    const { problem } = onlyProblem({ schema: 1, keys: [ed25519Key], console: { xyzzyplugh: 1 } });
    expect(problem.remedy).toBe('Remove it. The fields here are password.');
  });

  test('may have a name that means something to JavaScript', () => {
    const value: unknown = JSON.parse(
      `{"schema":1,"keys":["${ed25519Key}"],"__proto__":{},"constructor":{}}`,
    );
    expect(checkRecipe(value)).toMatchObject({ problems: [{ path: '__proto__' }, { path: 'constructor' }] });
  });
});

describe('limits', () => {
  test.each<[string, object, string[]]>([
    ['a host name of 63 letters', { name: text(63) }, []],
    ['a host name of 64 letters', { name: text(64) }, ['name: bad-host-name']],
    ['a host name with a hyphen inside', { name: 'a-1' }, []],
    ['a host name with a hyphen at the end', { name: 'a-' }, ['name: bad-host-name']],
    ['a host name with an underscore', { name: 'a_b' }, ['name: bad-host-name']],
    ['a host name with a line feed', { name: 'a\n' }, ['name: bad-host-name']],
    ['an empty host name', { name: '' }, ['name: bad-host-name']],
    ['a name that is a number', { name: 7 }, ['name: wrong-kind']],
    ['unstable', { release: 'unstable' }, []],
    ['a release nobody made', { release: '26.04' }, ['release: bad-release']],
    ['a processor that is not offered', { system: 'riscv64-linux' }, ['system: bad-choice']],
    ['a nested package', { packages: ['python3Packages.requests'] }, []],
    ['a quoted part of a package', { packages: ['nodePackages."@angular/cli"'] }, []],
    ['a package that is a keyword', { packages: ['or', 'in', 'rec'] }, []],
    ['a package that begins with a digit', { packages: ['7zip'] }, ['packages.0: bad-package-name']],
    ['a package with a space', { packages: ['vim git'] }, ['packages.0: bad-package-name']],
    [
      'a package with code in it',
      { packages: ['a${b}', 'a"', '"a\\"b"'] },
      [0, 1, 2].map((at) => `packages.${at}: bad-package-name`),
    ],
    ['a package with an empty part', { packages: ['a..b'] }, ['packages.0: bad-package-name']],
    ['a package twice', { packages: ['vim', 'git', 'vim'] }, ['packages.2: duplicate-package']],
    ['a package twice in other words', { packages: ['a.b', '"a".b'] }, ['packages.1: duplicate-package']],
    ['a country', { wifi: { country: 'SE' } }, []],
    ['a country in small letters', { wifi: { country: 'se' } }, ['wifi.country: bad-country']],
    ['a country by name', { wifi: { country: 'Sweden' } }, ['wifi.country: bad-country']],
    ['a network name of 32 bytes', network({ ssid: 'é'.repeat(16) }), []],
    [
      'a network name of 33 bytes',
      network({ ssid: `${'é'.repeat(16)}x` }),
      ['wifi.networks.0.ssid: bad-ssid'],
    ],
    ['a network without a name', network({ ssid: '' }), ['wifi.networks.0.ssid: bad-ssid']],
    ['a network name with a tab', network({ ssid: 'a\tb' }), ['wifi.networks.0.ssid: bad-character']],
    ['a network name with NUL', network({ ssid: 'a\0b' }), ['wifi.networks.0.ssid: bad-character']],
    ['half a character', network({ ssid: 'a\ud800' }), ['wifi.networks.0.ssid: bad-character']],
    [
      'a network twice',
      { wifi: { networks: [{ ssid: 'a' }, { ssid: 'a' }] } },
      ['wifi.networks.1.ssid: duplicate-network'],
    ],
    ['a WPA2 passphrase of 8', network({ security: 'wpa2', passphrase: text(8) }), []],
    ['a WPA2 passphrase of 63', network({ security: 'wpa2', passphrase: text(63) }), []],
    [
      'a WPA2 passphrase of 7',
      network({ security: 'wpa2', passphrase: text(7) }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    [
      'a WPA2 passphrase of 64 letters',
      network({ security: 'wpa2', passphrase: text(64) }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    ['a WPA2 key of 64 digits', network({ security: 'wpa2', passphrase: 'aF'.repeat(32) }), []],
    [
      'a key of 64 digits where WPA3 is possible',
      network({ passphrase: 'aF'.repeat(32) }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    [
      'a WPA2 passphrase outside ASCII',
      network({ passphrase: 'pässword' }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    ['a WPA3 passphrase of 1', network({ security: 'wpa3', passphrase: 'x' }), []],
    ['a WPA3 passphrase of 63', network({ security: 'wpa3', passphrase: text(63) }), []],
    [
      'a WPA3 passphrase of 64',
      network({ security: 'wpa3', passphrase: text(64) }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    [
      'a WPA3 passphrase of 0',
      network({ security: 'wpa3', passphrase: '' }),
      ['wifi.networks.0.passphrase: bad-passphrase'],
    ],
    [
      'a passphrase with a line feed',
      network({ security: 'wpa3', passphrase: 'a\nb' }),
      ['wifi.networks.0.passphrase: bad-character'],
    ],
    [
      'a passphrase for an open network',
      network({ security: 'open', passphrase: 'x' }),
      ['wifi.networks.0.passphrase: needless-passphrase'],
    ],
    ['security of another kind', network({ security: 'wep' }), ['wifi.networks.0.security: bad-choice']],
    [
      'a passphrase from two places',
      network({ passphrase: { env: 'A', file: 'b' } }),
      ['wifi.networks.0.passphrase: wrong-kind'],
    ],
    [
      'a passphrase from a place without a name',
      network({ passphrase: { env: '' } }),
      ['wifi.networks.0.passphrase.env: bad-secret-source'],
    ],
    ['a priority with a fraction', network({ priority: 1.5 }), ['wifi.networks.0.priority: wrong-kind']],
    ['a priority out of range', network({ priority: 500 }), ['wifi.networks.0.priority: out-of-range']],
    [
      'a password in place of its hash',
      { console: { password: { hashed: 'hunter2' } } },
      ['console.password.hashed: bad-password-hash'],
    ],
    [
      'an MD5 hash',
      { console: { password: { hashed: '$1$abc$abcdef' } } },
      ['console.password.hashed: bad-password-hash'],
    ],
    [
      'a bcrypt hash',
      { console: { password: { hashed: '$2b$05$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ0123456' } } },
      [],
    ],
    ['a locale', { locale: 'sr_RS.UTF-8@latin' }, []],
    ['a locale that is a sentence', { locale: 'Swedish please' }, ['locale: bad-locale']],
    ['a keyboard', { keyMap: 'de-latin1-nodeadkeys' }, []],
    ['a keyboard in a folder', { keyMap: '../us' }, ['keyMap: bad-key-map']],
    ['a time zone', { timeZone: 'America/Argentina/Buenos_Aires' }, []],
    ['a time zone outside of its folder', { timeZone: '../../etc/passwd' }, ['timeZone: bad-time-zone']],
    ['a font of the console', { consoleFont: 'LatArCyrHeb-16' }, []],
    ['a font in a folder', { consoleFont: '/etc/font.psf' }, ['consoleFont: bad-console-font']],
    ['an edition', { image: { edition: 'homelab-2' } }, []],
    ['an edition with a space', { image: { edition: 'home lab' } }, ['image.edition: bad-edition']],
    ['an edition that is empty', { image: { edition: '' } }, ['image.edition: bad-edition']],
    ['a file name', { image: { fileName: 'nixos-attic.iso' } }, []],
    ['a file name with a folder', { image: { fileName: 'a/b' } }, ['image.fileName: bad-file-name']],
    ['a file name that is hidden', { image: { fileName: '.iso' } }, ['image.fileName: bad-file-name']],
    ['a label of 32', { image: { volumeId: 'A'.repeat(32) } }, []],
    ['a label of 33', { image: { volumeId: 'A'.repeat(33) } }, ['image.volumeId: bad-volume-id']],
    ['a label in small letters', { image: { volumeId: 'nixos' } }, ['image.volumeId: bad-volume-id']],
    [
      'a script outside of its folder',
      { scripts: [{ name: '../x', text: '' }] },
      ['scripts.0.name: bad-script-name'],
    ],
    ['a script without a text', { scripts: [{ name: 'x' }] }, ['scripts.0.text: missing-field']],
    [
      'a script with a bell in it',
      { scripts: [{ name: 'x', text: 'a\u0007' }] },
      ['scripts.0.text: bad-character'],
    ],
    [
      'scripts that are one file on some systems',
      {
        scripts: [
          { name: 'Go', text: '' },
          { name: 'go', text: '' },
        ],
      },
      ['scripts.1.name: duplicate-script'],
    ],
    ['an empty module', { module: ' \n' }, ['module: bad-module']],
    ['keys that are not a list', { keys: ed25519Key }, ['keys: wrong-kind']],
    ['something that is no key', { keys: ['hello'] }, ['keys.0: bad-key']],
  ])('%s', (_, fields, expected) => {
    expect(problemsOf(fields)).toEqual(expected);
  });
});

const certificate = readFileSync(certificatePath('ca.pem'), 'utf8');
const encryptedKey = readFileSync(certificatePath('client-key.pem'), 'utf8');
const openKey = readFileSync(certificatePath('client-key-open.pem'), 'utf8');

/** An enterprise network, sound but for these fields. */
const peap = (fields: object = {}) =>
  network({
    security: 'enterprise',
    enterprise: { method: 'peap', identity: 'ada', password: 'secret', ...fields },
  });
const tls = (fields: object = {}) =>
  network({
    security: 'enterprise',
    enterprise: {
      method: 'tls',
      identity: 'ada',
      clientCertificate: certificate,
      clientKey: openKey,
      ...fields,
    },
  });
const at = 'wifi.networks.0.enterprise';

describe('an enterprise network', () => {
  test.each<[string, object, string[]]>([
    ['with a password', peap(), []],
    [
      'with everything',
      peap({ anonymousIdentity: 'a@b', caCertificate: certificate, domain: 'a.example' }),
      [],
    ],
    ['whose certificate is elsewhere', peap({ caCertificate: { file: 'ca.pem' } }), []],
    [
      'with several certificates',
      peap({ caCertificate: `# one\n${certificate}\n# two\n${certificate}` }),
      [],
    ],
    ['with Windows line ends', peap({ caCertificate: certificate.replaceAll('\n', '\r\n') }), []],
    ['with a key', tls(), []],
    ['with a key that has a password', tls({ clientKey: encryptedKey, clientKeyPassword: 'x' }), []],
    ['whose key is elsewhere', tls({ clientKey: { env: 'KEY' }, clientKeyPassword: { file: 'x' } }), []],
    ['inside by pap', peap({ method: 'ttls', innerAuthentication: 'pap' }), []],
    ['of which nothing is known', network({ security: 'enterprise' }), [`${at}: missing-enterprise`]],
    ['that is none', network({ enterprise: { method: 'peap', identity: 'ada' } }), [`${at}: needless-field`]],
    [
      'with a passphrase',
      network({ security: 'enterprise', passphrase: 'x', enterprise: { method: 'peap', identity: 'ada' } }),
      ['wifi.networks.0.passphrase: needless-passphrase'],
    ],
    ['of another method', peap({ method: 'leap' }), [`${at}.method: bad-choice`]],
    ['with a misspelt field', peap({ idenity: 'x' }), [`${at}.idenity: unknown-field`]],
    ['without a user', peap({ identity: undefined }), [`${at}.identity: missing-field`]],
    ['with an empty user', peap({ identity: '' }), [`${at}.identity: bad-identity`]],
    ['with a user of 253 bytes', peap({ identity: text(253) }), []],
    ['with a user of 254 bytes', peap({ identity: text(254) }), [`${at}.identity: bad-identity`]],
    ['with a line feed in the user', peap({ identity: 'a\nb' }), [`${at}.identity: bad-character`]],
    ['with an empty password', peap({ password: '' }), [`${at}.password: bad-password`]],
    ['with a password of 257', peap({ password: text(257) }), [`${at}.password: bad-password`]],
    ['with a tab in the password', peap({ password: 'a\tb' }), [`${at}.password: bad-character`]],
    ['with a number as password', peap({ password: 7 }), [`${at}.password: wrong-kind`]],
    ['whose domain is a pattern', peap({ domain: '*.example.org' }), [`${at}.domain: bad-domain`]],
    ['whose domain is several', peap({ domain: 'a.example;b.example' }), [`${at}.domain: bad-domain`]],
    ['whose domain is too long', peap({ domain: text(254) }), [`${at}.domain: bad-domain`]],
    ['whose certificate is none', peap({ caCertificate: 'hello' }), [`${at}.caCertificate: bad-certificate`]],
    [
      'whose certificate is cut off',
      peap({ caCertificate: `${certificate}-----BEGIN CERTIFICATE-----\nMII` }),
      [`${at}.caCertificate: bad-certificate`],
    ],
    ['whose certificate is a key', peap({ caCertificate: openKey }), [`${at}.caCertificate: private-key`]],
    [
      'whose certificate is in a variable',
      peap({ caCertificate: { env: 'CA' } }),
      [`${at}.caCertificate: wrong-kind`],
    ],
    ['by peap with a key', peap({ clientKey: openKey }), [`${at}.clientKey: needless-field`]],
    [
      'by peap inside by pap',
      peap({ innerAuthentication: 'pap' }),
      [`${at}.innerAuthentication: bad-inner-authentication`],
    ],
    ['by tls with a password', tls({ password: 'x' }), [`${at}.password: needless-field`]],
    [
      'by tls without a certificate',
      tls({ clientCertificate: undefined }),
      [`${at}.clientCertificate: missing-client-certificate`],
    ],
    ['whose key is a certificate', tls({ clientKey: certificate }), [`${at}.clientKey: bad-client-key`]],
    ['whose keys are two', tls({ clientKey: openKey + openKey }), [`${at}.clientKey: bad-client-key`]],
    [
      'whose key is of OpenSSH',
      tls({ clientKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nMII=\n-----END OPENSSH PRIVATE KEY-----' }),
      [`${at}.clientKey: bad-client-key`],
    ],
    [
      'whose key has a password that is missing',
      tls({ clientKey: encryptedKey }),
      [`${at}.clientKeyPassword: missing-key-password`],
    ],
  ])('%s', (_, fields, expected) => {
    expect(problemsOf(fields)).toEqual(expected);
  });

  test.each([
    [{ method: 'peap' }, `${at}.password: missing-passphrase`],
    [{ method: 'tls', clientCertificate: certificate }, `${at}.clientKey: missing-passphrase`],
  ])('needs its secret only where that is built in: %j', (fields, missing) => {
    const networks = [{ ssid: 'Attic', security: 'enterprise', enterprise: { identity: 'ada', ...fields } }];
    expect(problemsOf({ wifi: { networks } })).toEqual([]);
    expect(problemsOf({ wifi: { secrets: 'baked', networks } })).toEqual([missing]);
  });
});

describe('the words of a problem', () => {
  test('name the value, shortened to a line', () => {
    const { problem } = onlyProblem({ schema: 1, keys: [ed25519Key], timeZone: `Mars\n${text(500)}` });
    expect(problem.title).toMatch(/^“Mars\\nx+…” is not a time zone\.$/);
    expect(problem.title.length).toBeLessThan(90);
  });

  test('count the bytes of a network name', () => {
    const { problem } = onlyProblem({ schema: 1, keys: [ed25519Key], ...network({ ssid: 'é'.repeat(17) }) });
    expect(problem.title).toBe(`The network name “${'é'.repeat(17)}” is 34 bytes long, and 32 are possible.`);
    expect(problem.detail).not.toBe('');
  });

  test.each([
    network({ passphrase: 'secret!' }),
    network({ security: 'open', passphrase: 'secret! of an open network' }),
    network({ passphrase: ['secret!'] }),
    network({ passphrase: { evn: 'secret!' } }),
    network({ ssid: 7, passphrase: 'secret!' }),
    peap({ password: 'secret!\n' }),
    peap({ password: ['secret!'] }),
    peap({ caCertificate: '-----BEGIN PRIVATE KEY-----\nsecret!' }),
    tls({ clientKey: 'secret!' }),
    tls({ clientKeyPassword: 'secret!\0' }),
    tls({ password: 'secret!' }),
    { wifi: { networks: ['secret!'] } },
    { wifi: 'secret!' },
    { console: { password: 'secret!' } },
    { console: { password: { hashed: 'secret!' } } },
    { keys: ['secret!'] },
    { keys: ['-----BEGIN OPENSSH PRIVATE KEY-----secret!'] },
    { keys: [{ private: 'secret!' }] },
  ])('never repeat a secret: %j', (fields) => {
    const checked = checkRecipe({ schema: 1, keys: [ed25519Key], ...fields });
    expect(checked).toHaveProperty('problems');
    expect(JSON.stringify(checked)).not.toContain('secret!');
  });

  test('always are a title that ends in a full stop, and a way out', () => {
    const many = {
      schema: 1, name: '', release: '', system: '', keys: ['x'], packages: [''], allowUnfree: 1, colour: 1, locale: '',
      wifi: { backend: '', country: '', secrets: '', networks: [
        { ssid: '', security: '', passphrase: 1, hidden: 1, priority: 'x' },
        { ssid: 'a', security: 'enterprise', enterprise: { method: '', identity: '', anonymousIdentity: 1, password: 1,
          innerAuthentication: '', caCertificate: 1, domain: '', clientCertificate: '', clientKey: '', clientKeyPassword: '' } },
      ] },
      console: { password: {} }, keyMap: '', consoleFont: '', timeZone: '', scripts: [{}], module: '',
      image: { fileName: '', volumeId: '', edition: '', compression: '' },
    }; // prettier-ignore
    const checked = checkRecipe(many);
    const problems = 'problems' in checked ? checked.problems : [];
    expect(problems.length).toBeGreaterThan(30);
    for (const { problem } of problems) {
      expect(problem.title).toMatch(/^[A-Z“].*\.$/);
      expect(problem.remedy).toMatch(/\S/);
      expect(`${problem.title}${problem.detail}${problem.remedy}`).not.toMatch(
        /!|Invalid|undefined|expected/,
      );
    }
  });
});

describe('the published schema', () => {
  const schema = recipeJsonSchema() as Schema & {
    properties: Record<string, Schema & { properties?: Record<string, Schema> }>;
  };

  test('says what it is, what is required and what every field means', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema['title']).toBe('Nixburn recipe');
    expect(schema['required']).toEqual(['schema']);
    const fields = Object.entries(schema.properties).flatMap(([name, field]) => [
      [name, field] as const,
      ...Object.entries(field.properties ?? {}).map(([inner, one]) => [`${name}.${inner}`, one] as const),
    ]);
    const unexplained = fields.filter(([, field]) => !String(field['description']).endsWith('.'));
    expect(unexplained.map(([name]) => name)).toEqual([]);
  });

  test('has the defaults that the check fills in', () => {
    const { schema: _, ...defaults } = emptyRecipe();
    for (const [name, value] of Object.entries(defaults)) {
      const { properties, default: given } = schema.properties[name]!;
      const inner = Object.entries(properties ?? {}).map(([key, field]) => [key, field['default']]);
      expect(properties ? Object.fromEntries(inner) : given).toEqual(value);
    }
  });

  test.each(recipeNames)('accepts %s.json', (name) => {
    expect(fits(schema, JSON.parse(readFileSync(recipePath(name), 'utf8')))).toBe(true);
  });

  test.each<[string, object]>([
    ['a field that does not exist', { keys: [ed25519Key], pakages: [] }],
    [
      'a field that does not exist further in',
      { keys: [ed25519Key], wifi: { networks: [{ ssid: 'a', pass: 'x' }] } },
    ],
    ['a bad label', { keys: [ed25519Key], image: { volumeId: 'small' } }],
    ['a bad release', { keys: [ed25519Key], release: '1.0' }],
    ['a bad package', { keys: [ed25519Key], packages: ['a b'] }],
    ['a long network name', { keys: [ed25519Key], wifi: { networks: [{ ssid: text(33) }] } }],
    ['nobody to log in', {}],
    ['an empty list of keys', { keys: [] }],
    ['no console password and no key', { console: { password: null } }],
  ])('refuses %s, as the check does', (_, fields) => {
    expect(fits(schema, { schema: 1, ...fields })).toBe(false);
    expect(checkRecipe({ schema: 1, ...fields })).toHaveProperty('problems');
  });
});
