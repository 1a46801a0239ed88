/** Says whether a connection on this computer comes from somebody else of this computer, as far as the system tells. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/**
 * Linux names the user of each socket (proc(5), /proc/net/tcp). Root is nobody else: it can do everything in any case. Where
 * nothing is known of the other end, it is nobody else either.
 */
export async function isSomebodyElses({ localPort, remotePort }: Socket): Promise<boolean> {
  const own = process.getuid?.();
  if (own === undefined || own === 0) return false;
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  for (const line of tables.join('\n').split('\n')) {
    // What is local for the other end is remote here.
    const [, from, to, , , , , user] = line.trim().split(/\s+/);
    if (portOf(from) !== remotePort || portOf(to) !== localPort) continue;
    return Number(user) !== own && Number(user) !== 0;
  }
  return false;
}

/** `0100007F:1F90`, in hexadecimal. */
function portOf(address = ''): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
