/** Flakes that a real Nix builds in a second, for tests of the building itself: no nixpkgs, one derivation, a real ISO. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BuildEvent } from '../../src/shared/contract.ts';

/** What Nix needs here: no daemon, no sandbox, no network; and Debian's Nix without its memory collector. */
export const nixEnv = {
  NIX_CONFIG: [
    'experimental-features =',
    'sandbox = false',
    'build-users-group =',
    'substituters =',
    'flake-registry =',
  ].join('\n'),
  GC_DONT_GC: '1',
};

/** A folder of one test file, with a small ISO image in it. */
export class Workshop {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'nixburn-build-'));

  constructor() {
    mkdirSync(this.at('tree'));
    // So large that it can be cut in the middle.
    execFileSync('dd', ['if=/dev/urandom', `of=${this.at('tree/noise')}`, 'bs=1M', 'count=3'], {
      stdio: 'ignore',
    });
    execFileSync(
      'xorriso',
      ['-as', 'mkisofs', '-quiet', '-V', 'NIXOS_TINY', '-o', this.at('x.iso'), this.at('tree')],
      { stdio: 'pipe' },
    );
  }

  at(name: string): string {
    return path.join(this.folder, name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The folder of a flake whose image is what the Nix expression says; `x.iso` lies beside it. */
  async flake(isoImage: string): Promise<string> {
    const folder = this.at(`flake-${randomBytes(4).toString('hex')}`);
    await mkdir(folder);
    await copyFile(this.at('x.iso'), path.join(folder, 'x.iso'));
    const text = `{ outputs = { self }: { nixosConfigurations.installer.config.system.build.isoImage = ${isoImage}; }; }\n`;
    await writeFile(path.join(folder, 'flake.nix'), text);
    return folder;
  }

  /** As `flake`, with an image that a shell script makes; by default the real one. Never in the store before. */
  scripted(script = 'cp $iso $out/iso/nixos-tiny.iso'): Promise<string> {
    return this.flake(derivation(script));
  }
}

/** A derivation that a shell script builds, never built before. `$out/iso` exists, `$iso` is the real image. */
export function derivation(script: string): string {
  // Long enough for `$` and quotes of a script to mean what they mean in a shell, and nothing to Nix.
  const text = script.replaceAll("''", "'''").replaceAll('${', "''${");
  return `derivation {
    name = "nixos-tiny.iso";
    system = "x86_64-linux";
    builder = "/bin/sh";
    iso = ./x.iso;
    salt = "${randomBytes(8).toString('hex')}";
    args = [ "-c" ''PATH=/usr/bin:/bin; mkdir -p $out/iso; ${text}'' ];
  }`;
}

/** A time for `sleep` that no other process sleeps: it marks the processes of one test. */
export function uniqueSleep(): string {
  return `${5000 + (randomBytes(4).readUInt32BE() % 1_000_000) / 1_000_000}`;
}

/** The ids of running processes whose command line holds a text. */
export function processesWith(text: string): number[] {
  return pids().filter((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').includes(text));
}

/** Whether a process is still there, and not only waiting to be noticed. */
export function isAlive(pid: number): boolean {
  const line = read(`/proc/${pid}/stat`);
  return line !== '' && line.slice(line.lastIndexOf(')') + 2)[0] !== 'Z';
}

/** The ids of running processes whose working folder is this or below it. */
export function processesIn(folder: string): number[] {
  return pids().filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
}

const pids = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Drives a job to its end. `onEvent` may steer it. */
export async function run<Result>(
  job: AsyncGenerator<BuildEvent, Result, void>,
  onEvent: (event: BuildEvent) => void = () => undefined,
): Promise<{ events: BuildEvent[]; outcome: Result }> {
  const events: BuildEvent[] = [];
  for (;;) {
    const next = await job.next();
    if (next.done) return { events, outcome: next.value };
    events.push(next.value);
    onEvent(next.value);
  }
}
