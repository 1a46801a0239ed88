/** Keys in the format of RFC 4716: as OpenSSH exports them, as PuTTYgen saves them, and as the RFC itself shows them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEachKey, readKeys } from '../../src/main/keys/parse.ts';
import { keyLines } from '../../src/main/keys/rfc4716.ts';
import { recipeNamed } from '../recipes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-rfc4716-'));
const file = (name: string) => path.join(folder, name);
const types = ['ed25519', 'rsa', 'ecdsa'];

beforeAll(() => {
  for (const type of types)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', `${type} "key" of ada`, '-f', file(type)]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (type: string) => readFileSync(file(`${type}.pub`), 'utf8').trim();
const exported = (type: string) =>
  execFileSync('ssh-keygen', ['-e', '-m', 'RFC4716', '-f', file(`${type}.pub`)], { encoding: 'utf8' });

/** As PuTTYgen's "Save public key" writes it: the comment in quotes, lines of 64. */
function puttyBlock(type: string, comment: string, lineEnd = '\r\n'): string {
  const base64 = line(type).split(' ')[1]!;
  return [
    '---- BEGIN SSH2 PUBLIC KEY ----',
    `Comment: "${comment}"`,
    ...(base64.match(/.{1,64}/g) ?? []),
    '---- END SSH2 PUBLIC KEY ----',
    '',
  ].join(lineEnd);
}

describe('a key in the format of RFC 4716', () => {
  test.each(types)('that OpenSSH exports (%s) is the same key as its OpenSSH line', (type) => {
    const read = readKeys(exported(type));
    const direct = readKeys(line(type));
    if (!read.ok || !direct.ok) throw new Error(JSON.stringify([read, direct]));
    expect(read.value[0]?.fingerprint).toBe(direct.value[0]?.fingerprint);
    expect(read.value[0]?.line.split(' ').slice(0, 2)).toEqual(line(type).split(' ').slice(0, 2));
  });

  test('that PuTTYgen saves keeps its comment', () => {
    expect(readKeys(puttyBlock('ed25519', 'ada’s key'))).toMatchObject({
      ok: true,
      value: [{ type: 'ssh-ed25519', comment: 'ada’s key' }],
    });
  });

  test('may have a comment that goes on in the next line, and headers that nobody knows', () => {
    const text = puttyBlock('rsa', 'x', '\n').replace(
      'Comment: "x"',
      'Subject: ada\nx-something: a\\\nb\nComment: a key that ada\\\n uses at home',
    );
    expect(readKeys(text)).toMatchObject({ ok: true, value: [{ comment: 'a key that ada uses at home' }] });
  });

  test('can stand among OpenSSH lines, and is read once', () => {
    const text = [line('ed25519'), puttyBlock('rsa', 'one'), puttyBlock('ed25519', 'again'), line('ecdsa')];
    const read = readKeys(text.join('\n'));
    if (!read.ok) throw new Error(read.problem.title);
    expect(read.value.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256']);
  });

  test.each([
    ['without its end', (text: string) => text.replace(/---- END.*/, '')],
    ['without its key', (text: string) => text.replace(/^AAAA[^-]*/m, '')],
    ['cut in the middle', (text: string) => text.replace(/^AAAA.*\n/m, '')],
    ['of which a line is missing', (text: string) => text.replace(/\n[^\n]+\n---- END/, '\n---- END')],
  ])('%s is refused and not repeated', (_, change) => {
    const text = change(puttyBlock('rsa', 'x', '\n'));
    const read = readKeys(text);
    expect(read).toMatchObject({ ok: false, problem: { code: 'bad-key' } });
    expect(JSON.stringify(read)).not.toContain(line('rsa').slice(60, 90));
  });

  test('that is private is refused: ssh.com’s own private format says so in its first line', () => {
    const text = puttyBlock('rsa', 'x').replace('SSH2 PUBLIC KEY', 'SSH2 ENCRYPTED PRIVATE KEY');
    expect(readKeys(text)).toMatchObject({ problem: { code: 'private-key' } });
  });

  test('is named by the line that it begins in', () => {
    const text = `# keys\n\n${line('rsa')}\n${puttyBlock('rsa', 'x', '\n').replace(/^AAAA.*\n/m, '')}`;
    const read = readEachKey(text, 'somewhere');
    expect(read).toMatchObject({ ok: true, value: { keys: [{ type: 'ssh-rsa' }], leftOut: [{ line: 4 }] } });
  });
});

test('whatever is read, it never throws, and lines without a block stay as they are', () => {
  const pieces = fc.constantFrom(
    '---- BEGIN SSH2 PUBLIC KEY ----',
    '---- END SSH2 PUBLIC KEY ----',
    'Comment: "a',
    'Comment: b\\',
    'AAAA',
    'AAAAB3NzaC1yc2E=',
    ...recipeNamed('full').keys,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (lines) => {
      readKeys(lines.join('\n'));
      const plain = lines.filter((one) => !one.includes('BEGIN') && !/[\r\n]/.test(one));
      const kept = plain.map((one) => one.trim()).filter((one) => one !== '' && !one.startsWith('#'));
      expect(keyLines(plain.join('\n')).map((one) => one.line)).toEqual(
        kept.map((one, at) => (at === 0 && plain[0]?.startsWith('\uFEFF') ? one.replace('\uFEFF', '') : one)),
      );
    }),
  );
});
