/** The search over all packages: what is found, in which order, and that an index on disk is the index that was made. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogueSearcher } from '../../src/main/packages/catalogue.ts';
import { startIndex } from '../../src/main/packages/index-builder.ts';
import {
  indexPieces,
  readIndex,
  readIndexHead,
  type PackageEntry,
} from '../../src/main/packages/index-file.ts';
import { misspelling, nearestName } from '../../src/main/packages/misspelling.ts';
import { openIndex } from '../../src/main/packages/search.ts';

function entry(name: string, about = '', more: Partial<PackageEntry> = {}): PackageEntry {
  const fine = { unfree: false, broken: false, insecure: false, unsupported: false };
  return { name, about, version: '1.0', program: '', ...fine, ...more };
}

function indexOf(entries: PackageEntry[]) {
  const builder = startIndex();
  for (const one of entries) builder.add(one);
  return builder.finish({ channel: 'nixos-26.05', revision: 'abc' });
}

const packages = [
  entry('git', 'Distributed version control system'),
  entry('git-lfs', 'Git extension for versioning large files'),
  entry('gitFull', 'Distributed version control system'),
  entry('lazygit', 'Simple terminal UI for git commands'),
  entry('haskellPackages.git', 'Git operations in haskell'),
  entry('legit', 'Tools for the law'),
  entry('neovim', 'Vim text editor fork', { program: 'nvim' }),
  entry('vim', 'The most popular clone of the VI editor'),
  entry('firefox', 'Web browser'),
  entry('firefox-esr', 'Web browser with long support'),
  entry('btrfs-progs', 'Utilities for the btrfs filesystem', { program: 'btrfs' }),
  entry('squashfsTools', 'Tool for creating and unpacking squashfs filesystems'),
  entry('python3Packages.requests', 'HTTP library for Python'),
  entry('python3Packages.requests-toolbelt', 'Toolbelt of useful classes for requests'),
  entry('perlPackages.HTTPRequest', 'Requests by HTTP'),
  entry('networkmanager', 'Network configuration and management tool'),
  entry('vscode', 'Code editor', { unfree: true }),
  entry('quatsch', 'Ünïcode “描述” of a thing'),
];
const searcher = openIndex(indexOf(packages));
const find = (words: string) => searcher.search(words, 20).map(({ name }) => name);

describe('a search', () => {
  test('puts the name itself first, then names that begin so, then those that have it inside', () => {
    expect(find('git')).toEqual(['git', 'haskellPackages.git', 'git-lfs', 'gitFull', 'lazygit']);
    expect(find('fox')).toEqual(['firefox', 'firefox-esr']);
  });

  test.each([
    ['nvim', 'neovim'],
    ['GIT', 'git'],
    ['  vim ', 'vim'],
    ['btrfs', 'btrfs-progs'],
    ['squashfs', 'squashfsTools'],
    ['tools squash', 'squashfsTools'],
    ['progs', 'btrfs-progs'],
    ['requests', 'python3Packages.requests'],
    ['python3Packages.requests', 'python3Packages.requests'],
    ['python requests', 'python3Packages.requests'],
    ['python-requests', 'python3Packages.requests'],
    ['python3Packages.requests-toolbelt', 'python3Packages.requests-toolbelt'],
    ['text editor', 'neovim'],
    ['the text editor', 'neovim'],
    ['version control', 'git'],
    ['firefx', 'firefox'],
    ['fierfox', 'firefox'],
    ['netwrok manager', 'networkmanager'],
    ['pyhton requests', 'python3Packages.requests'],
    ['ünïcode', 'quatsch'],
    ['描述', 'quatsch'],
    ['fire', 'firefox'],
    ['f', 'firefox'],
  ])('for %j finds %s first', (words, name) => {
    expect(find(words)[0]).toBe(name);
  });

  test('wants every word', () => {
    expect(find('web browser long')).toEqual(['firefox-esr']);
    expect(find('web zebra')).toEqual([]);
  });

  test('of a letter or two does not look inside of words', () => {
    expect(find('it')).not.toContain('git');
  });

  test('tells what is known of a package', () => {
    expect(searcher.search('vscode', 1)).toEqual([packages.find(({ name }) => name === 'vscode')]);
  });

  test('gives no more than was wanted, and nothing for nothing', () => {
    expect(searcher.search('git', 2).map(({ name }) => name)).toEqual(['git', 'haskellPackages.git']);
    for (const words of ['', '   ', '.', '\0', '…']) expect(searcher.search(words, 20)).toEqual([]);
    expect(searcher.search('git', 0)).toEqual([]);
  });

  test('of the catalogue finds by what a package is for', () => {
    const names = catalogueSearcher()
      .search('partition', 10)
      .map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['disko', 'parted', 'gptfdisk', 'testdisk']));
  });
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyName = fc
  .array(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_+-]{0,12}$/), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('.'));

test('every package is found by its name, whatever else there is', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyName, { minLength: 1, maxLength: 30 }),
      fc.array(anyText),
      (names, abouts) => {
        const any = openIndex(indexOf(names.map((name, at) => entry(name, abouts[at] ?? ''))));
        for (const name of names)
          expect(any.search(name, 200).map((one) => one.name.toLowerCase())).toContain(name.toLowerCase());
      },
    ),
  );
});

test('no words make it fail', () => {
  fc.assert(
    fc.property(anyText, (words) => {
      expect(searcher.search(words, 5).length).toBeLessThanOrEqual(5);
    }),
  );
});

describe('an index on disk', () => {
  const index = indexOf(packages);
  const bytes = Buffer.concat(indexPieces(index));

  test('is read as it was written, wherever it lies in memory', () => {
    expect(readIndex(bytes)).toEqual(index);
    for (let shift = 1; shift < 4; shift++) {
      const moved = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect(readIndex(moved)).toEqual(index);
    }
    expect(readIndexHead(bytes.subarray(0, 500))).toEqual({
      channel: 'nixos-26.05',
      revision: 'abc',
      count: packages.length,
    });
  });

  test('that is cut anywhere is none', () => {
    for (let length = 0; length < bytes.length; length += 7)
      expect(readIndex(bytes.subarray(0, length))).toBeNull();
    expect(readIndex(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeNull();
  });

  test('that is something else is none', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => readIndex(any) === null));
    const other = Buffer.from(bytes);
    other.write('NBPKGS99', 'latin1');
    expect(readIndex(other)).toBeNull();
  });
});

const between = (one: string, other: string, most = 9) =>
  misspelling(Buffer.from(one), Buffer.from(other), 0, other.length, most);

describe('a misspelling', () => {
  test.each([
    ['git', 'git', 0],
    ['gti', 'git', 1],
    ['gt', 'git', 1],
    ['giit', 'git', 1],
    ['gut', 'git', 1],
    ['firefx', 'firefox', 1],
    ['', 'git', 3],
    ['abc', 'xyz', 3],
  ])('%s is from %s %i letters away', (one, other, distance) => {
    expect(between(one, other)).toBe(distance);
  });

  test('is the same both ways, at most the longer length, and cut off above what is wanted', () => {
    const word = fc.stringMatching(/^[abc]{0,8}$/);
    fc.assert(
      fc.property(word, word, fc.nat(3), (one, other, most) => {
        const distance = between(one, other);
        expect(distance).toBe(between(other, one));
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length));
        expect(between(one, other, most)).toBe(Math.min(distance, most + 1));
      }),
    );
  });

  test('is put right by the nearest name', () => {
    const names = ['neovim', 'vim', 'vim-full', 'firefox', 'btrfs-progs', 'xz'];
    expect(nearestName('neovmi', names)).toBe('neovim');
    expect(nearestName('Firefox', names)).toBe('firefox');
    expect(nearestName('btrfs_progs', names)).toBe('btrfs-progs');
    expect(nearestName('xy', names)).toBeNull();
    expect(nearestName('emacs', names)).toBeNull();
  });
});
