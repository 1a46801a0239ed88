/** Names the programs that keep a drive from being written, because "busy" alone helps nobody. */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { deviceNumber } from './device-number.ts';

/**
 * The programs that have one of these block devices open, or a file below one of these mount points; e.g. `dd (4711)`.
 * Those of other users are seen by root only.
 *
 * @param numbers the kernel's numbers of devices, `8:16`
 */
export async function findHolders(numbers: string[], mountPoints: string[]): Promise<string[]> {
  const processes = (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid),
  );
  const holds = async (pid: string) => {
    const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = [`/proc/${pid}/cwd`, `/proc/${pid}/root`, ...fds.map((fd) => `/proc/${pid}/fd/${fd}`)];
    for (const link of links) if (await leadsTo(link, numbers, mountPoints)) return true;
    return false;
  };
  const found = await Promise.all(processes.map(async (pid) => ((await holds(pid)) ? named(pid) : null)));
  return found.filter((name) => name !== null);
}

async function leadsTo(link: string, numbers: string[], mountPoints: string[]): Promise<boolean> {
  const path = await readlink(link).catch(() => '');
  if (mountPoints.some((place) => path === place || path.startsWith(`${place}/`))) return true;
  if (!path.startsWith('/dev/')) return false;
  const found = await stat(link).catch(() => null);
  return found?.isBlockDevice() === true && numbers.includes(deviceNumber(found.rdev));
}

async function named(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return `${name.trim() || 'a program'} (${pid})`;
}
