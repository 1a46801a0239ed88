/** The scripts of the far end, run here by every shell that may stand there. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readRemoteFacts } from '../../src/main/build/facts.ts';
import { patience, remoteCommand, remoteScripts, shellQuote } from '../../src/main/build/remote-script.ts';
import { numRuns } from '../property/runs.ts';

const shells: [name: string, program: string, before: string[]][] = [
  ['dash', 'dash', []],
  ['bash', 'bash', []],
  ['bash as sh', 'bash', ['--posix']],
  ['busybox', 'busybox', ['sh']],
];

const folder = mkdtempSync(path.join(tmpdir(), 'nixburn-script-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = randomBytes(300_000);
const imageFile = path.join(folder, 'image');
writeFileSync(imageFile, image);
const sum = createHash('sha256').update(image).digest('hex');

describe('A quoted word', () => {
  test('is the same word to a real shell, whatever it holds', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '!', '*', '~', '#', ';', '&', '-'),
      }),
    );
    // A program's arguments hold no NUL and, here, no half of a surrogate pair.
    const words = fc.array(
      word.filter((text) => !/[\0\p{Surrogate}]/u.test(text)),
      {
        minLength: 20,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(words, fc.constantFrom(...shells), (said, [, program, before]) => {
        const script = `printf '%s\\0' ${said.map(shellQuote).join(' ')}`;
        const heard = execFileSync(program, [...before, '-c', script], { encoding: 'utf8' });
        expect(heard.split('\0').slice(0, -1)).toEqual(said);
      }),
      // Each run checks tens of words, and starts a shell for them.
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });

  test('survives the account’s own shell and the one that the command starts', () => {
    const said = ["it's", '$HOME', 'a\nb', '`id`', '\\'];
    const command = remoteCommand(`printf '%s\\0' "$@"`, said);
    for (const [, program, before] of shells)
      expect(
        execFileSync(program, [...before, '-c', command], { encoding: 'utf8' })
          .split('\0')
          .slice(0, -1),
      ).toEqual(said);
  });
});

describe('The account’s own shell', () => {
  test.each(['bash', 'dash', 'fish', 'tcsh'])('may be %s', (own) => {
    const script = `printf '%s|' "$@" 'é\\n!' "\${#}"\n  echo "it's" \\\n  here\n`;
    const heard = execFileSync(own, ['-c', remoteCommand(script, ['one', '2', 'a b'])], { encoding: 'utf8' });
    expect(heard).toBe("one|2|a b|é\\n!|3|it's here\n");
    const facts = execFileSync(own, ['-c', remoteCommand(remoteScripts.facts, [])], { encoding: 'utf8' });
    expect(readRemoteFacts(facts, 'builder')).toMatchObject({ os: 'linux' });
  });
});

describe.each(shells)('Under %s', (_name, program, before) => {
  let home: string;
  let scratch: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(folder, 'home-'));
    scratch = mkdtempSync(path.join(folder, 'tmp-'));
  });
  /** Nothing of the script's own is left, however it ended. */
  afterEach(() => vi.waitFor(() => expect(readdirSync(scratch)).toEqual([]), { timeout: 10_000 }));

  /** A builder whose Nix is a script: it makes an image of given bytes, or does what it is told. */
  function farEnd(nix: string): { PATH: string; HOME: string; TMPDIR: string } {
    const bin = mkdtempSync(path.join(folder, 'bin-'));
    const common = `#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" != --out-link ] || link=$2; [ "$1" != --version ] || { echo "nix (Nix) 2.31.0"; exit; }; [ "$1" != config ] && [ "$1" != show-config ] || exit 1; shift; done\n`;
    writeFileSync(path.join(bin, 'nix'), `${common}${nix}\n`, { mode: 0o755 });
    writeFileSync(path.join(bin, 'nix-hash'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    return { PATH: `${bin}:${process.env['PATH']}`, HOME: home, TMPDIR: scratch };
  }

  /** @param says what is answered once the far end is ready. */
  function session(script: string, args: string[], env: Record<string, string>, says = 'g') {
    const child = spawn(program, [...before, '-c', script, 'nixburn', ...args], {
      env: { ...process.env, ...env },
      stdio: 'pipe',
      // As sshd starts it. A bash that is hung up hangs up its whole process group, which must not be that of the tests.
      detached: true,
    });
    const said = { stdout: [] as Buffer[], stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => said.stdout.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const wasReady = said.stderr.includes('nixburn:ready\n');
      said.stderr += text;
      if (!wasReady && said.stderr.includes('nixburn:ready\n') && says) child.stdin.write(says);
    });
    child.stdin.on('error', () => undefined);
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, said, ended };
  }
  const hears = (far: ReturnType<typeof session>, text: string) =>
    vi.waitFor(() => expect(far.said.stderr).toContain(text), { timeout: 20_000 });

  const archive = () => {
    const flake = mkdtempSync(path.join(folder, 'flake-'));
    writeFileSync(path.join(flake, 'flake.nix'), '{ }');
    return execFileSync('tar', ['-C', flake, '-cf', '-', '.']);
  };
  const makes = `cat flake.nix >&2; echo >&2; mkdir -p "$PWD/out/iso"; cp ${imageFile} "$PWD/out/iso/x.iso"; mkdir -p ${folder}/store; d=$(mktemp -d ${folder}/store/XXXXXX); mv out/iso "$d/"; ln -s "$d" "$link"`;
  const keptThere = () => {
    try {
      return readdirSync(path.join(home, '.cache/nixburn'));
    } catch {
      return [];
    }
  };

  function startBuild(nix: string, token = 'token') {
    const packed = archive();
    const far = session(remoteScripts.build, [String(packed.length), 'path:.#x', '0', token], farEnd(nix));
    far.child.stdin.write(packed);
    return far;
  }

  test('a build sends the image and its checksum, and forgets it when it is told', async () => {
    const far = startBuild(makes);
    await hears(far, `nixburn:sum ${sum}`);
    expect(far.said.stderr).toContain('nixburn:version nix (Nix) 2.31.0');
    expect(far.said.stderr).toContain('{ }');
    expect(far.said.stderr).toContain(`nixburn:image ${image.length}`);
    expect(keptThere()).toEqual(['image-token']);
    far.child.stdin.end('d');
    expect(await far.ended).toBe(0);
    expect(Buffer.concat(far.said.stdout).equals(image)).toBe(true);
    expect(keptThere()).toEqual([]);
  });

  test('an image is kept when the connection breaks, and sent from any byte on later', async () => {
    const far = startBuild(makes);
    await hears(far, 'nixburn:sum');
    far.child.stdin.end();
    await far.ended;
    expect(keptThere()).toEqual(['image-token']);
    for (const offset of [0, 1, 299_999, 300_000]) {
      const rest = session(remoteScripts.fetch, ['token', String(offset)], farEnd('exit 1'));
      await hears(rest, `nixburn:sum ${sum}`);
      rest.child.stdin.end(offset === 300_000 ? 'd' : '');
      await rest.ended;
      expect(Buffer.concat(rest.said.stdout).equals(image.subarray(offset))).toBe(true);
    }
    expect(keptThere()).toEqual([]);
    const gone = session(remoteScripts.fetch, ['token', '0'], farEnd('exit 1'));
    expect(await gone.ended).toBe(76);
    expect(gone.said.stderr).toContain('nixburn:gone');
  });

  test('nothing is built or sent before stdout is known to be clear', async () => {
    const packed = archive();
    const args = [String(packed.length), 'path:.#x', '0', 'token'];
    const far = session(remoteScripts.build, args, farEnd(makes), '..');
    far.child.stdin.write(packed);
    await hears(far, 'nixburn:ready');
    expect(far.said.stderr).not.toContain('nixburn:version');
    far.child.stdin.write('g');
    await hears(far, `nixburn:sum ${sum}`);
    far.child.stdin.end();
    await far.ended;
    const rest = session(remoteScripts.fetch, ['token', '0'], farEnd('exit 1'), '');
    await hears(rest, 'nixburn:ready');
    rest.child.stdin.end('d');
    expect(await rest.ended).not.toBe(0);
    expect([rest.said.stdout.length, keptThere()]).toEqual([0, []]);
  });

  test('a sign of life now and then keeps it going', async () => {
    const far = startBuild(`echo working >&2; sleep 1; ${makes}`);
    await hears(far, 'working');
    for (let beat = 0; beat < 20; beat++) far.child.stdin.write('.');
    await hears(far, 'nixburn:sum');
    far.child.stdin.end('d');
    expect(await far.ended).toBe(0);
  });

  test.each([
    ['is told to', 'd'],
    ['is left alone', ''],
  ])('a build that %s stop ends with everything below it', async (_how, sign) => {
    const sleep = `${6000 + randomBytes(3).readUIntBE(0, 3) / 1e8}`;
    const far = startBuild(
      `setsid sleep ${sleep} & (trap "" TERM; sleep ${sleep}) & echo working >&2; sleep ${sleep}`,
    );
    await hears(far, 'working');
    const since = performance.now();
    far.child.stdin.end(sign);
    await far.ended;
    expect(performance.now() - since).toBeLessThan(5_000);
    await vi.waitFor(() => expect(running(sleep)).toBe(0), { timeout: 5_000 });
    expect(keptThere()).toEqual([]);
  });

  test('a build that nobody says anything to for too long ends, though the connection stands', async () => {
    const packed = archive();
    // The wait of half a minute, made short.
    const impatient = remoteScripts.build.replace(`timeout ${patience.silence / 1000} `, 'timeout 1 ');
    expect(impatient).not.toBe(remoteScripts.build);
    const far = session(
      impatient,
      [String(packed.length), 'x', '0', 'token'],
      farEnd('echo working >&2; sleep 600'),
    );
    far.child.stdin.write(packed);
    await hears(far, 'working');
    expect(await far.ended).not.toBe(0);
    expect(far.child.stdin.writableEnded).toBe(false);
  });

  test('a build is ended from elsewhere by its name, with all below it, and no other is', async () => {
    const [one, other] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
    const sleep = `${6000 + randomBytes(3).readUIntBE(0, 3) / 1e8}`;
    const far = startBuild(`setsid sleep ${sleep} & echo working >&2; sleep ${sleep}`, one);
    const next = startBuild('echo working >&2; sleep 600', other);
    await Promise.all([hears(far, 'working'), hears(next, 'working')]);
    const stopping = session(remoteScripts.stop, [one], farEnd('exit 1'));
    expect(await stopping.ended).toBe(0);
    expect(await far.ended).not.toBe(0);
    await vi.waitFor(() => expect(running(sleep)).toBe(0), { timeout: 5_000 });
    expect(next.child.exitCode).toBeNull();
    next.child.stdin.end('d');
    await next.ended;
  });

  test('a signal ends it as well', async () => {
    const far = startBuild('echo working >&2; sleep 600');
    await hears(far, 'working');
    far.child.kill('SIGHUP');
    expect(await far.ended).not.toBe(0);
  });

  test('a build that fails ends with Nix’s own status', async () => {
    const far = startBuild('echo "error: no" >&2; exit 7');
    expect(await far.ended).toBe(7);
    expect(far.said.stderr).toContain('error: no');
  });

  test('a result without an image is said', async () => {
    const far = startBuild(`mkdir -p ${folder}/empty; ln -s ${folder}/empty "$link"`);
    expect(await far.ended).toBe(75);
    expect(far.said.stderr).toContain('nixburn:no-image');
    expect(keptThere()).toEqual([]);
  });

  test('the lock file that Nix wrote comes back', async () => {
    const far = startBuild(`echo '{"é": 1}' >flake.lock; ${makes}`);
    await hears(far, 'nixburn:image');
    const [, coded = ''] = /nixburn:lock (\S+)/.exec(far.said.stderr) ?? [];
    expect(Buffer.from(coded, 'base64').toString('utf8')).toBe('{"é": 1}\n');
    far.child.stdin.end('d');
    await far.ended;
  });

  test('what others left there for more than a day is cleared away', async () => {
    const cache = path.join(home, '.cache/nixburn');
    mkdirSync(cache, { recursive: true });
    for (const name of ['image-old', 'image-new', 'other']) symlinkSync('/nowhere', path.join(cache, name));
    execFileSync('touch', [
      '-h',
      '-d',
      '3 days ago',
      path.join(cache, 'image-old'),
      path.join(cache, 'other'),
    ]);
    const far = startBuild(makes);
    await hears(far, 'nixburn:sum');
    far.child.stdin.end('d');
    await far.ended;
    expect(keptThere().toSorted()).toEqual(['image-new', 'other']);
  });

  test('a folder for what is kept that is not absolute counts for nothing', async () => {
    const packed = archive();
    const env = { ...farEnd(makes), XDG_CACHE_HOME: 'relative' };
    const far = session(remoteScripts.build, [String(packed.length), 'path:.#x', '0', 'token'], env);
    far.child.stdin.write(packed);
    await hears(far, 'nixburn:sum');
    expect(keptThere()).toEqual(['image-token']);
    far.child.stdin.end('d');
    await far.ended;
    expect(keptThere()).toEqual([]);
  });

  test('no folder for temporary files is said', async () => {
    const packed = archive();
    const env = { ...farEnd(makes), TMPDIR: '/nonexistent' };
    const far = session(remoteScripts.build, [String(packed.length), 'x', '0', 't'], env);
    far.child.stdin.end(packed);
    expect(await far.ended).toBe(73);
    expect(far.said.stderr).toContain('nixburn:no-room');
  });

  test('the facts are told', async () => {
    const far = session(remoteScripts.facts, [], {});
    far.child.stdin.end();
    expect(await far.ended).toBe(0);
    const facts = readRemoteFacts(Buffer.concat(far.said.stdout).toString('utf8'), 'builder');
    expect(facts).toMatchObject({
      os: 'linux',
      host: 'builder',
      native: expect.stringMatching(/^\w+-linux$/) as string,
    });
    expect(facts.nix).toMatch(/\d+\.\d+/);
    expect(facts.freeBytes).toBeGreaterThan(0);
    expect(Math.abs(facts.clockMillis - Date.now())).toBeLessThan(60_000);
  });
});

/** How many processes sleep so long. */
function running(sleep: string): number {
  try {
    return execFileSync('pgrep', ['-fc', `^sleep ${sleep}`], { encoding: 'utf8' }).trim() === '0' ? 0 : 1;
  } catch {
    return 0;
  }
}
