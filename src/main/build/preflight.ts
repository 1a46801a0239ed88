/** Says before a build what would stop it, with the way out, because a build fails late and in Nix's words. */
import type { PreflightLine } from '../../shared/contract.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import type { Builder } from './builder.ts';
import type { BuilderFacts } from './facts.ts';
import { localBuilder } from './here.ts';
import { readNixVersion } from './nix-version.ts';

/** A first build downloads and unpacks a whole NixOS beside the image it packs. Bytes. */
const wantedBytes = 10e9;

/** A clock that is off by more makes certificates and downloads fail. */
const clockTolerance = 5 * 60_000;

/** No clock that is right says an earlier time than this; ms since 1970. */
const earliest = Date.UTC(2025, 0, 1);

/** Gathers what a builder can do and judges it. `system` is what the image is for: `x86_64-linux`. */
export async function preflight(system: string, builder: Builder = localBuilder()): Promise<PreflightLine[]> {
  const facts = await builder.facts();
  if (facts.ok) return judge(facts.value, system, Date.now());
  return unreachable(builder.name, facts.problem);
}

/** Turns facts into the list that a person reads. Without Nix, the lines that need it are left out. */
export function judge(facts: BuilderFacts, system: string, nowMillis: number): PreflightLine[] {
  const lines = facts.host === null ? [] : reached(facts.host);
  lines.push(nixLine(facts), systemLine(facts, system));
  if (facts.nix !== null) lines.push(storeLine(facts), trustLine(facts), ...cacheLines(facts));
  lines.push(spaceLine(facts), clockLine(facts, nowMillis));
  return lines;
}

const fine = (id: string, title: string): PreflightLine => ({ id, title, state: 'ok' });
type More = Pick<PreflightLine, 'command' | 'fix'>;
const warning = (id: string, title: string, what: Problem, more: More = {}): PreflightLine => ({
  id,
  title,
  state: 'warning',
  problem: what,
  ...more,
});
const failure = (id: string, title: string, what: Problem, more: More = {}): PreflightLine => ({
  id,
  title,
  state: 'failed',
  problem: what,
  ...more,
});

// ---- the way to a builder ----

const stages = [
  { id: 'reachable', title: (host: string) => `${host} answers` },
  { id: 'host-key', title: (host: string) => `The host key of ${host} is known` },
  { id: 'login', title: (host: string) => `${host} lets you in` },
];

function reached(host: string): PreflightLine[] {
  return stages.map(({ id, title }) => fine(id, title(host)));
}

/** What went well before it failed, and where it failed: ssh does one after the other. */
function unreachable(host: string, what: Problem): PreflightLine[] {
  const at = { 'host-key-unknown': 1, 'host-key-changed': 1, 'ssh-denied': 2 }[what.code] ?? 0;
  const before = reached(host).slice(0, at);
  const { id, title } = stages[at]!;
  return [...before, failure(id, title(host), what, wayIn(host, what))];
}

function wayIn(host: string, what: Problem): More {
  const plain = host.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const named = /^(.*):(\d+)$/.exec(plain);
  const address = named ? `-p ${named[2]} ${named[1]}` : plain;
  const place = plain.replace(/^.*@/, '');
  const known = named ? `'[${place.replace(/:\d+$/, '')}]:${named[2]}'` : place;
  switch (what.code) {
    case 'host-key-unknown':
      return { command: `ssh ${address}`, fix: 'trust-host' };
    case 'host-key-changed':
      return { command: `ssh-keygen -R ${known}` };
    case 'ssh-denied':
      return { command: `ssh-copy-id ${address}` };
    default:
      return { command: `ssh -v ${address}` };
  }
}

// ---- the builder ----

function nixLine(facts: BuilderFacts): PreflightLine {
  if (facts.nix === null && facts.os === 'win32')
    return failure(
      'nix',
      'Nix',
      problem('nix-missing', 'Nix does not run on Windows.', {
        detail: 'Nixburn builds the image with Nix on another machine and brings it here.',
        remedy: 'Name a Linux machine that has Nix and that you reach over SSH.',
      }),
      { command: addBuilder('x86_64-linux') },
    );
  if (facts.nix === null)
    return failure(
      'nix',
      'Nix',
      problem('nix-missing', 'Nix is not installed.', {
        detail: 'Nixburn builds the image with Nix.',
        remedy: 'Install Nix from https://nixos.org/download, or choose a Linux builder that has it.',
      }),
      { command: 'sh <(curl -L https://nixos.org/nix/install) --daemon' },
    );
  const version = readNixVersion(facts.nix);
  if (!version.ok) return failure('nix', 'Nix', version.problem, { command: 'nix --version' });
  // Every call says itself that it wants flakes, so nobody's settings have to.
  const title = `${version.value.program} ${version.value.text}, with flakes`;
  if (version.value.note === null) return fine('nix', title);
  const remedy = 'If a build fails, install a newer Nix from https://nixos.org/download.';
  return warning('nix', title, problem('nix-old', version.value.note, { remedy }));
}

/** NAME and USER@HOST are for the person to fill in. */
function addBuilder(system: string): string {
  return `nixburn builders add NAME USER@HOST --system ${system}`;
}

function systemLine(facts: BuilderFacts, system: string): PreflightLine {
  const title = `Builds for ${system}`;
  if (facts.native === system) return fine('system', title);
  const processor = system.split('-')[0] ?? '';
  if (facts.extra.includes(system)) {
    // An x86_64 runs i686 by itself, and only that.
    if (facts.native === 'x86_64-linux' && processor === 'i686') return fine('system', title);
    return warning(
      'system',
      title,
      problem('system-emulated', `This machine builds for ${system} through an emulator.`, {
        detail: 'That works, and takes many times as long.',
        remedy: `Choose a ${system} builder over SSH where you have one.`,
      }),
    );
  }
  const what = problem('system-mismatch', `This machine does not build for ${system} by itself.`, {
    detail:
      facts.os === 'linux' ? `It builds for ${[facts.native, ...facts.extra].join(', ')}.` : notLinux(facts),
    remedy: `Choose a ${system} Linux builder over SSH.`,
  });
  if (facts.builders !== '' && buildsFor(facts.builders, system))
    return warning('system', title, {
      ...what,
      remedy: facts.builders.includes('linux-builder')
        ? 'Nix will ask the small Linux machine of nixpkgs to do it. It has to run meanwhile.'
        : 'Nix will ask the builders in its own settings to do it.',
    });
  if (facts.os === 'darwin') return macLine(facts, system, title, what);
  if (facts.os === 'linux' && facts.binfmt.includes(processor))
    return failure(
      'system',
      title,
      {
        ...what,
        detail: `Its kernel can emulate ${processor}, but its Nix does not know that.`,
        remedy: 'Tell Nix so, and build many times as slowly; or choose a builder of that kind.',
      },
      { command: `echo 'extra-platforms = ${system}' | sudo tee -a /etc/nix/nix.conf` },
    );
  return failure('system', title, what, { command: addBuilder(system) });
}

/**
 * Whether machines that Nix knows build for a system, by the words of `builders` (nix.conf(5)): URI, systems, and more.
 * Also where they do not say: `-` is the system of the computer that asks, and `@` names a file.
 */
function buildsFor(builders: string, system: string): boolean {
  return builders
    .split(/[;\n]/)
    .map((machine) => machine.trim())
    .some((machine) => {
      if (machine === '' || machine.startsWith('#')) return false;
      const systems = machine.split(/\s+/)[1];
      return machine.startsWith('@') || (systems?.split(',').includes(system) ?? false);
    });
}

/** A Mac builds no Linux by itself. The Linux machine that nixpkgs brings for it is of the Mac's own processor. */
function macLine(facts: BuilderFacts, system: string, title: string, what: Problem): PreflightLine {
  const own = facts.native.replace('darwin', 'linux');
  if (own !== system) {
    const remedy = `The Linux machine that nixpkgs brings for Macs is ${own}: choose a ${system} builder over SSH.`;
    return failure('system', title, { ...what, remedy }, { command: addBuilder(system) });
  }
  if (!facts.linuxBuilder) {
    const remedy = 'Start the small Linux machine that nixpkgs brings for this, or choose a Linux builder.';
    const command = 'nix run nixpkgs#darwin.linux-builder';
    return failure('system', title, { ...what, remedy }, { command });
  }
  // The nixpkgs manual, `darwin.linux-builder`: the name is its own ssh configuration's, the key its own.
  const line = `builders = ssh-ng://builder@linux-builder ${own} /etc/nix/builder_ed25519 4`;
  return failure(
    'system',
    title,
    {
      ...what,
      detail: 'The small Linux machine of nixpkgs runs here, but Nix does not know that it may build there.',
      remedy:
        'Tell Nix so, as the manual of nixpkgs says under “darwin.linux-builder”, and start its daemon anew.',
    },
    { command: `echo '${line}' | sudo tee -a /etc/nix/nix.conf` },
  );
}

function notLinux({ os }: BuilderFacts): string {
  return os === 'darwin' ? 'It runs macOS, and NixOS images are built on Linux.' : 'It does not run Linux.';
}

function storeLine(facts: BuilderFacts): PreflightLine {
  const title = 'You may build with Nix';
  switch (facts.store) {
    case 'ready':
      return fine('store', title);
    case 'denied':
      return failure(
        'store',
        title,
        problem('nix-denied', 'Your account may not use Nix on this machine.', {
          detail: 'The Nix service refuses it.',
          remedy: 'On Debian and Ubuntu, join the group nix-users, then log out and in again.',
        }),
        { command: `sudo usermod -aG nix-users ${facts.user}` },
      );
    case 'down':
      return failure(
        'store',
        title,
        problem('nix-daemon-down', 'The Nix service is not running.', {
          detail: 'Nothing answers at its socket, and your account may not write the Nix store itself.',
          remedy: 'Start it, or install Nix again.',
        }),
        { command: facts.os === 'darwin' ? startOnMac : 'sudo systemctl start nix-daemon' },
      );
  }
}

const startOnMac = 'sudo launchctl kickstart -k system/org.nixos.nix-daemon';

/** Nothing that Nixburn does needs trust, so this never stops anybody. */
function trustLine({ trusted }: BuilderFacts): PreflightLine {
  if (trusted === false)
    return fine(
      'trust',
      'You are no trusted user of Nix, which Nixburn does not need: only the caches that are set up count',
    );
  return fine('trust', trusted ? 'You are a trusted user of Nix' : 'Nixburn needs no trust of Nix in you');
}

function cacheLines({ caches }: BuilderFacts): PreflightLine[] {
  const title = 'Ready-made packages can be downloaded';
  if (caches.length === 0)
    return [
      warning(
        'caches',
        title,
        problem('no-caches', 'No binary cache is set up.', {
          detail: 'Everything has to be built from its source, which takes a day or more.',
          remedy: 'Set substituters = https://cache.nixos.org in the settings of Nix.',
        }),
        { command: "echo 'substituters = https://cache.nixos.org' | sudo tee -a /etc/nix/nix.conf" },
      ),
    ];
  const silent = caches.filter(({ reachable }) => !reachable).map(({ url }) => url);
  if (silent.length === 0) return [fine('caches', title)];
  const what = problem('cache-unreachable', `${silent.join(' and ')} does not answer.`, {
    detail:
      silent.length === caches.length
        ? 'Without it, everything has to be built from its source.'
        : 'Nix will use the others.',
    remedy: 'Check the connection, the proxy and the VPN.',
  });
  return [warning('caches', title, what, { command: `curl -I ${silent[0]}/nix-cache-info` })];
}

function spaceLine(facts: BuilderFacts): PreflightLine {
  const title = 'Free space for Nix';
  if (facts.freeBytes === null || facts.freeBytes >= wantedBytes) return fine('space', title);
  const gigabytes = (facts.freeBytes / 1e9).toFixed(1);
  return warning(
    'space',
    title,
    problem('space-low', `Only ${gigabytes} GB are free where Nix keeps its files.`, {
      detail: 'A first build can need about 10 GB.',
      remedy: 'Remove what Nix does not need any more, or free some space yourself.',
    }),
    facts.nix === null ? {} : { command: 'nix-collect-garbage', fix: 'collect-garbage' },
  );
}

function clockLine(facts: BuilderFacts, nowMillis: number): PreflightLine {
  const title = 'The clock is right';
  const command = 'timedatectl status';
  if (facts.clockMillis < earliest)
    return warning(
      'clock',
      title,
      problem('clock-wrong', `The clock says ${new Date(facts.clockMillis).toISOString().slice(0, 10)}.`, {
        detail: 'With a wrong clock, no certificate is valid and nothing can be downloaded.',
        remedy: 'Set the clock.',
      }),
      { command },
    );
  const off = Math.abs(facts.clockMillis - nowMillis);
  if (off <= clockTolerance) return fine('clock', title);
  return warning(
    'clock',
    title,
    problem('clock-differs', `Its clock and yours are ${Math.round(off / 60_000)} minutes apart.`, {
      detail: 'With a wrong clock, no certificate is valid and nothing can be downloaded.',
      remedy: 'Set the clock of the one that is wrong.',
    }),
    { command },
  );
}
