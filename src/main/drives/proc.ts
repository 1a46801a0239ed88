/** Reads the kernel's own tables of mounts and swaps, because lsblk leaves out some of what is in use. */

/** A line of mountinfo, before anybody asked what its source is. */
export interface MountLine {
  number: string;
  mountPoint: string;
  source: string;
  fileSystem: string;
}

/**
 * The lines of /proc/self/mountinfo, in the order of mounting.
 * Format: proc(5), "/proc/pid/mountinfo": `id parent major:minor root mountpoint options [fields…] - type source super`.
 */
export function parseMounts(text: string): MountLine[] {
  return lines(text).flatMap((line) => {
    const [front = '', back = ''] = line.split(' - ');
    const [, , number, , mountPoint] = front.split(' ');
    const [fileSystem = '', source = ''] = back.split(' ');
    if (number === undefined || mountPoint === undefined) return [];
    return [{ number, mountPoint: unescape(mountPoint), source: unescape(source), fileSystem }];
  });
}

/** The paths of the swap areas that are on, from /proc/swaps: proc(5); the first line is a heading. */
export function parseSwaps(text: string): string[] {
  return lines(text)
    .slice(1)
    .map((line) => unescape(line.split(/\s/)[0] ?? ''))
    .filter((path) => path !== '');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The kernel writes blanks, tabs, newlines and backslashes as `\040` and so on, byte by byte. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
