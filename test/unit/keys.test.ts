/** Which keys are accepted, compared with OpenSSH's own programs and their real files and agent. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foundKeys } from '../../src/main/keys/found.ts';
import { readKeys } from '../../src/main/keys/parse.ts';
import type { PublicKey } from '../../src/shared/contract.ts';
import { wireKey, wireString } from '../wire.ts';

const home = mkdtempSync(path.join(tmpdir(), 'nixburn-keys-'));
const ssh = path.join(home, '.ssh');
const inSsh = (name: string) => path.join(ssh, name);
const publicLine = (name: string) => readFileSync(inSsh(`${name}.pub`), 'utf8').trim();

/** Makes a real key pair in the .ssh folder. */
function makeKey(name: string, type: string, bits: number, comment: string, format = 'RFC4716'): void {
  mkdirSync(ssh, { recursive: true });
  const size = type === 'ed25519' ? [] : ['-b', String(bits)];
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    ...size,
    '-N',
    '',
    '-C',
    comment,
    '-m',
    format,
    '-f',
    inSsh(name),
  ]);
}

/** What `ssh-keygen -lf` says of a public key line: bits, fingerprint. */
function openSshSays(line: string): { bits: number; fingerprint: string } {
  const [bits, fingerprint] = execFileSync('ssh-keygen', ['-l', '-f', '-'], {
    input: `${line}\n`,
    encoding: 'utf8',
  }).split(' ');
  return { bits: Number(bits), fingerprint: fingerprint! };
}

function theKey(text: string): PublicKey {
  const read = readKeys(text);
  if (!read.ok) throw new Error(`${read.problem.title} ${read.problem.detail}`);
  expect(read.value).toHaveLength(1);
  return read.value[0]!;
}

function codeOf(text: string): string {
  const read = readKeys(text);
  return read.ok ? 'fine' : read.problem.code;
}

beforeAll(() => {
  makeKey('id_ed25519', 'ed25519', 256, 'ada@laptop');
  makeKey('id_rsa', 'rsa', 3072, 'grace hopper @ desktop');
  makeKey('id_ecdsa', 'ecdsa', 521, '');
  makeKey('id_256', 'ecdsa', 256, 'p256');
  makeKey('id_384', 'ecdsa', 384, 'p384');
  makeKey('id_weak', 'rsa', 1024, 'weak');
  makeKey('id_pem', 'rsa', 2048, 'pem', 'PEM');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('a key line', () => {
  test.each([
    ['id_ed25519', 'ssh-ed25519', 256, 'ada@laptop', false],
    ['id_rsa', 'ssh-rsa', 3072, 'grace hopper @ desktop', false],
    ['id_pem', 'ssh-rsa', 2048, 'pem', false],
    ['id_ecdsa', 'ecdsa-sha2-nistp521', 521, '', true],
    ['id_384', 'ecdsa-sha2-nistp384', 384, 'p384', true],
    ['id_256', 'ecdsa-sha2-nistp256', 256, 'p256', true],
  ])('of %s is read as OpenSSH reads it', (name, type, bits, comment, noted) => {
    const line = publicLine(name);
    const key = theKey(line);
    expect(key).toMatchObject({ type, comment, line, source: 'pasted', ...openSshSays(line) });
    expect(key.bits).toBe(bits);
    expect(Boolean(key.note)).toBe(noted);
  });

  test('of a security key is accepted with a note', () => {
    const application = wireString('ssh:');
    const point = Buffer.from(publicLine('id_256').split(' ')[1]!, 'base64').subarray(-69);
    const lines = [
      wireKey('sk-ssh-ed25519@openssh.com', wireString(Buffer.alloc(32, 7)), application),
      wireKey('sk-ecdsa-sha2-nistp256@openssh.com', wireString('nistp256'), point, application),
    ];
    for (const line of lines) {
      expect(theKey(line)).toMatchObject(openSshSays(line));
      expect(theKey(line).note).toContain('security key');
    }
  });

  test('may have spaces around it and tabs in it', () => {
    const [type, base64, comment] = publicLine('id_ed25519').split(' ');
    expect(theKey(`\uFEFF  ${type}\t ${base64} \t${comment}  \r\n`).line).toBe(
      `${type} ${base64} ${comment}`,
    );
  });

  test('of RSA under 2048 bits is refused with its number of bits', () => {
    const read = readKeys(publicLine('id_weak'));
    expect(read).toMatchObject({
      ok: false,
      problem: { code: 'weak-key', title: expect.stringContaining('1024') },
    });
  });

  test('of DSA is refused', () => {
    const number = wireString(Buffer.alloc(128, 0x55));
    expect(codeOf(wireKey('ssh-dss', number, wireString(Buffer.alloc(20, 0x55)), number, number))).toBe(
      'weak-key',
    );
  });

  test.each(['ssh-ed25519-cert-v01@openssh.com', 'ssh-rsa-cert-v01@openssh.com', 'ssh-xmss@openssh.com'])(
    'of the type %s is refused',
    (type) => expect(codeOf(wireKey(type, wireString(Buffer.alloc(32))))).toBe('unsupported-key'),
  );

  test('whose inside is of another type is refused', () => {
    const base64 = publicLine('id_rsa').split(' ')[1]!;
    const read = readKeys(`ssh-ed25519 ${base64} x`);
    expect(read).toMatchObject({
      problem: { detail: 'The line says ssh-ed25519, and the key inside is ssh-rsa.' },
    });
  });

  test.each(['id_ed25519', 'id_rsa', 'id_ecdsa'])('of %s that was cut or has too much is refused', (name) => {
    const [type, base64] = publicLine(name).split(' ');
    const blob = Buffer.from(base64!, 'base64');
    for (let length = 0; length < blob.length; length++) {
      expect(codeOf(`${type} ${blob.subarray(0, length).toString('base64')}`)).toBe('bad-key');
      expect(codeOf(`${type} ${base64!.slice(0, length)}`)).toBe('bad-key');
    }
    for (const extra of [Buffer.of(0), wireString(''), wireString('more')]) {
      expect(codeOf(`${type} ${Buffer.concat([blob, extra]).toString('base64')}`)).toBe('bad-key');
    }
  });

  test('of ECDSA whose point is not on the curve is refused, as by OpenSSH', () => {
    for (const name of ['id_256', 'id_384', 'id_ecdsa']) {
      const [type, base64] = publicLine(name).split(' ');
      const blob = Buffer.from(base64!, 'base64');
      blob[blob.length - 1]! ^= 1;
      const line = `${type} ${blob.toString('base64')}`;
      expect(spawnSync('ssh-keygen', ['-l', '-f', '-'], { input: `${line}\n` }).status).not.toBe(0);
      expect(codeOf(line)).toBe('bad-key');
    }
  });

  test.each([
    ['options', (line: string) => `no-pty,command="echo hi" ${line}`, 'before the type'],
    ['a host name', (line: string) => `example.org ${line}`, 'before the type'],
    ['another key', (line: string) => `${line} ${line}`, 'several keys'],
    ['a control character', (line: string) => `${line}\u0007`, 'control characters'],
  ])('with %s is refused', (_, change, words) => {
    const read = readKeys(change(publicLine('id_ed25519')));
    expect(read).toMatchObject({
      ok: false,
      problem: { code: 'bad-key', detail: expect.stringContaining(words) },
    });
  });

  test('in the format of PEM is refused with the command that turns it into one line', () => {
    for (const format of ['PKCS8', 'PEM']) {
      const text = execFileSync('ssh-keygen', ['-e', '-m', format, '-f', inSsh('id_rsa.pub')], {
        encoding: 'utf8',
      });
      expect(readKeys(text)).toMatchObject({ problem: { remedy: expect.stringContaining('ssh-keygen -i') } });
    }
  });
});

describe('a private key', () => {
  const putty =
    'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\nAAAA\nPrivate-Lines: 1\nSECRETSECRET\n';
  const forms: [string, () => string][] = [
    ['OpenSSH', () => readFileSync(inSsh('id_ed25519'), 'utf8')],
    ['PEM', () => readFileSync(inSsh('id_pem'), 'utf8')],
    ['PuTTY', () => putty],
    ['PuTTY without its first line', () => putty.split('\n').slice(1).join('\n')],
    ['OpenSSH in one line', () => readFileSync(inSsh('id_rsa'), 'utf8').replaceAll('\n', ' ')],
    [
      'OpenSSH without its first line',
      () => readFileSync(inSsh('id_rsa'), 'utf8').split('\n').slice(1).join('\n'),
    ],
    ['OpenSSH after a public key', () => `${publicLine('id_rsa')}\n${readFileSync(inSsh('id_rsa'), 'utf8')}`],
  ];

  test.each(forms)('in the form %s is refused and not repeated', (_, text) => {
    const read = readKeys(text());
    expect(read).toMatchObject({ ok: false, problem: { code: 'private-key' } });
    const said = JSON.stringify(read);
    for (const line of text()
      .split('\n')
      .filter((part) => part.length > 20))
      expect(said).not.toContain(line.slice(0, 20));
  });

  test('that lost its mark is not repeated either', () => {
    const inner = readFileSync(inSsh('id_pem'), 'utf8').split('\n').slice(2, 6).join('\n');
    const read = readKeys(inner);
    expect(read).toMatchObject({ ok: false });
    for (const line of inner.split('\n')) expect(JSON.stringify(read)).not.toContain(line.slice(0, 16));
  });
});

describe('a text with several lines', () => {
  test('gives each key once, in order, past comments and empty lines', () => {
    const [one, two] = [publicLine('id_ed25519'), publicLine('id_rsa')];
    const read = readKeys(`# mine\n\n${one}\r\n${two}\n${one} again\n`, 'keys.txt');
    expect(read).toMatchObject({ ok: true, value: [{ line: one, source: 'keys.txt' }, { line: two }] });
    expect(read.ok && read.value).toHaveLength(2);
  });

  test('names the line that is wrong', () => {
    expect(readKeys(`${publicLine('id_rsa')}\nhello\n`)).toMatchObject({
      problem: { title: expect.stringMatching(/^Line 2: /) },
    });
  });

  test('without a key is told so', () => {
    expect(codeOf(' \n# nothing\n')).toBe('bad-key');
  });
});

describe('the keys that are found', () => {
  const agent = { SSH_AUTH_SOCK: path.join(home, 'agent.sock') };
  const env = { PATH: process.env['PATH'], ...agent };
  let agentId = 0;

  beforeAll(() => {
    const said = execFileSync('ssh-agent', ['-s', '-a', agent.SSH_AUTH_SOCK], { encoding: 'utf8' });
    agentId = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
    writeFileSync(inSsh('broken.pub'), 'nothing of use\n');
    mkdirSync(inSsh('folder.pub'));
    symlinkSync('/nowhere', inSsh('dangling.pub'));
  });
  afterAll(() => {
    if (agentId > 0) process.kill(agentId);
  });

  test('are those of the .ssh folder, good ones only', async () => {
    const keys = await foundKeys(home, { PATH: process.env['PATH'] });
    expect(keys.map(({ source }) => path.basename(source))).toEqual([
      'id_256.pub',
      'id_384.pub',
      'id_ecdsa.pub',
      'id_ed25519.pub',
      'id_pem.pub',
      'id_rsa.pub',
    ]);
  });

  test('are those of a real agent, too, each once', async () => {
    makeKey('only-in-agent', 'ed25519', 256, 'from the agent');
    execFileSync('ssh-add', ['-q', inSsh('only-in-agent'), inSsh('id_rsa')], { env, stdio: 'ignore' });
    const line = publicLine('only-in-agent');
    rmSync(inSsh('only-in-agent.pub'));
    const keys = await foundKeys(home, env);
    expect(keys.filter(({ source }) => source === 'agent')).toMatchObject([{ line, ...openSshSays(line) }]);
    expect(keys.filter(({ type }) => type === 'ssh-rsa')).toHaveLength(2);
  });

  test('are none where there is no folder, no agent and no ssh-add', async () => {
    expect(await foundKeys(path.join(home, 'nobody'), { PATH: '/nowhere' })).toEqual([]);
  });

  test('do not wait for an agent that hangs', async () => {
    const { createServer } = await import('node:net');
    const server = createServer(() => {});
    const silent = path.join(home, 'silent.sock');
    await new Promise<void>((listening) => server.listen(silent, listening));
    const started = performance.now();
    const keys = await foundKeys(path.join(home, 'nobody'), { ...env, SSH_AUTH_SOCK: silent });
    server.close();
    expect(keys).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
