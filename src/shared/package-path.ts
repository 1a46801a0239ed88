/** Reads a package's name as people write it (`vim`, `python3Packages.requests`) into the path that Nix walks. */

/** Nix's `ID` token, and a quoted name without escapes (Nix manual, "Language", identifiers and strings). */
const part = `(?:[A-Za-z_][A-Za-z0-9_'-]*|"[^"\\\\\\u0000-\\u001f\\u007f-\\u009f]+")`;

/** What a package name looks like from end to end. */
export const packagePattern = new RegExp(`^${part}(?:\\.${part})*$`);

/**
 * Splits an attribute path into its parts, quotes removed: `nodePackages."@angular/cli"` has two. What stands between
 * quotes is taken as it is; `${` means nothing in there.
 *
 * @returns null where it is not an attribute path.
 */
export function packagePath(name: string): string[] | null {
  if (!packagePattern.test(name)) return null;
  const parts = name.match(new RegExp(part, 'g')) ?? [];
  return parts.map((text) => (text.startsWith('"') ? text.slice(1, -1) : text));
}
