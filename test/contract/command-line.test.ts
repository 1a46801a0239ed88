/** The command line as scripts meet it: bad input, exit statuses, streams, signals, and nothing left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, publicKey, root, runCommand, startCommand, type Home } from './program.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

const good = { schema: 1, name: 'attic', keys: [publicKey] };
const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----';

const nixburn = (...args: string[]) => runCommand(home, args);
const put = (name: string, contents: string) => writeFile(path.join(home.folder, name), contents);
const putRecipe = (recipe: object, name = 'recipe.json') => put(name, JSON.stringify(recipe));
/** Everything in the home, so that a test can say that nothing has changed. */
const files = async () => (await readdir(home.folder, { recursive: true })).toSorted();

describe('A bad recipe', () => {
  const bad: [string, () => Promise<unknown>, RegExp][] = [
    ['is not there', async () => {}, /There is no file recipe\.json\./],
    ['is a folder', () => mkdir(path.join(home.folder, 'recipe.json')), /recipe\.json is not a file\./],
    ['is empty', () => put('recipe.json', ''), /recipe\.json is not proper JSON: see line 1, column 1\./],
    [
      'is no JSON',
      () => put('recipe.json', '{\n  "schema": 1,\n}'),
      /not proper JSON: see line 3, column 1\./,
    ],
    ['is a list', () => put('recipe.json', '[]'), /recipe\.json is not a recipe\./],
    ['has an unknown field', () => putRecipe({ ...good, pakages: ['vim'] }), /pakages/],
    [
      'has a private key in place of a public one',
      () => putRecipe({ ...good, keys: [privateKey] }),
      /private key/,
    ],
    ['lets nobody in', () => putRecipe({ schema: 1 }), /log in|let/i],
    ['is of another schema', () => putRecipe({ ...good, schema: 2 }), /2/],
  ];

  test.each(bad)('that %s is refused by check, flake and build alike', async (_how, prepare, sentence) => {
    await prepare();
    const before = await files();
    for (const args of [
      ['check', 'recipe.json'],
      ['flake', 'recipe.json', '--out', 'flake'],
      ['build', 'recipe.json', '--out', 'attic.iso'],
    ]) {
      const { exit, stdout, stderr } = await nixburn(...args);
      expect([args[0], exit]).toEqual([args[0], 2]);
      expect(stderr).toMatch(/^nixburn: /);
      expect(stderr).toMatch(sentence);
      expect(stdout + stderr).not.toContain('c2VjcmV0');
      expect(stderr).not.toMatch(/\bat .*\.(ts|mjs):\d+/);
    }
    expect(await files()).toEqual(before);
  });

  test('has all its problems listed by check, on stdout, one a line', async () => {
    await putRecipe({ ...good, name: '-', pakages: [], timeZone: 'x!' });
    const { exit, stdout, stderr } = await nixburn('check', 'recipe.json');
    expect(exit).toBe(2);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    for (const field of ['name', 'pakages', 'timeZone'])
      expect(stdout).toMatch(new RegExp(`^${field}: `, 'm'));
    expect(stderr).toMatch(/^nixburn: recipe\.json has 3 problems\./);
  });

  test('ends as one line of JSON where JSON is wanted', async () => {
    const { exit, stdout, stderr } = await nixburn('check', 'recipe.json', '--json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(exit).toBe(2);
    expect(stderr).toBe('');
    expect(events.at(-1)).toEqual({
      kind: 'failed',
      problem: {
        code: 'recipe-unreadable',
        title: 'There is no file recipe.json.',
        detail: expect.any(String),
        remedy: expect.any(String),
        raw: expect.any(String),
      },
    });
  });
});

describe('A good recipe', () => {
  test('is fine', async () => {
    await putRecipe(good);
    expect(await nixburn('check', 'recipe.json')).toEqual({
      exit: 0,
      stdout: 'recipe.json is fine.\n',
      stderr: '',
    });
  });

  test('may take its passphrases from the environment and from files', async () => {
    await put('psk.txt', 'from the file\n');
    await chmod(path.join(home.folder, 'psk.txt'), 0o600);
    const networks = [
      { ssid: 'A', passphrase: { env: 'ATTIC_PSK' } },
      { ssid: 'B', passphrase: { file: 'psk.txt' } },
    ];
    await putRecipe({ ...good, wifi: { secrets: 'baked', networks } });
    const missing = await nixburn('check', 'recipe.json');
    expect([missing.exit, missing.stderr]).toEqual([2, expect.stringContaining('ATTIC_PSK')]);
    const { exit, stderr } = await runCommand(home, ['flake', 'recipe.json', '--out', 'flake'], {
      ATTIC_PSK: 'from the environment',
    });
    expect(exit).toBe(0);
    expect(stderr).toMatch(/^Note: The WiFi passphrases are built into the image: everybody/);
    const profile = await readFile(path.join(home.folder, 'flake/wifi/1.nmconnection'), 'utf8');
    expect(profile).toContain('psk=from the environment');
  });

  test('becomes a flake in a folder of its own, and again in the same', async () => {
    await putRecipe(good);
    expect(await nixburn('flake', 'recipe.json', '--out', 'a/flake')).toEqual({
      exit: 0,
      stdout: 'a/flake\n',
      stderr: '',
    });
    const before = await files();
    expect((await nixburn('flake', 'recipe.json', '--out', 'a/flake')).exit).toBe(0);
    expect(await files()).toEqual(before);
  });

  test('with WiFi brings the note where the passphrases are, and are not', async () => {
    await putRecipe({ ...good, wifi: { networks: [{ ssid: 'A', passphrase: 'correct horse' }] } });
    const { exit, stderr } = await nixburn('flake', 'recipe.json', '--out', 'flake');
    expect(exit).toBe(0);
    expect(stderr).toMatch(/^Note: The WiFi passphrases are not on the image: .* slot .*\n$/);
  });

  test('is not written into a folder with other things in it', async () => {
    await putRecipe(good);
    await mkdir(path.join(home.folder, 'mine'));
    await put('mine/notes.txt', 'mine');
    const before = await files();
    const { exit, stderr } = await nixburn('flake', 'recipe.json', '--out', 'mine');
    expect([exit, stderr]).toEqual([2, expect.stringContaining('is not empty')]);
    expect(await files()).toEqual(before);
  });

  test('has a schema that is JSON', async () => {
    const { exit, stdout, stderr } = await nixburn('schema');
    expect([exit, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  });
});

describe('A call that makes no sense', () => {
  test.each([
    [[], 'Say what nixburn should do.'],
    [['chekc'], 'There is no command chekc. Did you mean check?'],
    [['help', 'nothing'], 'There is no command nothing.'],
    [['__proto__'], 'There is no command __proto__.'],
    [['check'], 'nixburn check needs a recipe.'],
    [['check', 'a', 'b'], 'nixburn check does not know what to do with b.'],
    [['check', 'a', '--frob'], 'There is no option --frob.'],
    [['flake', 'a'], 'Say where the flake goes, with --out DIR.'],
    [['write', '--to', '/dev/null'], 'Name the image first: nixburn write FILE.iso --to TARGET.'],
    [['write', 'a.iso'], 'Say what to write to, with --to TARGET.'],
    [['verify', 'a.iso'], 'Say what to read back, with --on TARGET.'],
    [['image'], 'nixburn image needs an image.'],
    [['find', '--name'], 'The option --name needs a value.'],
    [['personalise'], 'nixburn personalise needs a drive or an ISO file.'],
    [['personalise', 'x'], 'Say what to put on it, with --with RECIPE.json.'],
    [['connect'], 'nixburn connect needs the name of a machine.'],
    [['packages', 'search'], 'nixburn packages needs search WORDS or check NAME….'],
    [['keys', 'make'], 'nixburn keys make needs the name of a file.'],
  ])('is answered in one sentence: nixburn %j', async (args, sentence) => {
    const before = await files();
    const { exit, stdout, stderr } = await nixburn(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(`nixburn: ${sentence}`);
    expect(await files()).toEqual(before);
  });

  test('is met with help where help is asked for, on stdout', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { exit, stdout, stderr } = await nixburn(...args);
      expect([exit, stderr]).toEqual([0, '']);
      expect(stdout).toContain('nixburn write');
    }
    expect((await nixburn('help', 'write')).stdout).toBe((await nixburn('write', '--help')).stdout);
  });
});

describe('Where a command is started', () => {
  const from = async (script: string) => {
    const child = spawn('bash', ['-c', script], { env: home.env, cwd: home.folder, stdio: 'pipe' });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const [exit] = (await once(child, 'close')) as [number];
    return { exit, said };
  };
  const command = path.join(root, 'bin/nixburn');

  test('may be a folder that was removed meanwhile', async () => {
    const script = `mkdir gone; cd gone; rmdir ../gone; NIXBURN_HOME=here ${command} builders`;
    const { exit, said } = await from(script);
    expect([exit, said.split('\n')[0]]).toEqual([
      1,
      'nixburn: The folder in which you are is not there any more.',
    ]);
  });

  test('may have no room for the files of Nixburn, or none that it may write', async () => {
    const { exit, said } = await from(`NIXBURN_HOME=/sys/nixburn ${command} images keep 20`);
    expect([exit, said.split('\n')[0]]).toEqual([1, 'nixburn: /sys/nixburn can not be read or written.']);
  });

  test.runIf(process.getuid?.() === 0)('may be an account without a home', async () => {
    const nobody = 'setpriv --reuid 54321 --regid 54321 --clear-groups';
    const { exit, said } = await from(`cd /; unset HOME NIXBURN_HOME; ${nobody} ${command} recipes`);
    expect([exit, said.split('\n')[0]]).toEqual([
      1,
      'nixburn: This account has no home, and so Nixburn has no place for its files.',
    ]);
  });
});

describe('The streams', () => {
  test('may be closed by whoever has read enough', async () => {
    const command = `${path.join(root, 'bin/nixburn')} schema | head -c 1; echo "\${PIPESTATUS[0]}" >&2`;
    const child = spawn('bash', ['-c', command], { env: home.env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await once(child, 'close');
    expect(stderr).toBe('0\n');
  });

  test.runIf(existsSync('/dev/full'))('that are lost are not called done', async () => {
    const command = `${path.join(root, 'bin/nixburn')} schema > /dev/full`;
    const child = spawn('bash', ['-c', command], { env: home.env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const [exit] = (await once(child, 'close')) as [number];
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^nixburn: The results could not be written/);
  });

  test('hold nothing that a terminal would obey, and stay the JSON that they are', async () => {
    const field = '\u001b]0;evil\u0007\u009b2J';
    await putRecipe({ ...good, [field]: 1 });
    const { stdout, stderr } = await nixburn('check', 'recipe.json');
    expect(stdout).toContain('\\u001b]0;evil\\u0007\\u009b2J');
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}/u);
    const json = await nixburn('check', 'recipe.json', '--json');
    expect(json.stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(
      JSON.stringify(
        json.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as object),
      ),
    ).toContain('\u009b');
  });

  test('may go away with the terminal, and what runs ends as with Ctrl-C', async () => {
    const { child, ended } = startCommand(home, ['drives', '--watch', '--json']);
    await once(child.stdout!, 'data');
    child.kill('SIGHUP');
    const { exit, stdout } = await ended;
    expect(exit).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('{"kind":"done"}');
  });

  test('of a watch end with Ctrl-C, which is the way to end it', async () => {
    const { child, ended } = startCommand(home, ['drives', '--watch', '--json']);
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    const { exit, stdout, stderr } = await ended;
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout.trim().split('\n').at(-1)).toBe('{"kind":"done"}');
  });

  test('carry drives as JSON, one event a line', async () => {
    const { exit, stdout, stderr } = await nixburn('drives', '--json');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const [first, last, ...more] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(first).toEqual({ kind: 'drives', drives: expect.any(Array) });
    expect(last).toEqual({ kind: 'done' });
    expect(more).toEqual([]);
  });
});
