/** Knows which versions of Nix can build an image, because older ones fail in words that nobody understands. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';

export interface NixVersion {
  /** e.g. `2.18.1`. */
  text: string;
  /** Lix comes from Nix 2.18, says so of itself, and builds in the same way. */
  program: 'Nix' | 'Lix';
  /** A sentence where the version works but is older than recommended; null where all is well. */
  note: string | null;
}

/**
 * Reads the output of `nix --version`. Flakes and `--json` need 2.4; nixpkgs itself asks for 2.18 from NixOS 26.11 on
 * (`lib/minver.nix`).
 */
export function readNixVersion(output: string): Outcome<NixVersion> {
  const found = /\b(\d+)\.(\d+)[\w.+-]*/.exec(output);
  if (!found)
    return failed(
      problem('nix-version-unknown', 'Nix did not tell its version.', {
        remedy: 'Check that `nix --version` works in a terminal.',
        raw: output.slice(0, 500),
      }),
    );
  const [major, minor] = [Number(found[1]), Number(found[2])];
  const olderThan = (wanted: number) => major < 2 || (major === 2 && minor < wanted);
  if (olderThan(4))
    return failed(
      problem('nix-too-old', 'This Nix is too old.', {
        detail: `It is version ${found[0]}; Nixburn needs 2.4 at least, and 2.18 is recommended.`,
        remedy: 'Install a newer Nix from https://nixos.org/download, then try again.',
        raw: output.trim().slice(0, 500),
      }),
    );
  const note = olderThan(18)
    ? `Nix ${found[0]} is old. It may fail with newer releases of NixOS; 2.18 or later is recommended.`
    : null;
  return done({ text: found[0], program: /\bLix\b/.test(output) ? 'Lix' : 'Nix', note });
}
