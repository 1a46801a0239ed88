/** What comes from the system and from devices is read for what it is, however odd. */
import { array, assert, boolean, dictionary, integer, letrec, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceNumber } from '../../src/main/drives/device-number.ts';
import { deviceNamed } from '../../src/main/drives/list.ts';
import { parseLsblk } from '../../src/main/drives/lsblk.ts';
import { visible } from '../../src/main/drives/names.ts';
import { parsePlist } from '../../src/main/drives/plist.ts';
import { parseMounts, parseSwaps } from '../../src/main/drives/proc.ts';
import { plistText } from '../fixtures/machines/mac.ts';

describe('the output of lsblk', () => {
  test('of 2.33, with numbers as text, one mount point and many columns missing', () => {
    const json = `{"blockdevices": [{"name":"/dev/sdb", "kname":"sdb", "maj:min":" 8:16 ", "type":"disk", "size":"8004304896",
      "ro":"0", "rm":"1", "hotplug":"1", "tran":"usb", "vendor":"Kingston", "model":null, "mountpoint":null,
      "children": [{"name":"/dev/sdb1", "kname":"sdb1", "maj:min":"8:17", "type":"part", "size":1, "mountpoint":"/media/x"}]}]}`;
    expect(parseLsblk(json)).toMatchObject([
      {
        path: '/dev/sdb',
        number: '8:16',
        bytes: 8_004_304_896,
        removable: true,
        readOnly: false,
        blockSize: 512,
        serial: '',
        diskSequence: null,
        children: [{ path: '/dev/sdb1', number: '8:17', mountPoints: ['/media/x'], children: [] }],
      },
    ]);
  });

  test('with what is used of a file system, and the table of the drive only', () => {
    const json = `{"blockdevices":[{"name":"sdb","path":"/dev/sdb","maj:min":"8:16","type":"disk","pttype":"gpt","fsused":null,
      "children":[{"name":"sdb1","path":"/dev/sdb1","maj:min":"8:17","type":"part","pttype":"gpt","fsused":"4096"}]}]}`;
    const [drive] = parseLsblk(json) ?? [];
    expect(drive).toMatchObject({ partitionTable: 'gpt', usedBytes: null });
    expect(drive?.children).toMatchObject([{ partitionTable: '', usedBytes: 4096 }]);
  });

  test('of 2.39 and later, with the running number of the device', () => {
    const json =
      '{"blockdevices":[{"name":"sdb","path":"/dev/sdb","maj:min":"8:16","disk-seq":23,"serial":12345}]}';
    expect(parseLsblk(json)).toMatchObject([{ diskSequence: '23', serial: '12345' }]);
  });

  test('that is none', () => {
    expect(parseLsblk('')).toBeNull();
    expect(parseLsblk('{"blockdevices": 3}')).toBeNull();
    expect(parseLsblk('{"blockdevices": []}')).toEqual([]);
  });
});

describe('the kernel’s tables', () => {
  test('mounts with optional fields, without, and with escaped names', () => {
    const text = [
      '36 35 98:0 /mnt1 /mnt\\040two rw,noatime master:1 propagate_from:2 - ext3 /dev/ro\\134ot rw,errors=continue',
      '22 27 0:21 / /proc rw,relatime - proc proc rw',
      '',
    ].join('\n');
    expect(parseMounts(text)).toEqual([
      { number: '98:0', mountPoint: '/mnt two', source: '/dev/ro\\ot', fileSystem: 'ext3' },
      { number: '0:21', mountPoint: '/proc', source: 'proc', fileSystem: 'proc' },
    ]);
  });

  test('swaps, without the heading', () => {
    const text = 'Filename\t\tType\t\tSize\n/dev/sda2      partition\t8388604\n/swap\\040file file 1\n';
    expect(parseSwaps(text)).toEqual(['/dev/sda2', '/swap file']);
    expect(parseSwaps('')).toEqual([]);
  });

  test.each([
    [0x0811, '8:17'],
    [0x0728, '7:40'],
    // glibc's makedev(259, 300) and makedev(7, 710)
    [0x0010_0000 + (259 << 8) + (300 & 0xff), '259:300'],
    [(2 << 20) + 0x0700 + (710 & 0xff), '7:710'],
  ])('device number %i', (packed, words) => {
    expect(deviceNumber(packed)).toBe(words);
  });
});

describe('a property list', () => {
  test('as Apple’s tools print it', () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Name</key>
	<string>Tom &amp; &#74;erry &#x1F4BE;</string>
	<!-- a comment <key> -->
	<key>Size</key> <integer>500277792768</integer>
	<key>Nothing</key><string/>
	<key>None</key><array/>
	<key>All</key>
	<array><true/><false/><real>0.5</real><dict><key>a</key><date>2026-11-25T10:00:00Z</date></dict></array>
</dict>
</plist>
`;
    expect(parsePlist(text)).toEqual({
      Name: 'Tom & Jerry 💾',
      Size: 500_277_792_768,
      Nothing: '',
      None: [],
      All: [true, false, 0.5, { a: '2026-11-25T10:00:00Z' }],
    });
  });

  test.each([
    '',
    'You must specify a disk.',
    '<plist>',
    '<plist><dict></plist>',
    '<plist><dict><key>a</key></dict></plist>',
    '<plist><dict><string>a</string></dict></plist>',
    '<plist><string>a<b/></string></plist>',
    '<plist><integer>many</integer></plist>',
    '<plist><string>a</string><string>b</string></plist>',
    `<plist>${'<array>'.repeat(5000)}`,
  ])('that is none: %s', (text) => {
    expect(parsePlist(text)).toBeNull();
  });

  test('gives back whatever was put into it', () => {
    const leaf = oneof(string(), integer(), boolean());
    const { value } = letrec((tie) => ({
      value: oneof({ maxDepth: 4 }, leaf, array(tie('value')), dictionary(string(), tie('value'))),
    }));
    assert(
      property(value, (wanted) => {
        expect(parsePlist(plistText(wanted as Parameters<typeof plistText>[0]))).toEqual(wanted);
      }),
    );
  });
});

describe('a name that comes from a device', () => {
  test('shows what would turn it around or hide in it', () => {
    expect(visible('Ultra\u202egnp.exe')).toBe('Ultra<U+202E>gnp.exe');
    expect(visible('a\u0007b\u200bc\u2066d\n')).toBe('a<U+0007>b<U+200B>c<U+2066>d');
    expect(visible('  SanDisk   Ultra ')).toBe('SanDisk   Ultra');
    expect(visible('Überstick 日本 💾')).toBe('Überstick 日本 💾');
  });

  test('never holds a control, format or private character afterwards', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });
});

test.each([
  ['/dev/disk4', 'darwin', 'disk4'],
  ['/dev/rdisk4', 'darwin', 'disk4'],
  ['/dev/disk4s1', 'darwin', 'disk4s1'],
  ['/dev/disk4', 'linux', null],
  ['/Users/ada/disk4', 'darwin', null],
  [String.raw`\\.\PhysicalDrive1`, 'win32', 'disk1'],
  [String.raw`\\?\physicaldrive12`, 'win32', 'disk12'],
  [String.raw`C:\PhysicalDrive1`, 'win32', null],
] as const)('the path %s means on %s the device %s', (path, platform, expected) => {
  expect(deviceNamed(path, platform)).toBe(expected);
});
