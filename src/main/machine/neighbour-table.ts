/** Knows how each system makes the computers on its links answer over IPv6, and reads its list of those that did. Pure. */
import type { OwnAddress } from './networks.ts';

/** A program and its arguments. */
type Command = [program: string, ...args: string[]];

export interface NeighbourPrograms {
  /** Sends one question to all computers on the link (ff02::1, RFC 4291 section 2.7.1), twice. */
  ask: Command;
  /** Prints whom the system knows there. */
  list: Command;
}

/** As many as a large office has on one link; whoever invents more is not listened to. */
const mostNeighbours = 256;

/**
 * What to run for the link that this address belongs to: ping(8) and ip-neighbour(8) on Linux, ping6(8) and ndp(8) on
 * macOS, ping and netsh on Windows.
 */
export function neighbourPrograms({ zone }: OwnAddress, platform: NodeJS.Platform): NeighbourPrograms {
  switch (platform) {
    case 'darwin':
      return { ask: ['ping6', '-c', '2', '-I', zone, 'ff02::1'], list: ['ndp', '-an'] };
    case 'win32':
      return {
        ask: ['ping', '-6', '-n', '2', `ff02::1%${zone}`],
        list: ['netsh', 'interface', 'ipv6', 'show', 'neighbors', zone],
      };
    default:
      return {
        ask: ['ping', '-6', '-c', '2', '-W', '1', `ff02::1%${zone}`],
        list: ['ip', '-6', 'neighbour', 'show', 'dev', zone],
      };
  }
}

/**
 * The link-local addresses of a list, each with its zone behind it, without those that did not answer and this
 * computer's own. Every computer with IPv6 has one on each link (RFC 4291 section 2.1).
 *
 * @param text what `list` printed: in whatever language, since only addresses are read
 */
export function readNeighbours(text: string, own: OwnAddress, platform: NodeJS.Platform): string[] {
  const found = text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [address = '', zone = own.zone] = (words[0] ?? '').toLowerCase().split('%');
    if (!/^fe[89ab][0-9a-f]:[0-9a-f:]+$/.test(address) || zone !== own.zone.toLowerCase()) return [];
    const isKnown = words.some((word) => isHardwareAddress(word, platform));
    return isKnown && address !== own.address.toLowerCase() ? [`${address}%${own.zone}`] : [];
  });
  return [...new Set(found)].slice(0, mostNeighbours);
}

/** Six bytes, not all zero: Windows writes those where nobody answered. macOS leaves leading zeros out. */
function isHardwareAddress(word: string, platform: NodeJS.Platform): boolean {
  const parts = word.split(platform === 'win32' ? '-' : ':');
  return (
    parts.length === 6 &&
    parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part)) &&
    parts.some((part) => Number.parseInt(part, 16) !== 0)
  );
}
