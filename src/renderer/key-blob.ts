/** One key may come under several comments: it is the blob in its line that tells keys apart. */

/** The base64 in the line of a public key: what `sshd` compares. */
export function keyBlob(line: string): string {
  const [type = '', blob = type] = line.trim().split(/\s+/);
  return blob;
}

/** Adds lines at the end, each key once; one that is there already keeps the comment that it has. */
export function withKeys(lines: string[], more: string[]): string[] {
  const byBlob = new Map(lines.map((line) => [keyBlob(line), line]));
  for (const line of more) if (!byBlob.has(keyBlob(line))) byBlob.set(keyBlob(line), line);
  return [...byBlob.values()];
}
