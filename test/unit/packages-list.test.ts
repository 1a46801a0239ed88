/** Reading a channel's list in pieces: however it is cut, the packages are the same; and a damaged one is noticed. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ListReader, type ListKind } from '../../src/main/packages/channel-list.ts';
import type { PackageEntry } from '../../src/main/packages/index-file.ts';

/** Reads a text in pieces of the given lengths, over and over. */
function readInPieces(text: string, lengths: number[], kind: ListKind = 'channel') {
  const bytes = Buffer.from(text);
  const reader = new ListReader(kind);
  const entries: PackageEntry[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
    entries.push(...reader.read(bytes.subarray(at, at + length)));
    at += length;
  }
  return { entries, isComplete: reader.isComplete };
}

/** In the shape that nixpkgs' make-tarball.nix gives it (`nix-env -qa --meta --json`). */
const list = JSON.stringify({
  version: 2,
  packages: {
    git: {
      name: 'git-2.51.2',
      pname: 'git',
      version: '2.51.2',
      system: 'x86_64-linux',
      outputs: { doc: null, out: null },
      meta: {
        available: true,
        broken: false,
        description: 'Distributed version\n control system',
        license: [{ spdxId: 'GPL-2.0' }, { nested: { deep: '}{"' } }],
        mainProgram: 'git',
        unfree: false,
      },
    },
    'python313Packages.requests': { name: 'python3.13-requests-2.32.5', version: '2.32.5', meta: {} },
    neovim: { name: 'neovim-0.11.5', meta: { mainProgram: 'nvim', insecure: true, unsupported: true } },
    'odd "quoted" \\ name': {
      version: '}',
      meta: { description: 'a \\" { } " b', broken: true, unfree: true },
    },
    bare: {},
  },
});

const expected = [
  { name: 'git', version: '2.51.2', about: 'Distributed version control system', program: '' },
  { name: 'python313Packages.requests', version: '2.32.5', about: '', program: '' },
  { name: 'neovim', version: '0.11.5', program: 'nvim', insecure: true, unsupported: true },
  { name: 'odd "quoted" \\ name', version: '}', about: 'a \\" { } " b', broken: true, unfree: true },
  { name: 'bare', version: '', about: '' },
];

describe('a list of packages', () => {
  test('is read however it is cut', () => {
    const whole = readInPieces(list, [list.length]);
    expect(whole).toMatchObject({ entries: expected, isComplete: true });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1 }), (lengths) => {
        expect(readInPieces(list, lengths)).toEqual(whole);
      }),
    );
  });

  test('of any names and descriptions gives just these', () => {
    const entries = fc.dictionary(fc.string({ minLength: 1 }), fc.record({ description: fc.string() }));
    fc.assert(
      fc.property(entries, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (metas, lengths) => {
        const text = JSON.stringify({
          packages: Object.fromEntries(Object.entries(metas).map(([name, meta]) => [name, { meta }])),
        });
        const read = readInPieces(text, lengths);
        expect(read.isComplete).toBe(true);
        expect(read.entries.map(({ name }) => name)).toEqual(Object.keys(JSON.parse(text).packages));
      }),
    );
  });

  test('with spaces between everything is the same', () => {
    const spaced = JSON.stringify(JSON.parse(list), null, 2);
    expect(readInPieces(spaced, [13])).toEqual(readInPieces(list, [1000]));
  });

  test('that ends early is not complete', () => {
    for (let length = 0; length < list.length; length += 11)
      expect(readInPieces(list.slice(0, length), [64]).isComplete).toBe(false);
  });

  test.each(['[]', 'null', '<html>', '{"packages":{"a":{,}}}', '{}}'])('%s is none', (text) => {
    expect(() => readInPieces(text, [5])).toThrow(SyntaxError);
  });

  test('of `nix search --json` has its packages at the top', () => {
    const text = JSON.stringify({
      'legacyPackages.x86_64-linux.python3Packages.flask': {
        pname: 'flask',
        version: '3.1.2',
        description: 'Micro framework',
      },
      'legacyPackages.x86_64-linux.vim': { pname: 'vim', version: '', description: '' },
    });
    expect(readInPieces(text, [7], 'nix-search')).toMatchObject({
      isComplete: true,
      entries: [
        { name: 'python3Packages.flask', version: '3.1.2', about: 'Micro framework' },
        { name: 'vim', version: '', about: '' },
      ],
    });
  });
});
