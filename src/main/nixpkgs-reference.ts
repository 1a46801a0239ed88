/** Reads what `--nixpkgs` names: a flake reference, whose path is relative to where Nixburn was started. */
import path from 'node:path';

/** Nix itself would take a relative path for one inside the generated flake. */
export function nixpkgsReference(given: string | undefined): string | null {
  if (given === undefined) return null;
  const match = /^(?:path:)?(\.{0,2}\/.*|\.{1,2})$/.exec(given);
  const relative = match?.[1] ?? (given.startsWith('path:') ? given.slice('path:'.length) : undefined);
  if (relative === undefined) return given;
  const [file = '', query] = relative.split('?', 2);
  return `path:${path.resolve(file)}${query === undefined ? '' : `?${query}`}`;
}
