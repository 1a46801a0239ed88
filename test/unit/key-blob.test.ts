/** A key is on the list once, under whatever comments it comes. */
import { expect, test } from 'vitest';
import { keyBlob, withKeys } from '../../src/renderer/key-blob.ts';

test('two lines are one key where their blobs are the same', () => {
  expect(keyBlob('ssh-ed25519 AAAAC3 me@laptop')).toBe('AAAAC3');
  expect(keyBlob(' ssh-ed25519\tAAAAC3 ')).toBe('AAAAC3');
  expect(keyBlob('not-a-key')).toBe('not-a-key');
  expect(keyBlob('')).toBe('');
});

test('a key that comes again keeps its place and its comment, and a new one goes to the end', () => {
  const before = ['ssh-ed25519 AAAAC3 me@laptop', 'ssh-rsa AAAAB3 me@desk'];
  const more = ['ssh-ed25519 AAAAC4', 'ssh-ed25519 AAAAC3 from a list', 'ssh-ed25519 AAAAC4 twice'];
  expect(withKeys(before, more)).toEqual([...before, 'ssh-ed25519 AAAAC4']);
  expect(withKeys([], [])).toEqual([]);
});
