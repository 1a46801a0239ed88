/** New keys by the real ssh-keygen: protected, never written over, and the passphrase seen by nobody. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, type NewKey } from '../../src/main/keys/make.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-make-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const passphrase = 'Käse $(id) "q" \\ \'x\' secret-of-ada';

/** A key that can be given to makeKey as it is. */
const wanted = (name: string, more: Partial<NewKey> = {}): NewKey => ({
  file: at(name),
  type: 'ed25519',
  comment: 'ada@laptop',
  passphrase,
  ...more,
});

/** Whether ssh-keygen can read the private half with a passphrase. */
function opensWith(file: string, words: string): boolean {
  return spawnSync('ssh-keygen', ['-y', '-P', words, '-f', file]).status === 0;
}

/** The public half, from ssh-keygen itself. */
const publicHalf = (file: string, words: string) =>
  execFileSync('ssh-keygen', ['-y', '-P', words, '-f', file], { encoding: 'utf8' }).split(' ').slice(0, 2);

describe('a new key', () => {
  test('is Ed25519, opens with its passphrase only, and is private', async () => {
    const made = await makeKey(wanted('ed'));
    if (!made.ok) throw new Error(JSON.stringify(made.problem));
    expect(made.value).toMatchObject({
      file: at('ed'),
      warning: null,
      key: { type: 'ssh-ed25519', bits: 256, comment: 'ada@laptop' },
    });
    expect(statSync(at('ed')).mode & 0o777).toBe(0o600);
    expect(opensWith(at('ed'), passphrase)).toBe(true);
    expect(opensWith(at('ed'), '')).toBe(false);
    expect(publicHalf(at('ed'), passphrase)).toEqual(made.value.key.line.split(' ').slice(0, 2));
    expect(readFileSync(at('ed.pub'), 'utf8').trim()).toBe(made.value.key.line);
  });

  test('can be RSA with 4096 bits', async () => {
    const made = await makeKey(wanted('rsa', { type: 'rsa' }));
    expect(made).toMatchObject({ ok: true, value: { key: { type: 'ssh-rsa', bits: 4096 } } });
    expect(opensWith(at('rsa'), passphrase)).toBe(true);
  });

  test('without a passphrase is made with a warning', async () => {
    const made = await makeKey(wanted('bare', { passphrase: '' }));
    expect(made).toMatchObject({ ok: true, value: { warning: { code: 'key-unprotected' } } });
    expect(opensWith(at('bare'), '')).toBe(true);
  });

  test('may begin with the letter that ssh-keygen takes for a yes', async () => {
    expect(await makeKey(wanted('yes', { passphrase: 'yes please' }))).toMatchObject({ ok: true });
    expect(opensWith(at('yes'), 'yes please')).toBe(true);
  });

  test.each(['taken', 'taken-public'])('never takes the place of a file that is there (%s)', async (name) => {
    const file = name === 'taken' ? at(name) : at(`${name}.pub`);
    writeFileSync(file, 'somebody’s own');
    const made = await makeKey(wanted(name, { passphrase: 'y' }));
    expect(made).toMatchObject({ ok: false, problem: { code: 'key-exists' } });
    expect(readFileSync(file, 'utf8')).toBe('somebody’s own');
  });

  test.each(['', '.pub'])('nor of a file %s that comes while it is made', async (ending) => {
    const name = `late${ending}`;
    // Comes in between: written by ssh-keygen's stand-in right before the real one.
    const env = withKeygen(`echo theirs >'${at(`late-one${ending}`)}'`);
    const made = await makeKey(wanted('late-one'), undefined, env);
    expect(made, name).toMatchObject({ ok: false, problem: { code: 'key-exists' } });
    expect(readFileSync(at(`late-one${ending}`), 'utf8')).toBe('theirs\n');
    expect(existsSync(at(`late-one${ending === '' ? '.pub' : ''}`))).toBe(false);
    rmSync(at(`late-one${ending}`));
  });

  test('leaves nothing but itself behind', async () => {
    const names = readdirSync(folder).filter((name) => name.startsWith('.nixburn'));
    expect(names).toEqual([]);
  });

  test.each([
    ['a folder that is not there', { file: at('no/such/key') }, 'key-folder'],
    ['a passphrase of two lines', { passphrase: 'a\nb' }, 'bad-key-passphrase'],
    ['a passphrase longer than OpenSSH reads', { passphrase: 'x'.repeat(1001) }, 'bad-key-passphrase'],
    ['a comment of two lines', { comment: 'a\nb' }, 'bad-key-comment'],
  ])('with %s is refused', async (_, more, code) => {
    expect(await makeKey(wanted('refused', more))).toMatchObject({ ok: false, problem: { code } });
    expect(existsSync(at('refused'))).toBe(false);
  });

  test('without ssh-keygen on this computer says what to install', async () => {
    const made = await makeKey(wanted('none'), undefined, { PATH: '/nowhere' });
    expect(made).toMatchObject({ problem: { code: 'ssh-keygen-missing' } });
  });

  test('whose passphrase got lost on the way is thrown away', async () => {
    const env = withKeygen('exec </dev/null; printf "\\n\\n" | "$real" "$@"; exit');
    const made = await makeKey(wanted('lost'), undefined, env);
    expect(made).toMatchObject({ ok: false, problem: { code: 'key-not-made' } });
    expect(existsSync(at('lost'))).toBe(false);
  });

  test('stops when it is cancelled, and leaves nothing', async () => {
    const stop = new AbortController();
    execFileSync('mkfifo', [at('fifo')]);
    // It says that it has begun, and would then sleep for as long as this test may take.
    const making = makeKey(
      wanted('stopped'),
      stop.signal,
      withKeygen(`echo begun >'${at('fifo')}'; exec sleep 60`),
    );
    expect(await readFile(at('fifo'), 'utf8')).toBe('begun\n');
    stop.abort();
    expect(await making).toMatchObject({ problem: { code: 'cancelled' } });
    expect(existsSync(at('stopped'))).toBe(false);
  });
});

describe('the passphrase', () => {
  let seen = '';
  beforeAll(async () => {
    const env = withKeygen('', { SSH_ASKPASS: '/bin/false', DISPLAY: ':0' });
    await makeKey(wanted('watched', { passphrase: 'never-to-be-seen' }), undefined, env);
    seen = readFileSync(at('seen'), 'utf8');
  });

  test('is in no command line and no environment, as the kernel shows them to everybody', () => {
    expect(seen).toContain('ssh-keygen');
    expect(seen).toContain('SSH_ASKPASS_REQUIRE=never');
    expect(seen).not.toContain('never-to-be-seen');
  });

  test('opens the key', () => {
    expect(opensWith(at('watched'), 'never-to-be-seen')).toBe(true);
  });
});

/**
 * An environment whose ssh-keygen writes down what everybody can see of its process (proc(5): cmdline, environ), does
 * something, and then becomes the real one.
 */
function withKeygen(act: string, more: Record<string, string> = {}): Record<string, string | undefined> {
  const programs = mkdtempSync(path.join(folder, 'bin-'));
  rmSync(at('seen'), { force: true });
  const script = path.join(programs, 'ssh-keygen');
  const real = execFileSync('sh', ['-c', 'command -v ssh-keygen'], { encoding: 'utf8' }).trim();
  writeFileSync(
    script,
    `#!/bin/sh
real='${real}'
{ echo $$; tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$$/environ; } >'${at('seen.new')}'
mv '${at('seen.new')}' '${at('seen')}'
${act}
exec "$real" "$@"
`,
  );
  chmodSync(script, 0o755);
  return { ...process.env, PATH: `${programs}:${process.env['PATH']}`, ...more };
}
