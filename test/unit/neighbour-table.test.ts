/** Who is on a link over IPv6, read from the lists of each system. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neighbourPrograms, readNeighbours } from '../../src/main/machine/neighbour-table.ts';
import type { OwnAddress } from '../../src/main/machine/networks.ts';
import { counterexampleOf } from '../property/runs.ts';

const own: OwnAddress = { via: 'eth0', family: 'IPv6', address: 'fe80::5', prefix: 64, zone: 'eth0' };

/** `ip -6 neighbour show dev eth0` of iproute2 6.1, in a network made of namespaces; put together are the last two. */
const linux = `2001:db8::2 lladdr 6a:b4:a3:e6:87:a1 REACHABLE\u0020
fe80::68b4:a3ff:fee6:87a1 lladdr 6a:b4:a3:e6:87:a1 DELAY\u0020
fe80::99 INCOMPLETE\u0020
fe80::1 lladdr 02:00:00:00:00:01 router STALE\u0020
fe80::5 lladdr 02:00:00:00:00:05 PERMANENT\u0020
`;

/** Put together after ndp(8) of macOS. */
const mac = `Neighbor                                Linklayer Address  Netif Expire    St Flgs Prbs
::1                                     (incomplete)         lo0 permanent R
2001:db8::9                             0:11:22:33:44:55     en0 23h59m58s S
fe80::1%lo0                             (incomplete)         lo0 permanent R
fe80::1%en0                             2:0:0:0:0:1          en0 23h59m58s S  R
fe80::c48:15ff:fe59:15a%en0             ce:48:15:59:1:5a     en0 17s       R
fe80::99%en0                            (incomplete)         en0 expired   N
fe80::77%en1                            0:11:22:33:44:66     en1 20s       R
`;

/** Put together after what netsh of a German Windows prints. */
const windows = [
  '',
  'Schnittstelle 12: Ethernet',
  '',
  'Internetadresse                               Physische Adresse   Typ',
  '--------------------------------------------  -----------------  -----------',
  'fe80::1                                       02-00-00-00-00-01  Erreichbar (Router)',
  'fe80::c48:15ff:fe59:15a                       ce-48-15-59-01-5a  Veraltet',
  'fe80::99                                      00-00-00-00-00-00  Nicht erreichbar',
  'ff02::1                                       33-33-00-00-00-01  Permanent',
  '',
].join('\r\n');

describe('The computers on a link', () => {
  test('are those that the system has met there, with the zone that they are reached through', () => {
    expect(readNeighbours(linux, own, 'linux')).toEqual(['fe80::68b4:a3ff:fee6:87a1%eth0', 'fe80::1%eth0']);
    const en0 = { ...own, via: 'en0', zone: 'en0' };
    expect(readNeighbours(mac, en0, 'darwin')).toEqual(['fe80::1%en0', 'fe80::c48:15ff:fe59:15a%en0']);
    const twelve = { ...own, via: 'Ethernet', zone: '12' };
    expect(readNeighbours(windows, twelve, 'win32')).toEqual(['fe80::1%12', 'fe80::c48:15ff:fe59:15a%12']);
  });

  test('are asked for on their own link alone', () => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const { ask } = neighbourPrograms(own, platform);
      expect(ask.join(' ')).toMatch(/ff02::1(%eth0)?$/);
      expect(ask.join(' ')).toContain('eth0');
    }
  });

  test('are never anything but link-local addresses, and never without end', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...linux.split('\n'), ...mac.split('\n')));
    const many = fc.array(
      fc.oneof(
        line,
        fc.ipV6().map((address) => `${address} lladdr 02:00:00:00:00:01`),
      ),
    );
    const property = fc.property(many, fc.constantFrom('linux', 'darwin', 'win32'), (lines, platform) => {
      const found = readNeighbours(lines.join('\n'), own, platform as NodeJS.Platform);
      return found.every((one) => /^fe[89ab][0-9a-f]:[0-9a-f:]+%eth0$/.test(one)) && found.length <= 256;
    });
    expect(counterexampleOf(property)).toBeNull();
    const crowd = Array.from(
      { length: 1000 },
      (_, at) => `fe80::${at.toString(16)} lladdr 02:00:00:00:00:01`,
    );
    expect(readNeighbours(crowd.join('\n'), own, 'linux')).toHaveLength(256);
  });
});
