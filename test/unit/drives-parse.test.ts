/** What comes from the system and from devices is read for what it is, however odd. */
import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceNumber } from '../../src/main/drives/device-number.ts';
import { parseLsblk } from '../../src/main/drives/lsblk.ts';
import { visible } from '../../src/main/drives/names.ts';
import { parseMounts, parseSwaps } from '../../src/main/drives/proc.ts';

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
