/** The names of builders: what reaches ssh, and what never does. */
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHost } from '../../src/main/build/host.ts';
import { counterexampleOf } from '../property/runs.ts';

test.each([
  ['builder', ['--', 'builder']],
  ['root@builder', ['-l', 'root', '--', 'builder']],
  ['ada@10.0.0.7:2222', ['-p', '2222', '-l', 'ada', '--', '10.0.0.7']],
  ['ssh://builder', ['--', 'builder']],
  ['ssh://builder/', ['--', 'builder']],
  ['ssh://ada@builder.example:2222', ['-p', '2222', '-l', 'ada', '--', 'builder.example']],
  ['ssh://root@[::1]:2222', ['-p', '2222', '-l', 'root', '--', '::1']],
  ['ssh://[fe80::1%eth0]', ['--', 'fe80::1%eth0']],
  ['my_builder-2.lan', ['--', 'my_builder-2.lan']],
])('%s is given to ssh as %j', (name, sshArgs) => {
  expect(parseHost(name)).toEqual({ ok: true, value: { name, sshArgs } });
});

test.each([
  '',
  ' ',
  '-oProxyCommand=touch /tmp/x',
  'ssh://-oProxyCommand=x',
  'root@-oProxyCommand=x',
  '-l@builder',
  'builder; rm -rf /',
  'builder name',
  'builder\nHost *',
  'a@b@c',
  'root:secret@builder',
  'ssh://root:secret@builder',
  'ssh://builder:0',
  'ssh://builder:65536',
  'ssh://builder:22/path',
  'https://builder',
  '$(id)',
  '`id`',
  '%h',
  'büilder',
  '[::1]x',
  'x'.repeat(300),
])('%j is no builder', (name) => {
  expect(parseHost(name)).toMatchObject({
    ok: false,
    problem: { code: 'builder-host-invalid', remedy: expect.stringMatching(/./) as string },
  });
});

test('A password in a name is not repeated', () => {
  const parsed = parseHost('ssh://root:hunter22@builder');
  expect(JSON.stringify(parsed)).not.toContain('hunter22');
});

test('Whatever is accepted is a host to ssh itself, and no option', () => {
  const piece = fc.constantFrom(
    '-',
    'o',
    'a',
    '@',
    ':',
    '22',
    '[',
    ']',
    '/',
    'ssh://',
    '.',
    '%',
    ' ',
    '=',
    "'",
  );
  const property = fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
    const parsed = parseHost(pieces.join(''));
    if (!parsed.ok) return true;
    const { sshArgs } = parsed.value;
    const host = sshArgs.at(-1) ?? '';
    return sshArgs.at(-2) === '--' && !host.startsWith('-') && /^[\w.:%-]+$/.test(host);
  });
  expect(counterexampleOf(property)).toBeNull();
});

test('ssh understands what it is given', () => {
  const parsed = parseHost('ssh://ada@builder.example:2222');
  if (!parsed.ok) throw new Error('refused');
  const said = execFileSync('ssh', ['-F', 'none', '-G', ...parsed.value.sshArgs], { encoding: 'utf8' });
  expect(said).toMatch(/^user ada$/m);
  expect(said).toMatch(/^hostname builder\.example$/m);
  expect(said).toMatch(/^port 2222$/m);
});
