/** What is taken out of other programs' words, and what is left in. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideSecrets } from '../../src/main/build/hide-secrets.ts';
import { counterexampleOf } from '../property/runs.ts';

const privateKey =
  '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\nYWxzbw==\n-----END OPENSSH PRIVATE KEY-----';

test.each([
  ['psk="correct horse battery"', 'correct horse'],
  ['psk = "with \\" inside it"', 'inside'],
  ["pskRaw = 'f42c6fc52df0ebef9ebb4b90b38a5f90';", 'f42c6f'],
  ['psk=correct horse battery', 'battery'],
  ['wep_key0="abcde"', 'abcde'],
  ['password: hunter2', 'hunter2'],
  ['"passphrase": "hunter2"', 'hunter2'],
  ['initialPassword = "hunter2";', 'hunter2'],
  ['sae_password=hunter2', 'hunter2'],
  ['Authorization: Bearer abc.def', 'abc.def'],
  ['access-token = github.com=abc', 'github.com=abc'],
  ['https://me:hunter2@example.org/x.tar.gz', 'hunter2'],
  ['https://abcdef0123@github.com/x', 'abcdef0123'],
  ['fetching with ghp_0123456789abcdef', 'ghp_0123456789abcdef'],
  ['github_pat_11AAAAAAA0123456789', '11AAAAAAA'],
  ['glpat-abcdefghijk0123', 'abcdefghijk'],
  ['root:$6$salt$hashhashhash:19000', 'hashhash'],
  ['"$y$j9T$abcdefgh$ijklmnop"', 'ijklmnop'],
  ['$2b$12$abcdefghijklmnopqrstuv', 'abcdefghij'],
  [privateKey, 'c2VjcmV0'],
  // Cut off before its end.
  [privateKey.slice(0, 60), 'c2VjcmV0'],
])('hides the secret in: %s', (text, secret) => {
  expect(hideSecrets(text)).not.toContain(secret);
  expect(hideSecrets(text)).toContain('[hidden]');
});

test.each([
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPnVHOqOgHrfk5ZkAdWf4u6wBdC0W5pNU4iNdIVT5Zg me@laptop',
  "building '/nix/store/00000000000000000000000000000000-wpa_supplicant-2.11.drv'",
  'ssh://root@builder.example:2222',
  'https://cache.nixos.org/nar/x.nar.xz',
  "unable to download 'https://api.github.com/repos/NixOS/nixpkgs': HTTP error 403",
  'the price is $6 for 2',
  'curl: (6) Could not resolve host: token.actions.example',
  'Permission denied (publickey,password).',
])('leaves alone: %s', (text) => {
  expect(hideSecrets(text)).toBe(text);
});

test('never fails, never takes long, and hides nothing twice', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'psk',
      '=',
      '"',
      "'",
      '\\',
      'password: ',
      '$6$',
      'https://',
      '@',
      '-----BEGIN ',
      '\n',
      '_',
    ),
  );
  const property = fc.property(fc.array(piece, { maxLength: 80 }), fc.nat(30), (pieces, times) => {
    const started = performance.now();
    const once = hideSecrets(pieces.join('').repeat(times + 1));
    return hideSecrets(once).length <= once.length + 2_000 && performance.now() - started < 2_000;
  });
  expect(counterexampleOf(property)).toBeNull();
});

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

test('hides a passphrase of any letters, wherever Nix or wpa_supplicant puts it', () => {
  const passphrase = fc
    .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 63 })
    .filter((text) => text.trim().length >= 8 && text === text.trim());
  const frame = fc.constantFrom<(text: string) => string>(
    (text) => `psk=${quoted(text)}`,
    (text) => `  psk = ${quoted(text)};`,
    (text) => `error: option passphrase: ${text}`,
    (text) => `"passphrase":${JSON.stringify(text)}`,
  );
  const property = fc.property(passphrase, frame, (secret, write) => {
    const line = `before ${'x'.repeat(5)}\n${write(secret)}`;
    return !hideSecrets(line).includes(secret) && hideSecrets(line).startsWith('before ');
  });
  expect(counterexampleOf(property)).toBeNull();
});
