/** `nixburn keys` as people run it: files, published lists, and a new key whose passphrase is typed on a terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, root, runCommand, type Home } from '../contract/program.ts';
import { recipeNamed } from '../recipes.ts';
import { startHttps, type HttpsServer } from './https-server.ts';

const [first = '', second = ''] = recipeNamed('full').keys;
let home: Home;
let server: HttpsServer;

beforeAll(async () => {
  home = await makeHome();
  server = await startHttps((request, response) => {
    response.writeHead(request.url === '/team.txt' ? 200 : 404, { 'Content-Type': 'text/plain' });
    response.end(`${first}\nssh-ed25519 AAAA broken\n${second}\n${first}\n`);
  });
});
afterAll(async () => {
  await server.close();
  await home.remove();
});

const trusting = () => ({ NODE_EXTRA_CA_CERTS: server.caFile });
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('nixburn keys --url', () => {
  test('prints each key once, and tells of the one that was left out', async () => {
    const { exit, stdout, stderr } = await runCommand(
      home,
      ['keys', '--url', `${server.origin}/team.txt`],
      trusting(),
    );
    expect(exit).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/^256 SHA256:\S{43} .* \(ssh-ed25519\) — fine$/m);
    expect(stderr).toMatch(/^Left out: line 2 of https:.*damaged or incomplete/m);
  });

  test('gives the same as lines of JSON', async () => {
    const { stdout } = await runCommand(
      home,
      ['keys', '--json', '--url', `${server.origin}/team.txt`],
      trusting(),
    );
    expect(lines(stdout).map(({ kind }) => kind)).toEqual(['left-out', 'key', 'key', 'done']);
  });

  test('with plain http, or to a place that is not there, says why not', async () => {
    const plain = await runCommand(home, ['keys', '--url', 'http://localhost/x']);
    expect(plain).toMatchObject({ exit: 2, stderr: expect.stringContaining('begins with https://') });
    const missing = await runCommand(home, ['keys', '--url', `${server.origin}/no.txt`], trusting());
    expect(missing).toMatchObject({ exit: 1, stderr: expect.stringContaining('There is nothing at') });
  });
});

describe('nixburn keys FILE', () => {
  test('reads what PuTTYgen saved, and refuses a private .ppk without repeating it', async () => {
    const base64 = first.split(' ')[1]!;
    writeFileSync(
      path.join(home.folder, 'putty.pub'),
      `---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: "desk"\r\n${base64}\r\n---- END SSH2 PUBLIC KEY ----\r\n`,
    );
    const good = await runCommand(home, ['keys', 'putty.pub']);
    expect(good).toMatchObject({ exit: 0, stdout: expect.stringContaining(' desk (ssh-ed25519) — fine') });
    writeFileSync(
      path.join(home.folder, 'key.ppk'),
      `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 2\n${base64}\nPrivate-Lines: 1\nAAAASECRET\n`,
    );
    const bad = await runCommand(home, ['keys', 'key.ppk']);
    expect(bad).toMatchObject({ exit: 2, stderr: expect.stringContaining('This is a private key.') });
    expect(bad.stdout + bad.stderr).not.toContain('AAAASECRET');
  });
});

describe('nixburn keys make', () => {
  test('without a terminal says that it needs one', async () => {
    const { exit, stderr } = await runCommand(home, ['keys', 'make', 'alone']);
    expect(exit).toBe(2);
    expect(stderr).toContain('--no-passphrase');
    expect(existsSync(path.join(home.folder, 'alone'))).toBe(false);
  });

  test('makes a key without a passphrase where that is said, with a warning', async () => {
    const { exit, stdout, stderr } = await runCommand(home, [
      'keys',
      'make',
      'bare',
      '--no-passphrase',
      '--comment',
      'a b',
    ]);
    expect(exit).toBe(0);
    expect(stdout).toContain(readFileSync(path.join(home.folder, 'bare.pub'), 'utf8').trim());
    expect(stderr).toContain('has no passphrase');
    const again = await runCommand(home, ['keys', 'make', 'bare', '--no-passphrase']);
    expect(again).toMatchObject({ exit: 2, stderr: expect.stringContaining('There is a file bare already') });
  });

  test('asks for the passphrase twice and shows nothing of it', async () => {
    const shown = await onTerminal('keys make typed', ['wröng\u0015swördfish\r', 'swördfisj\x7fh\r']);
    expect(shown.exit).toBe(0);
    expect(shown.text).toContain('Passphrase for typed');
    expect(shown.text).toContain('The same passphrase again');
    expect(shown.text).not.toMatch(/sw|fish|wr/);
    const opened = spawn('ssh-keygen', ['-y', '-P', 'swördfish', '-f', path.join(home.folder, 'typed')]);
    expect(await once(opened, 'close')).toEqual([0, null]);
  });

  test('makes nothing where the two are not the same, or where it is interrupted', async () => {
    const differ = await onTerminal('keys make differ', ['one\r', 'two\r']);
    expect(differ).toMatchObject({ exit: 2, text: expect.stringContaining('are not the same') });
    const stopped = await onTerminal('keys make differ', ['one\x03']);
    expect(stopped).toMatchObject({ exit: 130, text: expect.stringContaining('Cancelled') });
    expect(existsSync(path.join(home.folder, 'differ'))).toBe(false);
  });

  test.each([
    [['make'], 'needs the name of a file'],
    [['make', 'a', 'b'], 'does not know what to do with b'],
    [['make', 'a', '--type', 'dsa'], 'no type of key'],
    [['make', 'a', '--github', 'ada'], 'no option --github'],
    [['--comment', 'x'], 'belongs to nixburn keys make'],
  ])('%j is not understood, and says so', async (args, words) => {
    const { exit, stderr } = await runCommand(home, ['keys', ...args]);
    expect(exit).toBe(2);
    expect(stderr).toContain(words);
  });
});

/** Runs nixburn on a terminal of its own (script(1)) and types each answer once its question stands there. */
async function onTerminal(command: string, answers: string[]): Promise<{ exit: number; text: string }> {
  const line = `'${process.execPath}' '${path.join(root, 'bin/nixburn')}' ${command}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: home.folder, env: home.env });
  let text = '';
  let asked = 0;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    for (; text.split(/: /).length > asked + 1 && asked < answers.length && text.endsWith(': '); asked++)
      child.stdin.write(answers[asked]!);
  });
  const [exit] = (await once(child, 'close')) as [number];
  return { exit, text };
}
