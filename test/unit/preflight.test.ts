/** The list that is shown before a build: what is said of each thing that can be wrong, and what to do about it. */
import { describe, expect, test } from 'vitest';
import type { Builder } from '../../src/main/build/builder.ts';
import { readRemoteFacts, type BuilderFacts } from '../../src/main/build/facts.ts';
import { judge, preflight } from '../../src/main/build/preflight.ts';
import { failed, problem } from '../../src/shared/problem.ts';

const now = Date.UTC(2026, 6, 1);
const good: BuilderFacts = {
  os: 'linux',
  native: 'x86_64-linux',
  extra: ['i686-linux'],
  binfmt: [],
  nix: 'nix (Nix) 2.31.2',
  freeBytes: 50e9,
  store: 'ready',
  trusted: null,
  builders: '',
  linuxBuilder: false,
  caches: [{ url: 'https://cache.nixos.org', reachable: true }],
  user: 'ada',
  clockMillis: now,
  host: null,
};
const mac: Partial<BuilderFacts> = { os: 'darwin', native: 'aarch64-darwin', extra: [] };
const judged = (more: Partial<BuilderFacts>, system = 'x86_64-linux') =>
  judge({ ...good, ...more }, system, now);
const lineOf = (id: string, more: Partial<BuilderFacts>, system?: string) =>
  judged(more, system).find((line) => line.id === id);

test('Where all is well, every line says so, and none has anything to do', () => {
  const lines = judged({});
  expect(lines.map(({ id }) => id)).toEqual(['nix', 'system', 'store', 'trust', 'caches', 'space', 'clock']);
  expect(lines.every(({ state }) => state === 'ok')).toBe(true);
  expect(lines.every(({ problem: what, command, fix }) => !what && !command && !fix)).toBe(true);
});

type Wrong = [
  what: string,
  facts: Partial<BuilderFacts>,
  id: string,
  state: string,
  code: string,
  command: RegExp,
];
const wrong: Wrong[] = [
  ['no Nix', { nix: null }, 'nix', 'failed', 'nix-missing', /nixos\.org\/nix\/install/],
  ['a Nix from before flakes', { nix: 'nix (Nix) 2.3.16' }, 'nix', 'failed', 'nix-too-old', /nix --version/],
  [
    'an account that may not use Nix',
    { store: 'denied' },
    'store',
    'failed',
    'nix-denied',
    /usermod -aG nix-users ada/,
  ],
  [
    'a Nix service that is down',
    { store: 'down' },
    'store',
    'failed',
    'nix-daemon-down',
    /systemctl start nix-daemon/,
  ],
  [
    'the same on a Mac',
    { ...mac, store: 'down' },
    'store',
    'failed',
    'nix-daemon-down',
    /launchctl kickstart/,
  ],
  ['little room', { freeBytes: 3e9 }, 'space', 'warning', 'space-low', /^nix-collect-garbage$/],
  ['no binary cache', { caches: [] }, 'caches', 'warning', 'no-caches', /substituters = /],
  [
    'a cache that does not answer',
    { caches: [{ url: 'https://cache.example', reachable: false }] },
    'caches',
    'warning',
    'cache-unreachable',
    /curl -I https:\/\/cache\.example\/nix-cache-info/,
  ],
  ['a clock of last century', { clockMillis: 0 }, 'clock', 'warning', 'clock-wrong', /timedatectl/],
  ['a clock that is off', { clockMillis: now + 600_000 }, 'clock', 'warning', 'clock-differs', /timedatectl/],
  ['Windows', { os: 'win32', nix: null }, 'nix', 'failed', 'nix-missing', /^nixburn builders add /],
];
test.each(wrong)('%s is said, with a command that mends it', (_what, facts, id, state, code, command) => {
  const line = lineOf(id, facts);
  expect(line).toMatchObject({ state, problem: { code } });
  expect(line?.command).toMatch(command);
  expect(line?.problem?.remedy).toMatch(/\.$/);
});

describe('An image for another processor', () => {
  const arm = 'aarch64-linux';
  test('needs another machine', () => {
    expect(lineOf('system', {}, arm)).toMatchObject({
      state: 'failed',
      problem: { code: 'system-mismatch' },
      command: 'nixburn builders add NAME USER@HOST --system aarch64-linux',
    });
  });

  test('can be made by an emulator, slowly', () => {
    expect(lineOf('system', { extra: [arm] }, arm)).toMatchObject({
      state: 'warning',
      problem: { code: 'system-emulated', detail: expect.stringContaining('many times') as string },
    });
  });

  test('can be made once Nix knows of an emulator that is there', () => {
    const line = lineOf('system', { binfmt: ['aarch64', 'riscv64'] }, arm);
    expect(line).toMatchObject({ state: 'failed' });
    expect(line?.command).toContain('extra-platforms = aarch64-linux');
  });

  test('is made by the builders that Nix itself knows', () => {
    expect(lineOf('system', { builders: 'ssh-ng://arm aarch64-linux' }, arm)).toMatchObject({
      state: 'warning',
    });
    expect(lineOf('system', { ...mac, builders: '@/etc/nix/machines' })).toMatchObject({ state: 'warning' });
    const several =
      'ssh://one x86_64-linux\n# ssh://two riscv64-linux\nssh://three armv7l-linux,aarch64-linux - 4';
    expect(lineOf('system', { builders: several }, arm)).toMatchObject({ state: 'warning' });
    expect(lineOf('system', { builders: several }, 'riscv64-linux')).toMatchObject({ state: 'failed' });
  });

  test('is no matter for 32-bit programs on x86_64', () => {
    expect(lineOf('system', {}, 'i686-linux')).toMatchObject({ state: 'ok' });
  });
});

describe('A Mac', () => {
  const arm = 'aarch64-linux';
  const builders = 'ssh-ng://builder@linux-builder aarch64-linux /etc/nix/builder_ed25519 4';

  test('alone is offered the Linux machine of nixpkgs for its own processor, and for no other', () => {
    const command = 'nix run nixpkgs#darwin.linux-builder';
    expect(lineOf('system', mac, arm)).toMatchObject({ state: 'failed', command });
    const other = lineOf('system', mac);
    expect(other).toMatchObject({
      state: 'failed',
      command: expect.stringMatching(/^nixburn builders/) as string,
    });
    expect(other?.problem?.remedy).toContain('is aarch64-linux');
  });

  test('where that machine runs and Nix does not know is told how Nix learns of it', () => {
    const line = lineOf('system', { ...mac, linuxBuilder: true }, arm);
    expect(line).toMatchObject({ state: 'failed', problem: { code: 'system-mismatch' } });
    expect(line?.command).toContain(builders);
  });

  test('where Nix knows that machine builds there, while it runs', () => {
    const line = lineOf('system', { ...mac, builders }, arm);
    expect(line).toMatchObject({ state: 'warning' });
    expect(line?.problem?.remedy).toMatch(/has to run meanwhile/);
    expect(lineOf('system', { ...mac, builders })).toMatchObject({ state: 'failed' });
  });
});

test('Lix is called by its name, and is as good as Nix', () => {
  const line = lineOf('nix', { nix: 'nix (Lix, like Nix) 2.93.0' });
  expect(line).toEqual({ id: 'nix', title: 'Lix 2.93.0, with flakes', state: 'ok' });
  expect(lineOf('nix', { nix: 'nix (Lix, like Nix) 2.90.0-lix' })?.state).toBe('ok');
});

test('Every line that failed has a command to copy', () => {
  const bad: Partial<BuilderFacts>[] = [
    ...wrong.map(([, facts]) => facts),
    { nix: 'no idea' },
    { native: 'riscv64-linux' },
    { os: 'win32', native: 'x86_64-win32', nix: null },
    { os: 'freebsd', native: 'x86_64-freebsd' },
    mac,
    { ...mac, native: 'x86_64-darwin' },
  ];
  const failures = bad.flatMap((facts) => judged(facts)).filter(({ state }) => state === 'failed');
  expect(failures.length).toBeGreaterThan(8);
  expect(failures.filter(({ command }) => !command)).toEqual([]);
});

test('Being no trusted user stops nobody, and is explained', () => {
  for (const trusted of [true, false, null]) expect(lineOf('trust', { trusted })?.state).toBe('ok');
  expect(lineOf('trust', { trusted: false })?.title).toMatch(/does not need/);
});

test('One silent cache among several is a smaller matter than the only one', () => {
  const answers = { url: 'https://b', reachable: true };
  expect(
    lineOf('caches', { caches: [{ url: 'https://a', reachable: false }, answers] })?.problem?.detail,
  ).toMatch(/others/);
});

test('Only garbage may be removed with one click', () => {
  const fixes = wrong.flatMap(([, facts]) => judged(facts).flatMap(({ fix }) => fix ?? []));
  expect([...new Set(fixes)]).toEqual(['collect-garbage']);
});

describe('The way to a builder', () => {
  const unreachable = (name: string, code: string): Builder => ({
    name,
    remote: true,
    facts: async () => failed(problem(code, 'It does not work.')),
    build: () => {
      throw new Error('not asked for');
    },
  });
  const linesFor = (name: string, code: string) => preflight('x86_64-linux', unreachable(name, code));

  test('is shown step by step, down to where it ends', async () => {
    const stages = async (code: string) =>
      (await linesFor('box', code)).map(({ id, state }) => `${id} ${state}`);
    expect(await stages('ssh-unreachable')).toEqual(['reachable failed']);
    expect(await stages('host-key-unknown')).toEqual(['reachable ok', 'host-key failed']);
    expect(await stages('host-key-changed')).toEqual(['reachable ok', 'host-key failed']);
    expect(await stages('ssh-denied')).toEqual(['reachable ok', 'host-key ok', 'login failed']);
    expect(
      judged({ host: 'box' })
        .slice(0, 3)
        .every(({ state }) => state === 'ok'),
    ).toBe(true);
  });

  test.each([
    ['box', 'ssh-denied', 'ssh-copy-id box'],
    ['ada@box:2222', 'ssh-denied', 'ssh-copy-id -p 2222 ada@box'],
    ['ssh://ada@box:2222', 'host-key-changed', "ssh-keygen -R '[box]:2222'"],
    ['ada@box', 'host-key-changed', 'ssh-keygen -R box'],
    ['ssh://box/', 'ssh-unreachable', 'ssh -v box'],
    ['ada@box:2222', 'host-key-unknown', 'ssh -p 2222 ada@box'],
  ])('has a command that fits its address: %s, %s', async (name, code, command) => {
    expect((await linesFor(name, code)).at(-1)?.command).toBe(command);
  });

  test('never offers to trust a key that has changed', async () => {
    expect((await linesFor('box', 'host-key-unknown')).at(-1)?.fix).toBe('trust-host');
    expect((await linesFor('box', 'host-key-changed')).at(-1)?.fix).toBeUndefined();
  });
});

describe('What a builder tells of itself', () => {
  const told = `os=Linux
machine=x86_64
clock=1782864000
user=ada
nix=nix (Nix) 2.31.2
free=48828125
platforms=i686-linux aarch64-linux
binfmt=aarch64
binfmt=riscv64
cache=https://cache.nixos.org
no-cache=https://other.example
trusted=0
store=ready
`;

  test('is understood', () => {
    expect(readRemoteFacts(told, 'box')).toEqual({
      os: 'linux',
      native: 'x86_64-linux',
      extra: ['i686-linux', 'aarch64-linux'],
      binfmt: ['aarch64', 'riscv64'],
      nix: 'nix (Nix) 2.31.2',
      freeBytes: 50e9,
      store: 'ready',
      trusted: false,
      builders: '',
      linuxBuilder: false,
      caches: [
        { url: 'https://cache.nixos.org', reachable: true },
        { url: 'https://other.example', reachable: false },
      ],
      user: 'ada',
      clockMillis: 1_782_864_000_000,
      host: 'box',
    });
  });

  test.each(['', 'garbage', 'nix=\nfree=x\nstore=odd\nclock=', '=\n=='])(
    'or is nothing to rely on: %j',
    (output) => {
      const facts = readRemoteFacts(output, 'box');
      expect(facts).toMatchObject({ nix: null, freeBytes: null, store: 'down' });
      expect(judge(facts, 'x86_64-linux', now).some(({ state }) => state === 'failed')).toBe(true);
    },
  );

  test('names machines that build for it only where there are any', () => {
    expect(readRemoteFacts('builders=@/etc/nix/machines', 'box').builders).toBe('');
    expect(readRemoteFacts('builders=@/etc/nix/machines\nmachines=1', 'box').builders).not.toBe('');
    expect(readRemoteFacts('builders=ssh-ng://x', 'box').builders).toBe('ssh-ng://x');
  });
});
