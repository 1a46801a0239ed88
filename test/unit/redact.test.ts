/** Reports that strangers read: nothing personal is left in them, whatever it looks like. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { personalWords } from '../../src/main/diagnostics.ts';
import { redact } from '../../src/main/redact.ts';
import { numRuns } from '../property/runs.ts';

const personal = personalWords({
  home: '/home/ada',
  user: 'ada',
  computer: 'engine.example.org',
  builders: ['workshop', 'ada@workshop.example.org:2222'],
  serials: ['4C530001230915', ''],
  labels: ['HOLIDAY'],
  ssids: ['Attic (5 GHz)'],
});

describe('A report', () => {
  test.each([
    ['/home/ada/.cache/nixburn/flake', '~/.cache/nixburn/flake'],
    ['/home/grace/x', '/home/[user]/x'],
    [String.raw`C:\Users\Grace Hopper\x`, String.raw`C:\Users\[user]\x`],
    ['ran as ada on engine', 'ran as [user] on [computer]'],
    ['Ada, adapter', '[user], adapter'],
    ['engine.example.org', '[computer]'],
    ['ssh ada@workshop.example.org:2222', 'ssh [builder]'],
    ['on workshop', 'on [builder]'],
    ['serial 4c530001230915', 'serial [serial]'],
    ['label HOLIDAY', 'label [label]'],
    ['joins Attic (5 GHz) now', 'joins [network] now'],
    ['from 192.168.1.50 port 22', 'from [address] port 22'],
    ['on 127.0.0.1', 'on 127.0.0.1'],
    ['fe80::1c2b:3dff:fe4e:5f60 up', '[address] up'],
    ['link 1c:2b:3d:4e:5f:60', 'link [address]'],
    ['mail grace@example.org', 'mail [address]'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 grace@desk', '[key]'],
    ['SHA256:s2nvGXlR1aYz1NQD8hGolS/IzIDrKeS3duHHc6rSz3k', '[fingerprint]'],
    ['psk="correct horse"', 'psk=[hidden]'],
    // What helps stays.
    ['0.1.0, Node 22.20.0, kernel 6.1.0-40-amd64', '0.1.0, Node 22.20.0, kernel 6.1.0-40-amd64'],
    ['2026-11-25T09:58:12.004Z job-failed', '2026-11-25T09:58:12.004Z job-failed'],
    ['/dev/sdb, usb, SanDisk Ultra, 30.8 GB', '/dev/sdb, usb, SanDisk Ultra, 30.8 GB'],
  ])('%s becomes %s', (text, redacted) => {
    expect(redact(text, personal)).toBe(redacted);
  });

  test('holds none of the personal words any more, wherever they stood', () => {
    const letter = fc.constantFrom(...'abcXYZ019_-. $*()[]');
    const word = fc
      .string({ unit: letter, minLength: 3, maxLength: 12 })
      .filter((one) => /^\w.*\w$/.test(one));
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (secret, before, after) => {
        const text = `${before} ${secret} ${after}`;
        const left = redact(text, [[secret, '[x]']]);
        const stands = new RegExp(
          `(?<![\\p{L}\\p{N}])${secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(?![\\p{L}\\p{N}])`,
          'iu',
        );
        // The words that are shown in place of others are ours.
        expect(stands.test(left.replaceAll(/\[[a-z]+\]/g, ''))).toBe(false);
      }),
      { numRuns },
    );
  });
});
