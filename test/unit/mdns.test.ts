/** Multicast DNS as messages, and what is put together from them. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeResponse,
  encodeQuery,
  type DnsRecord,
  type Question,
} from '../../src/main/machine/mdns-message.ts';
import { isIn, ownAddresses, sweeps, type OwnAddress } from '../../src/main/machine/networks.ts';
import { Sightings } from '../../src/main/machine/sightings.ts';
import { counterexampleOf, numRuns } from '../property/runs.ts';

/** A response as a responder writes it; names are not shortened unless `pointer` says where one leads. */
function response(records: { name: Buffer; kind: number; data: Buffer; lifetime?: number }[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x8400, 2);
  header.writeUInt16BE(records.length, 6);
  const parts = records.map(({ name, kind, data, lifetime = 120 }) => {
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(kind, 0);
    fixed.writeUInt16BE(0x8001, 2);
    fixed.writeUInt32BE(lifetime, 4);
    fixed.writeUInt16BE(data.length, 8);
    return Buffer.concat([name, fixed, data]);
  });
  return Buffer.concat([header, ...parts]);
}
const label = (text: string) => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
const nameOf = (...labels: string[]) => Buffer.concat([...labels.map(label), Buffer.of(0)]);
const pointer = (to: number) => Buffer.of(0xc0 | (to >> 8), to & 0xff);
const attic = nameOf('attic', 'local');

describe('A question', () => {
  test('is a packet as RFC 1035 has it', () => {
    expect(encodeQuery([{ name: 'attic.local', kind: 'A' }]).toString('hex')).toBe(
      '000000000001000000000000056174746963056c6f63616c0000010001',
    );
  });

  test('may ask for names with dots in a label', () => {
    const query = encodeQuery([{ name: 'Jo\\.s attic._ssh._tcp.local', kind: 'SRV' }]);
    expect(query.includes(label('Jo.s attic'))).toBe(true);
  });
});

describe('An answer', () => {
  test('tells addresses, services and texts', () => {
    const service = nameOf('attic', '_ssh', '_tcp', 'local');
    const srv = Buffer.concat([Buffer.from('000000000016', 'hex'), attic]);
    const message = response([
      { name: attic, kind: 1, data: Buffer.of(192, 168, 1, 50) },
      { name: attic, kind: 28, data: Buffer.from('fe800000000000000000000000000001', 'hex') },
      { name: nameOf('_ssh', '_tcp', 'local'), kind: 12, data: service },
      { name: service, kind: 33, data: srv },
      { name: service, kind: 16, data: Buffer.concat([label('nixburn=00112233445566ff'), label('x')]) },
      { name: attic, kind: 47, data: Buffer.of(1, 2, 3) },
    ]);
    expect(decodeResponse(message)).toEqual([
      { kind: 'A', name: 'attic.local', address: '192.168.1.50' },
      { kind: 'AAAA', name: 'attic.local', address: 'fe80::1' },
      { kind: 'PTR', name: '_ssh._tcp.local', target: 'attic._ssh._tcp.local' },
      { kind: 'SRV', name: 'attic._ssh._tcp.local', target: 'attic.local', port: 22 },
      { kind: 'TXT', name: 'attic._ssh._tcp.local', texts: ['nixburn=00112233445566ff', 'x'] },
    ]);
  });

  test('may shorten names by pointing back', () => {
    const message = response([
      { name: attic, kind: 1, data: Buffer.of(10, 0, 0, 1) },
      { name: Buffer.concat([label('cellar'), pointer(12 + 6)]), kind: 1, data: Buffer.of(10, 0, 0, 2) },
    ]);
    expect(decodeResponse(message)?.map(({ name }) => name)).toEqual(['attic.local', 'cellar.local']);
  });

  test.each([
    ['points at itself', pointer(12)],
    ['points forwards', pointer(14)],
    ['points at a pointer that points at it', Buffer.concat([pointer(14), pointer(12)])],
    ['has a label that is too long', Buffer.concat([Buffer.of(64), Buffer.alloc(64, 'a'), Buffer.of(0)])],
    ['never ends', Buffer.concat(Array.from({ length: 200 }, () => label('ab')))],
  ])('whose name %s is none', (_, name) => {
    expect(decodeResponse(response([{ name, kind: 1, data: Buffer.of(1, 2, 3, 4) }]))).toBeNull();
  });

  test('of a name that says goodbye, and one that is a question, tell nothing', () => {
    const data = Buffer.of(1, 2, 3, 4);
    expect(decodeResponse(response([{ name: attic, kind: 1, data, lifetime: 0 }]))).toEqual([]);
    expect(decodeResponse(encodeQuery([{ name: 'attic.local', kind: 'A' }]))).toBeNull();
  });

  test('that was damaged, or is nothing but noise, is read to its end all the same', () => {
    const good = response([
      { name: attic, kind: 1, data: Buffer.of(192, 168, 1, 50) },
      {
        name: Buffer.concat([label('cellar'), pointer(12 + 6)]),
        kind: 33,
        data: Buffer.concat([Buffer.alloc(6), pointer(12)]),
      },
      { name: pointer(12), kind: 16, data: label('nixburn=00112233445566ff') },
    ]);
    const damaged = fc
      .tuple(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
      )
      .map(([changes, length]) => {
        const copy = Buffer.from(good);
        for (const [at, byte] of changes) copy[at] = byte;
        return copy.subarray(0, length);
      });
    const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
    const property = fc.property(fc.oneof(damaged, noise), (message) => {
      const records = decodeResponse(message);
      return records === null || records.every(({ name }) => name.length <= 1024);
    });
    const { failed, counterexample, seed } = fc.check(property, { numRuns: numRuns * 10 });
    expect(failed ? { counterexample, seed } : null).toBeNull();
  });

  test('to a question holds the name that was asked for, whatever is in it', () => {
    const labels = fc.array(
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: 15 })
        .filter((text) => Buffer.byteLength(text) <= 63),
      { minLength: 1, maxLength: 3 },
    );
    const property = fc.property(labels, (parts) => {
      const name = parts.map((part) => part.replaceAll(/[.\\]/g, '\\$&')).join('.');
      const asked = encodeQuery([{ name, kind: 'A' }]);
      const back = response([{ name: asked.subarray(12, -4), kind: 1, data: Buffer.of(1, 2, 3, 4) }]);
      return decodeResponse(back)?.[0]?.name === name;
    });
    expect(counterexampleOf(property)).toBeNull();
  });

  test.each([
    ['00000000000000000000000000000000', '::'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['fd000000000000000000000000000000', 'fd00::'],
    ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
  ])('tells the IPv6 address %s as %s', (hex, text) => {
    const message = response([{ name: attic, kind: 28, data: Buffer.from(hex, 'hex') }]);
    expect(decodeResponse(message)).toEqual([{ kind: 'AAAA', name: 'attic.local', address: text }]);
  });
});

const eth0: OwnAddress = { via: 'eth0', family: 'IPv4', address: '192.168.1.5', prefix: 24, zone: 'eth0' };
const wlan0: OwnAddress = { via: 'wlan0', family: 'IPv6', address: 'fe80::5', prefix: 64, zone: 'wlan0' };
const a = (name: string, address: string): DnsRecord => ({ kind: 'A', name, address });

describe('What was heard', () => {
  test('says where a wanted machine is, the best address first, with the zone of a link-local one', () => {
    const sightings = new Sightings(['attic'], true);
    sightings.hear({ records: [{ kind: 'AAAA', name: 'Attic.local', address: 'fe80::50' }], own: wlan0 });
    const [sighting] = sightings.hear({
      records: [a('attic.local', '192.168.1.50'), { kind: 'AAAA', name: 'attic.local', address: 'fd00::50' }],
      own: eth0,
    });
    expect(sighting).toEqual({
      name: 'attic',
      addresses: ['192.168.1.50', 'fd00::50', 'fe80::50%wlan0'],
      port: 22,
      buildId: null,
    });
  });

  test('replaces what was heard there before', () => {
    const sightings = new Sightings(['attic'], true);
    sightings.hear({ records: [a('attic.local', '192.168.1.50')], own: eth0 });
    const [sighting] = sightings.hear({ records: [a('attic.local', '192.168.1.77')], own: eth0 });
    expect(sighting?.addresses).toEqual(['192.168.1.77']);
  });

  const service = 'roof._ssh._tcp.local';
  const roof: DnsRecord[] = [
    { kind: 'PTR', name: '_ssh._tcp.local', target: service },
    { kind: 'SRV', name: service, target: 'roof.local', port: 22 },
    { kind: 'TXT', name: service, texts: ['nixburn=00112233445566ff'] },
    a('roof.local', '192.168.1.9'),
  ];

  test('tells of machines that nobody asked for by name, unless only one is wanted', () => {
    const found = { name: 'roof', addresses: ['192.168.1.9'], port: 22, buildId: '00112233445566ff' };
    expect(new Sightings(['attic'], false).hear({ records: roof, own: eth0 })).toEqual([found]);
    expect(new Sightings(['attic'], true).hear({ records: roof, own: eth0 })).toEqual([]);
    const others = roof.filter(({ kind }) => kind !== 'TXT');
    expect(new Sightings(['attic'], false).hear({ records: others, own: eth0 })).toEqual([]);
  });

  test('leads to the next questions', () => {
    const sightings = new Sightings(['attic'], false);
    const asked = () => sightings.questions().map(({ name, kind }: Question) => `${kind} ${name}`);
    expect(asked()).toEqual(['PTR _ssh._tcp.local', 'A attic.local', 'AAAA attic.local']);
    sightings.hear({ records: roof.slice(0, 1), own: eth0 });
    expect(asked()).toContain(`SRV ${service}`);
    sightings.hear({ records: roof.slice(1, 3), own: eth0 });
    expect(asked()).not.toContain(`SRV ${service}`);
    expect(asked()).toContain('A roof.local');
  });

  test.each<[string, Buffer]>([
    ['is no UTF-8', Buffer.concat([Buffer.of(63), Buffer.alloc(63, 0xff)])],
    ['is longer in small letters', label('\u023a'.repeat(31))],
    [
      'fills the name to its last byte',
      Buffer.concat([63, 63, 63, 46].map((size) => label('x'.repeat(size)))),
    ],
  ])('never keeps from asking, where somebody answers with a name that %s', (_, first) => {
    const instance = Buffer.concat([first, nameOf('_ssh', '_tcp', 'local')]);
    const heard = decodeResponse(
      response([{ name: nameOf('_ssh', '_tcp', 'local'), kind: 12, data: instance }]),
    );
    const sightings = new Sightings(['attic'], false);
    sightings.hear({ records: heard ?? [], own: eth0 });
    const query = encodeQuery(sightings.questions());
    expect(query.readUInt16BE(4)).toBe(3);
    expect(query.includes(attic)).toBe(true);
  });

  test('does not grow without end', () => {
    const sightings = new Sightings([], false);
    for (let at = 0; at < 3000; at += 1)
      sightings.hear({
        records: [
          { kind: 'PTR', name: '_ssh._tcp.local', target: `x${at}._ssh._tcp.local` },
          a(`x${at}.local`, '192.168.1.9'),
        ],
        own: eth0,
      });
    expect(sightings.questions().length).toBeLessThan(2000);
  });
});

describe('This computer’s networks', () => {
  const info = (family: 'IPv4' | 'IPv6', cidr: string, more: object = {}) =>
    ({
      address: cidr.split('/')[0],
      cidr,
      family,
      internal: false,
      mac: '',
      netmask: '',
      scopeid: 7,
      ...more,
    }) as never;

  test('are those that others are in', () => {
    const interfaces = {
      lo: [info('IPv4', '127.0.0.1/8', { internal: true })],
      eth0: [info('IPv4', '192.168.1.5/24'), info('IPv6', 'fe80::5/64'), info('IPv6', '2001:db8::5/64')],
    };
    expect(ownAddresses(interfaces, 'linux')).toEqual([eth0, { ...wlan0, via: 'eth0', zone: 'eth0' }]);
    expect(ownAddresses(interfaces, 'win32').map(({ zone }) => zone)).toEqual(['eth0', '7']);
  });

  test('are swept without their ends and this computer', () => {
    const [one] = sweeps([eth0]);
    expect(one).toMatchObject({ via: 'eth0', network: '192.168.1.0/24', partOf: null });
    expect(one?.addresses).toHaveLength(253);
    expect(one?.addresses[0]).toBe('192.168.1.1');
    expect(one?.addresses).not.toContain('192.168.1.5');
    expect(sweeps([{ ...eth0, prefix: 22 }])[0]?.addresses).toHaveLength(1021);
  });

  test('are swept in part where they are large, once where two addresses share one, and never where they are tunnels', () => {
    expect(sweeps([{ ...eth0, address: '10.1.2.3', prefix: 8 }])).toMatchObject([
      { network: '10.1.2.0/24', partOf: 8 },
    ]);
    expect(sweeps([eth0, { ...eth0, address: '192.168.1.6' }])).toHaveLength(1);
    expect(sweeps([{ ...eth0, prefix: 32 }, wlan0])).toEqual([]);
  });

  test('hold every address that a sweep of them tries', () => {
    const property = fc.property(fc.ipV4(), fc.integer({ min: 1, max: 30 }), (address, prefix) => {
      const own = { ...eth0, address, prefix };
      const all = sweeps([own]).flatMap(({ addresses }) => addresses);
      return all.length <= 1022 && all.every((one) => isIn(one, own));
    });
    expect(counterexampleOf(property)).toBeNull();
  });
});
