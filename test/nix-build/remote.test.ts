/** Building over SSH with a real sshd: what arrives, and what becomes of both ends when something breaks between them. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildImage } from '../../src/main/build/build.ts';
import type { Builder } from '../../src/main/build/builder.ts';
import { sshTargetFor } from '../../src/main/build/choices.ts';
import { collectGarbage } from '../../src/main/build/garbage.ts';
import { localBuilder } from '../../src/main/build/here.ts';
import { readHostKey, trustHostKey } from '../../src/main/build/host-key.ts';
import { preflight } from '../../src/main/build/preflight.ts';
import { sshTarget, type SshTarget } from '../../src/main/build/ssh.ts';
import { sshBuilder } from '../../src/main/build/there.ts';
import type { SavedBuilder } from '../../src/shared/building.ts';
import type { BuildEvent } from '../../src/shared/contract.ts';
import { Cable, SshServer } from './ssh-server.ts';
import { isAlive, nixEnv, processesWith, run, uniqueSleep, Workshop } from './tiny-flake.ts';

const workshop = new Workshop();
let server: SshServer;
let out: string;
/** Where the sessions of the far end keep what they need: all of it is to be gone afterwards. */
const farFolders = () => readdirSync(workshop.at('tmp')).filter((name) => /^nixburn\.\w{8}$/.test(name));
const kept = () => readdir(server.at('home/.cache/nixburn')).catch(() => []);

beforeAll(async () => {
  await mkdir(workshop.at('tmp'));
  const places = { HOME: workshop.at('ssh/home'), TMPDIR: workshop.at('tmp') };
  server = await SshServer.start(workshop.at('ssh'), { ...nixEnv, ...places });
});
afterAll(async () => {
  await server.stop();
  workshop.remove();
});
beforeEach(async () => {
  server.know('host');
  const folder = workshop.at(`out-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  out = path.join(folder, 'attic.iso');
});
afterEach(async () => {
  await vi.waitFor(() => expect(farFolders()).toEqual([]), { timeout: 10_000 });
});

const never = new AbortController().signal;
const filesBeside = () => readdir(path.dirname(out));
const codeOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;
const isStarted = (event: BuildEvent) => event.kind === 'log' && event.line.endsWith('> started');
const notesOf = (events: BuildEvent[]) =>
  events.flatMap((event) => (event.kind === 'note' ? [event.text] : []));

function builderAt(options?: Parameters<SshServer['options']>[0]): Builder {
  const builder = sshBuilder('builder', server.options(options));
  if (!builder.ok) throw new Error(builder.problem.title);
  return builder.value;
}
const build = (
  flakeDir: string,
  builder = builderAt(),
  signal = never,
  onEvent?: (event: BuildEvent) => void,
) => run(buildImage({ flakeDir, fileName: 'attic.iso', out, builder, name: 'attic' }, signal), onEvent);
const imageSum = async () =>
  createHash('sha256')
    .update(await readFile(workshop.at('x.iso')))
    .digest('hex');
/** Waits until processes that run now have ended. */
const gone = (pids: number[]) =>
  vi.waitFor(() => expect(pids.filter((pid) => isAlive(pid))).toEqual([]), { timeout: 5_000 });
/** What is left of a build there: its processes, and sshd's own for the session. */
const isQuiet = (sleep: string) =>
  vi.waitFor(() => expect([processesWith(`sleep ${sleep}`), server.sessions()]).toEqual([[], []]), {
    timeout: 5_000,
  });

describe('A build over SSH', () => {
  test('brings the whole image here and leaves nothing there', async () => {
    const { events, outcome } = await build(
      await workshop.scripted('echo hello from there; cp $iso $out/iso/a.iso'),
    );
    expect(outcome).toMatchObject({
      ok: true,
      value: { sha256: await imageSum(), volumeId: 'NIXOS_TINY', path: out },
    });
    expect(await filesBeside()).toEqual(['attic.iso']);
    expect(events).toContainEqual({ kind: 'log', line: 'nixos-tiny.iso> hello from there' });
    expect(await kept()).toEqual([]);
    expect(server.sessions()).toEqual([]);
  });

  test('brings the lock file back that Nix has written there', async () => {
    const other = workshop.at('other');
    await mkdir(other, { recursive: true });
    await writeFile(path.join(other, 'flake.nix'), '{ outputs = { self }: { name = "nixos-tiny.iso"; }; }');
    const flakeDir = await workshop.scripted();
    const text = await readFile(path.join(flakeDir, 'flake.nix'), 'utf8');
    const inputs = `{ inputs.other.url = "path:${other}"; outputs = { self, other }:`;
    await writeFile(path.join(flakeDir, 'flake.nix'), text.replace('{ outputs = { self }:', inputs));
    expect((await build(flakeDir)).outcome.ok).toBe(true);
    const lock = JSON.parse(await readFile(path.join(flakeDir, 'flake.lock'), 'utf8')) as object;
    expect(lock).toHaveProperty('nodes.other.locked.narHash');
  });

  test('by an address in place of a name reaches the same machine', async () => {
    const builder = sshBuilder(`ssh://root@127.0.0.1:${server.port}`, [
      ...server.options(),
      '-o',
      'HostKeyAlias=builder',
    ]);
    if (!builder.ok) throw new Error(builder.problem.title);
    expect((await build(await workshop.scripted(), builder.value)).outcome.ok).toBe(true);
  });

  test('with a key file of an odd name, through a machine on the way, reaches the same machine', async () => {
    const keyFile = server.at('my "key" 100% é');
    execFileSync('cp', ['-p', server.at('me'), keyFile]);
    // ssh gives its configuration to the connection to the machine on the way, and nothing else.
    const config = `${await readFile(server.options()[1]!, 'utf8')}Host gate\n  HostName 127.0.0.1\n  Port ${server.port}\n`;
    const saved: SavedBuilder = {
      name: 'far',
      host: 'builder',
      system: 'x86_64-linux',
      speed: 1,
      keyFile,
      jump: 'gate',
    };
    const far = sshTargetFor(
      { builders: [saved], chosen: 'far', distribute: null, keepGigabytes: 1 },
      'x86_64-linux',
    );
    if (!far?.ok) throw new Error('refused');
    const file = workshop.at('config-jump');
    await writeFile(file, config.replace('Host *', 'Host gate\n  HostKeyAlias builder\nHost *'));
    const builder = sshBuilder(far.value.name, ['-F', file, ...far.value.options]);
    if (!builder.ok) throw new Error('refused');
    expect((await build(await workshop.scripted(), builder.value)).outcome.ok).toBe(true);
  });

  test('is not disturbed by what the person has set for their own sessions', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const [, file = ''] = server.options();
    const mine = workshop.at('config-mine');
    const settings = [
      'RemoteCommand tmux new -A -s mine',
      'RequestTTY yes',
      `LocalForward 127.0.0.1:${port} 127.0.0.1:80`,
      'ExitOnForwardFailure yes',
      'LogLevel QUIET',
    ];
    const config = await readFile(file, 'utf8');
    await writeFile(mine, config.replace('Host *', `Host *\n  ${settings.join('\n  ')}`));
    const builder = sshBuilder('builder', ['-F', mine]);
    if (!builder.ok) throw new Error('refused');
    try {
      expect((await build(await workshop.scripted(), builder.value)).outcome).toMatchObject({ ok: true });
    } finally {
      taken.close();
    }
    server.know('other-host');
    expect(codeOf((await build(await workshop.scripted(), builder.value)).outcome)).toBe('host-key-changed');
  });

  test('is not spoilt by what the shell there says to everybody', async () => {
    const session = await readFile(server.at('session'), 'utf8');
    const greeting = 'Welcome to the attic. '.repeat(200);
    await writeFile(server.at('session'), session.replace('\n', `\necho '${greeting}'\n`));
    try {
      const flakeDir = await workshop.scripted();
      const { outcome } = await build(flakeDir);
      expect(outcome).toMatchObject({ ok: true, value: { sha256: await imageSum() } });
      // Also where the connection breaks off, and the shell says it again.
      const cable = await Cable.to(server.port, [500_000, 400_000]);
      const broken = await build(flakeDir, builderAt({ port: cable.port }));
      await cable.close();
      expect(broken.outcome).toMatchObject({ ok: true, value: { sha256: await imageSum() } });
      expect(cable.connections).toBe(3);
      const streamed = await run(builderAt().build(flakeDir, never));
      if (!streamed.outcome.ok) throw new Error(streamed.outcome.problem.raw);
      const stream = streamed.outcome.value.stream(never);
      let next = await stream.next();
      while (!next.done) next = await stream.next();
      await streamed.outcome.value.release();
      expect(next.value.sha256).toBe(await imageSum());
    } finally {
      await writeFile(server.at('session'), session);
    }
  });

  test('with a key that only the agent has reaches the same machine', async () => {
    const socket = server.at('agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      await vi.waitFor(() => stat(socket), { timeout: 5_000 });
      execFileSync('ssh-add', ['-q', server.at('me')], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      // The only key file is one that the builder refuses.
      const options = ['-o', `IdentityAgent=${socket}`, '-o', 'IdentitiesOnly=no'];
      const builder = sshBuilder('builder', [...options, ...server.options({ key: 'stranger' })]);
      if (!builder.ok) throw new Error(builder.problem.title);
      expect((await build(await workshop.scripted(), builder.value)).outcome.ok).toBe(true);
    } finally {
      agent.kill();
    }
  });

  test('that fails there is explained as one here', async () => {
    const [{ outcome }, wrong, empty] = await Promise.all([
      workshop.scripted('echo no rule to make target; exit 2').then((flakeDir) => build(flakeDir)),
      workshop.flake('[ 1 2').then((flakeDir) => build(flakeDir)),
      workshop.scripted('true').then((flakeDir) => build(flakeDir)),
    ]);
    expect(outcome).toMatchObject({
      ok: false,
      problem: { code: 'build-failed', raw: expect.stringContaining('no rule to make target') as string },
    });
    expect(codeOf(wrong.outcome)).toBe('syntax-error');
    expect(codeOf(empty.outcome)).toBe('no-image');
    expect(await filesBeside()).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  test('can go straight to where it is wanted, as a stream', async () => {
    const { outcome } = await run(builderAt().build(await workshop.scripted(), never));
    if (!outcome.ok) throw new Error(outcome.problem.raw);
    const stream = outcome.value.stream(never);
    const hash = createHash('sha256');
    let next = await stream.next();
    for (; !next.done; next = await stream.next()) hash.update(next.value);
    await outcome.value.release();
    expect(next.value.sha256).toBe(await imageSum());
    expect(hash.digest('hex')).toBe(next.value.sha256);
    expect(await kept()).toEqual([]);
  });
});

describe('Cancelled,', () => {
  test('a build there ends, with what ran away from it', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(
      `setsid sleep ${sleep} & (trap "" INT TERM HUP; sleep ${sleep}) & echo started; sleep ${sleep}`,
    );
    const stop = new AbortController();
    let since = 0;
    const { outcome } = await build(flakeDir, builderAt(), stop.signal, (event) => {
      if (!isStarted(event)) return;
      since = performance.now();
      stop.abort();
    });
    expect(codeOf(outcome)).toBe('cancelled');
    await isQuiet(sleep);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(await filesBeside()).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  test('a connection that is still being made ends', async () => {
    const stop = new AbortController();
    const since = performance.now();
    setImmediate(() => stop.abort());
    const { outcome } = await build(await workshop.scripted(), builderAt(), stop.signal);
    expect(codeOf(outcome)).toBe('cancelled');
    expect(performance.now() - since).toBeLessThan(5_000);
    await vi.waitFor(() => expect(server.sessions()).toEqual([]), { timeout: 5_000 });
  });

  test('a transfer leaves no half of an image, here or there', async () => {
    const stop = new AbortController();
    const { outcome } = await build(await workshop.scripted(), builderAt(), stop.signal, (event) => {
      if (event.kind === 'progress' && event.phase === 'copy') stop.abort();
    });
    expect(codeOf(outcome)).toBe('cancelled');
    expect(await filesBeside()).toEqual([]);
    await vi.waitFor(async () => expect([await kept(), server.sessions()]).toEqual([[], []]), {
      timeout: 5_000,
    });
  });
});

describe('When the connection breaks', () => {
  test('while it builds, the far end stops; then it is taken up again', async () => {
    const sleep = uniqueSleep();
    const flag = workshop.at(`go-${sleep}`);
    const flakeDir = await workshop.scripted(
      `echo started; until [ -e ${flag} ]; do sleep ${sleep}; done; cp $iso $out/iso/a.iso`,
    );
    const cable = await Cable.to(server.port);
    let starts = 0;
    let ended: Promise<void> | undefined;
    const { events, outcome } = await build(flakeDir, builderAt({ port: cable.port }), never, (event) => {
      if (!isStarted(event) || starts++ > 0) return;
      const old = processesWith(`sleep ${sleep}`);
      cable.pull();
      ended = gone(old).then(() => writeFile(flag, ''));
    });
    await ended;
    await cable.close();
    expect(outcome).toMatchObject({ ok: true, value: { sha256: await imageSum() } });
    expect(notesOf(events).join()).toMatch(/broke off/);
    expect(cable.connections).toBe(2);
    expect(starts).toBe(2);
  });

  test('again and again, it is a problem with words, and nothing runs on there', async () => {
    const sleep = uniqueSleep();
    const flakeDir = await workshop.scripted(`echo started; sleep ${sleep}`);
    const cable = await Cable.to(server.port);
    const { outcome } = await build(flakeDir, builderAt({ port: cable.port }), never, (event) => {
      if (isStarted(event)) cable.pull();
    });
    await cable.close();
    expect(codeOf(outcome)).toBe('builder-lost');
    expect(cable.connections).toBe(3);
    await isQuiet(sleep);
  });

  test.each([
    ['once', [900_000]],
    ['three times', [500_000, 900_000, 700_000]],
  ])('while the image comes (%s), it goes on from where it was', async (_often, cuts) => {
    const cable = await Cable.to(server.port, cuts);
    const { events, outcome } = await build(await workshop.scripted(), builderAt({ port: cable.port }));
    await cable.close();
    expect(outcome).toMatchObject({ ok: true, value: { sha256: await imageSum() } });
    expect(cable.connections).toBe(cuts.length + 1);
    expect(notesOf(events).filter((text) => /Going on from there/.test(text)).length).toBeGreaterThan(0);
    expect(await filesBeside()).toEqual(['attic.iso']);
    expect(await kept()).toEqual([]);
  });

  test('because ssh was killed here, or sshd there, it is taken up again as well', async () => {
    for (const where of ['here', 'there']) {
      const sleep = uniqueSleep();
      const flag = workshop.at(`go-${sleep}`);
      const flakeDir = await workshop.scripted(
        `echo started; until [ -e ${flag} ]; do sleep ${sleep}; done; cp $iso $out/iso/a.iso`,
      );
      let starts = 0;
      let ended: Promise<void> | undefined;
      const { outcome } = await build(flakeDir, builderAt(), never, (event) => {
        if (!isStarted(event) || starts++ > 0) return;
        const old = processesWith(`sleep ${sleep}`);
        const victims = where === 'here' ? processesWith(server.at('config-')) : server.sessions();
        for (const pid of victims) process.kill(pid, 'SIGKILL');
        ended = gone(old).then(() => writeFile(flag, ''));
      });
      await ended;
      expect([where, outcome.ok]).toEqual([where, true]);
      expect(starts).toBe(2);
    }
  });

  test('and nobody comes back, the image is kept there for a day and no longer', async () => {
    const { outcome } = await run(builderAt().build(await workshop.scripted(), never));
    if (!outcome.ok) throw new Error(outcome.problem.raw);
    for (const pid of server.sessions()) process.kill(pid, 'SIGKILL');
    await outcome.value.release();
    const [name = ''] = await kept();
    expect(name).toMatch(/^image-/);
    // Two days later, the next build there clears it away.
    const folder = server.at('home/.cache/nixburn');
    execFileSync('touch', ['-h', '-d', '2 days ago', path.join(folder, name)]);
    expect((await build(await workshop.scripted())).outcome.ok).toBe(true);
    expect(await kept()).toEqual([]);
  });

  test('and the image is gone there meanwhile, that is said', async () => {
    const { outcome } = await run(builderAt().build(await workshop.scripted(), never));
    if (!outcome.ok) throw new Error(outcome.problem.raw);
    execFileSync('sh', ['-c', `rm -f ${server.at('home/.cache/nixburn')}/image-*`]);
    for (const pid of server.sessions()) process.kill(pid, 'SIGKILL');
    const copy = outcome.value.copyTo(out, never);
    const end = async () => {
      for (;;) if ((await copy.next()).done) return;
    };
    await expect(end()).rejects.toMatchObject({ problem: { code: 'transfer-gone' } });
    await outcome.value.release();
  });
});

test('A disk here that is too small for the image is said, and nothing stays on it', async () => {
  const small = workshop.at('small');
  await mkdir(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'nixburn-test', small]);
  try {
    out = path.join(small, 'attic.iso');
    const { outcome } = await build(await workshop.scripted());
    expect(codeOf(outcome)).toBe('target-full');
    expect(await filesBeside()).toEqual([]);
  } finally {
    execFileSync('umount', [small]);
  }
});

describe('A builder that can not be used is a problem with words:', () => {
  test('a key that it does not accept', async () => {
    const { outcome } = await build(await workshop.scripted(), builderAt({ key: 'stranger' }));
    expect(codeOf(outcome)).toBe('ssh-denied');
    const lines = await preflight('x86_64-linux', builderAt({ key: 'stranger' }));
    expect(lines.map(({ id, state }) => [id, state])).toEqual([
      ['reachable', 'ok'],
      ['host-key', 'ok'],
      ['login', 'failed'],
    ]);
    expect(lines.at(-1)?.command).toBe('ssh-copy-id builder');
  });

  test('a host key that is another than before; nothing offers to accept it', async () => {
    server.know('other-host');
    const { outcome } = await build(await workshop.scripted());
    expect(codeOf(outcome)).toBe('host-key-changed');
    const [, line] = await preflight('x86_64-linux', builderAt());
    expect(line).toMatchObject({ id: 'host-key', state: 'failed', command: 'ssh-keygen -R builder' });
    expect(line?.fix).toBeUndefined();
  });

  test('nobody there', async () => {
    const cable = await Cable.to(server.port);
    await cable.close();
    const { outcome } = await build(await workshop.scripted(), builderAt({ port: cable.port }));
    expect(codeOf(outcome)).toBe('ssh-unreachable');
  });

  test('no Nix there', async () => {
    const bare = await SshServer.start(workshop.at('bare'), {
      HOME: workshop.at('bare/home'),
      PATH: bareBin(),
    });
    try {
      const builder = sshBuilder('builder', bare.options());
      if (!builder.ok) throw new Error('refused');
      const { outcome } = await build(await workshop.scripted(), builder.value);
      expect(codeOf(outcome)).toBe('nix-missing');
      const lines = await preflight('x86_64-linux', builder.value);
      expect(lines.find(({ id }) => id === 'nix')).toMatchObject({ state: 'failed' });
    } finally {
      await bare.stop();
    }
  });
});

/** A PATH with everything that a small Linux has, and no Nix. */
function bareBin(): string {
  const bin = workshop.at('bin');
  const script = `mkdir -p ${bin}; for one in sh cat mktemp mkdir head tar rm kill id sed grep sleep dd timeout uname date df tail find setsid cut; do
    ln -sf "$(command -v "$one")" ${bin}/; done`;
  execFileSync('sh', ['-c', script]);
  return bin;
}

describe('The host key of a machine that nobody knows', () => {
  const target = (): SshTarget => {
    const made = sshTarget('builder', server.options());
    if (!made.ok) throw new Error('refused');
    return made.value;
  };
  const fingerprint = () =>
    execFileSync('ssh-keygen', ['-lf', server.at('host.pub')], { encoding: 'utf8' }).split(' ')[1]!;

  test('is asked about before anything is sent, with the fingerprint that ssh-keygen prints', async () => {
    server.know(null);
    const { outcome } = await build(await workshop.scripted());
    expect(outcome).toMatchObject({
      ok: false,
      problem: { code: 'host-key-unknown', detail: expect.stringContaining(fingerprint()) as string },
    });
    const lines = await preflight('x86_64-linux', builderAt());
    expect(lines.map(({ id, state, fix }) => [id, state, fix])).toEqual([
      ['reachable', 'ok', undefined],
      ['host-key', 'failed', 'trust-host'],
    ]);
    expect(lines[1]?.problem?.detail).toContain(fingerprint());
    // Asking has changed nothing.
    expect(await readFile(server.at('known_hosts'), 'utf8')).toBe('');
  });

  test('is known once a person has confirmed it, as if ssh had asked', async () => {
    server.know(null);
    const key = await readHostKey(target());
    const [type, blob] = (await readFile(server.at('host.pub'), 'utf8')).split(' ');
    expect(key).toEqual({
      ok: true,
      value: {
        host: 'builder',
        fingerprint: fingerprint(),
        type: 'ED25519',
        line: `builder ${type} ${blob}`,
      },
    });
    expect(await trustHostKey(target(), fingerprint())).toMatchObject({ ok: true });
    expect(await readFile(server.at('known_hosts'), 'utf8')).toBe(`builder ${type} ${blob}\n`);
    expect((await build(await workshop.scripted())).outcome.ok).toBe(true);
  });

  test('is read where the folder for temporary files has an odd name, and leaves nothing beside it', async () => {
    server.know(null);
    const odd = workshop.at('odd/my "tmp" 100%h é');
    await mkdir(odd, { recursive: true });
    vi.stubEnv('TMPDIR', odd);
    try {
      expect(await readHostKey(target())).toMatchObject({ ok: true, value: { fingerprint: fingerprint() } });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await readdir(path.dirname(odd))).toEqual([path.basename(odd)]);
    expect(await readdir(odd)).toEqual([]);
  });

  test('goes where ssh itself looks for it, also where that has a space in its name', async () => {
    const file = server.at('known hosts/of mine');
    await mkdir(path.dirname(file), { recursive: true });
    for (const [others, name] of [
      ['', file],
      [` "${file} too"`, file],
      [` "${file}2"`, file],
    ] as const) {
      await writeFile(file, '# mine');
      const made = sshTarget('builder', ['-o', `UserKnownHostsFile="${name}"${others}`, ...server.options()]);
      if (!made.ok) throw new Error('refused');
      expect(await trustHostKey(made.value, fingerprint())).toMatchObject({ ok: true });
      expect(await readFile(file, 'utf8')).toMatch(/^# mine\nbuilder ssh-ed25519 \S+\n$/);
    }
    expect(await readdir(server.folder)).not.toContain('known');
    // Nobody made the file of somebody who has a space in the name of their home yet.
    const own = server.at('home of me/.ssh/known_hosts');
    const made = sshTarget('builder', ['-o', `UserKnownHostsFile="${own}" "${own}2"`, ...server.options()]);
    if (!made.ok) throw new Error('refused');
    expect(await trustHostKey(made.value, fingerprint())).toMatchObject({ ok: true });
    expect(await readFile(own, 'utf8')).toMatch(/^builder ssh-ed25519 \S+\n$/);
  });

  test('that can not be kept is a problem in words', async () => {
    const file = server.at('host.pub/known_hosts');
    const made = sshTarget('builder', ['-o', `UserKnownHostsFile=${file}`, ...server.options()]);
    if (!made.ok) throw new Error('refused');
    expect(await trustHostKey(made.value, fingerprint())).toMatchObject({
      ok: false,
      problem: { code: 'host-key-not-kept', title: `${file} could not be written.` },
    });
  });

  test('is not trusted where it is another than the one that was confirmed', async () => {
    server.know(null);
    const other = `SHA256:${'A'.repeat(43)}`;
    expect(await trustHostKey(target(), other)).toMatchObject({
      ok: false,
      problem: { code: 'host-key-other' },
    });
    expect(await readFile(server.at('known_hosts'), 'utf8')).toBe('');
  });
});

test('Nix’s own distributed builds are passed through: the far end builds, the image comes into this store', async () => {
  const store = workshop.at('distributed/store');
  const own = await SshServer.start(workshop.at('distributed'), {
    ...nixEnv,
    // A store elsewhere is one behind a wall, and the shell of this builder stands before it.
    NIX_CONFIG: `${nixEnv.NIX_CONFIG}\nsandbox-paths = /bin /usr /lib /lib64`,
    HOME: workshop.at('distributed/home'),
    NIX_REMOTE: store,
  });
  try {
    const builder = localBuilder({
      env: { ...nixEnv, NIX_SSHOPTS: own.options().join(' ') },
      distribute: 'ssh-ng://builder x86_64-linux - 1 1',
    });
    const flakeDir = await workshop.scripted('echo built in $NIX_STORE; cp $iso $out/iso/a.iso');
    const { events, outcome } = await build(flakeDir, builder);
    expect(outcome).toMatchObject({ ok: true, value: { sha256: await imageSum() } });
    expect(await readdir(path.join(store, 'nix/store'))).toContainEqual(
      expect.stringMatching(/-nixos-tiny\.iso$/),
    );
    expect(events.some((event) => event.kind === 'progress' && event.label === 'nixos-tiny.iso')).toBe(true);
  } finally {
    await own.stop();
    execFileSync('chmod', ['-R', 'u+w', store]);
  }
});

test('Garbage is collected there, and what was freed is said', async () => {
  // A real collection would take what other tests have just built: this store is its own.
  const own = await SshServer.start(workshop.at('garbage'), {
    ...nixEnv,
    HOME: workshop.at('garbage/home'),
    NIX_REMOTE: workshop.at('garbage/store'),
  });
  try {
    const there = sshTarget('builder', own.options());
    if (!there.ok) throw new Error('refused');
    const job = collectGarbage(there.value, never);
    let next = await job.next();
    while (!next.done) next = await job.next();
    expect(next.value).toMatchObject({
      ok: true,
      value: { freed: expect.stringMatching(/\d+ store paths deleted/) as string },
    });
  } finally {
    await own.stop();
  }
});

test('The list before a build says all of a builder that is ready', async () => {
  const lines = await preflight('x86_64-linux', builderAt());
  const states = Object.fromEntries(lines.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({
    reachable: 'ok',
    'host-key': 'ok',
    login: 'ok',
    system: 'ok',
    store: 'ok',
    trust: 'ok',
    // The tests have no network, so no cache is set up.
    caches: 'warning',
    clock: 'ok',
  });
  expect(lines.find(({ id }) => id === 'nix')?.title).toMatch(/^Nix 2\.\d+/);
});
