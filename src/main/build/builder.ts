/** What a builder is, here or there: facts before a build, the build itself, and an image to take away. */
import type { BuildEvent } from '../../shared/contract.ts';
import { problem, type Outcome, type Problem } from '../../shared/problem.ts';
import type { BuilderFacts } from './facts.ts';
import type { HashedCopy, HashedStream } from './image-copy.ts';
import type { Ended } from './process.ts';

/** Where Nix runs. */
export interface Builder {
  /** For people: `this computer`, or the host as the person wrote it. */
  readonly name: string;
  /** It is not this computer, which then needs no Nix. */
  readonly remote: boolean;
  /** What the machine can do, for the list that is shown before a build. Changes nothing. */
  facts(): Promise<Outcome<BuilderFacts>>;
  /**
   * Builds the installer image of the flake in `flakeDir` (absolute). Stops Nix and everything that it started when
   * `signal` aborts, in 5 seconds at most. The result must be released.
   *
   * @param into a new file that the image will be copied to, where that is known: a builder elsewhere then writes there
   *   as soon as it can. The file is the caller's to remove.
   */
  build(
    flakeDir: string,
    signal: AbortSignal,
    into?: string,
  ): AsyncGenerator<BuildEvent, Outcome<Built>, void>;
}

/** An image that Nix has made, still on the builder and safe from its garbage collector until it is released. */
export interface Built {
  bytes: number;
  /** The lock file that Nix has written on a builder; null where it lies in the flake's folder anyway. */
  lock: string | null;
  /**
   * The image as it comes, whole or not at all: rejects with a `CopyFailure` where it can not be had or is not what the
   * builder sent, with the system's error, and once `signal` aborts. To be called once, and in place of `copyTo`.
   *
   * @param say is told what a person should know meanwhile.
   */
  stream(signal: AbortSignal, say?: (note: string) => void): HashedStream;
  /** Copies it to a new local file, the one that `build` was told of if any; as `stream`. */
  copyTo(file: string, signal: AbortSignal, say?: (note: string) => void): HashedCopy;
  release(): Promise<void>;
}

export const installable = 'path:.#nixosConfigurations.installer.config.system.build.isoImage';
export const experimental = ['--extra-experimental-features', 'nix-command flakes'];

export const crashNote =
  'Nix itself crashed. Nixburn tries once more with its memory collector switched off.';
export const groupNote =
  'The group of build users that Nix looks for does not exist here, so the build runs as root itself.';

export const noNix = (where: string): Problem =>
  problem('nix-missing', `Nix is not installed on ${where}.`, {
    detail: 'Nixburn builds the image with Nix, and could not find the program `nix`.',
    remedy: 'Install Nix from https://nixos.org/download, or choose a Linux builder that has it.',
  });

export const noImage = (raw: string): Problem =>
  problem('no-image', 'Nix built the flake, but there is no image in it.', {
    detail: 'Exactly one .iso file was expected in the result.',
    remedy: 'Check what the extra module does to the image.',
    raw,
  });

/** Debian's Nix 2.8 crashes in its memory collector on the real nixpkgs; 139 is what a shell makes of SIGSEGV. */
export function isCrash(ended: Pick<Ended, 'exitCode' | 'signal'>): boolean {
  return ended.signal === 'SIGSEGV' || ended.exitCode === 139;
}
