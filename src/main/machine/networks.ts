/** Which networks this computer is in, and which addresses of them a sweep may try. Pure. */
import type { NetworkInterfaceInfo } from 'node:os';

/** One address of this computer in a network that others are in too. */
export interface OwnAddress {
  /** Name of the interface. */
  via: string;
  family: 'IPv4' | 'IPv6';
  address: string;
  /** Bits of the network's part. */
  prefix: number;
  /** What tells link-local addresses of one interface from those of another: its name, on Windows its number. */
  zone: string;
}

/** A /22. What is larger than an office is not swept whole. */
const mostHosts = 1024;

/**
 * The addresses that other computers can be met through: none of this computer's inner ones, and for IPv6 the
 * link-local ones, which multicast goes out from.
 *
 * @param interfaces as os.networkInterfaces() gives them
 */
export function ownAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  platform: NodeJS.Platform,
): OwnAddress[] {
  return Object.entries(interfaces).flatMap(([via, infos]) =>
    (infos ?? []).flatMap((info) => {
      if (info.internal || info.cidr === null) return [];
      if (info.family === 'IPv6' && !isLinkLocal(info.address)) return [];
      const zone = info.family === 'IPv6' && platform === 'win32' ? String(info.scopeid) : via;
      const prefix = Number(info.cidr.split('/')[1]);
      return [{ via, family: info.family, address: info.address, prefix, zone }];
    }),
  );
}

export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

/** What a sweep tries in one network. */
export interface Sweep {
  via: string;
  /** For people: `192.168.1.0/24`. */
  network: string;
  addresses: string[];
  /** Set where the network is too large: its own size in bits, and `addresses` is only the part around this computer. */
  partOf: number | null;
}

/**
 * The IPv4 addresses to try, network by network, without this computer's own, networks' and broadcast addresses. IPv6
 * networks have more addresses than anybody could try. Networks of two (/31, /32) are somebody's tunnel.
 */
export function sweeps(own: readonly OwnAddress[]): Sweep[] {
  const mine = new Set(own.map(({ address }) => address));
  const seen = new Set<string>();
  return own.flatMap(({ family, address, prefix, via }) => {
    if (family !== 'IPv4' || prefix > 30) return [];
    const isTooLarge = 2 ** (32 - prefix) > mostHosts;
    const bits = isTooLarge ? 24 : prefix;
    const size = 2 ** (32 - bits);
    const first = Math.floor(toNumber(address) / size) * size;
    const network = `${toText(first)}/${bits}`;
    if (seen.has(network)) return [];
    seen.add(network);
    const all = Array.from({ length: size - 2 }, (_, at) => toText(first + 1 + at));
    const addresses = all.filter((one) => !mine.has(one));
    return [{ via, network, addresses, partOf: isTooLarge ? prefix : null }];
  });
}

/** Whether an IPv4 address lies in the network of one of this computer's. */
export function isIn(address: string, { address: own, prefix }: OwnAddress): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(toNumber(address) / size) === Math.floor(toNumber(own) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
