/**
 * Every flake, to be read: test/fixtures/flakes has a page for each release, with all that is generated for a plain
 * recipe, and one for each recipe in test/fixtures/recipes, with the files by which it differs from that.
 *
 * A change of the generator shows there line by line. NIXBURN_UPDATE=1 writes the pages anew.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FlakeFile } from '../../src/main/flake/flake-file.ts';
import { flakeOf, recipeNamed, recipeNames, recipeOf, recipePath } from '../recipes.ts';

const folder = path.join(import.meta.dirname, '../fixtures/flakes');
const releases = ['23.11', '24.05', '24.11', '25.05', '25.11', '26.05', 'unstable'];

/** What says nothing about the system, or is the same everywhere. */
const leftOut = new Set(['recipe.json', 'slot/slot', 'slot/read-slot.sh', 'announce/show-address.sh']);

/** The files by path, with what is the recipe's own hash left out. */
function textsOf(files: readonly FlakeFile[]): Map<string, string> {
  return new Map(
    files
      .filter((file) => !leftOut.has(file.path))
      .map(({ path: name, text }) => [
        name,
        (text ?? '').replace(/nixburn=[0-9a-f]{16}/, 'nixburn=(id of the recipe)'),
      ]),
  );
}

/** A file as a section of a page. Four marks, because a text may have three of its own. */
function section(name: string, text: string, note = ''): string {
  const language = { '.nix': 'nix', '.md': 'markdown', '.nmconnection': 'ini', '.json': 'json' }[
    path.extname(name)
  ];
  return `## ${name}${note}\n\n\`\`\`\`${language ?? ''}\n${text.replace(/\n?$/, '\n')}\`\`\`\`\n`;
}

function page(title: string, about: string, sections: string[]): string {
  return [`# ${title}\n`, `${about}\n`, ...sections].join('\n');
}

async function releasePage(release: string): Promise<string> {
  const recipe = { name: 'attic', release, packages: ['vim'] };
  const files = textsOf(await flakeOf(recipeOf(recipe)));
  const wpa = textsOf(await flakeOf(recipeOf({ ...recipe, wifi: { backend: 'wpa_supplicant' } })));
  return page(
    `NixOS ${release}`,
    'All files of a plain recipe, and what wpa_supplicant in place of NetworkManager changes.',
    [
      ...Array.from(files, ([name, text]) => section(name, text)),
      ...['wifi.nix', 'slot.nix']
        .filter((name) => name === 'wifi.nix' || wpa.get(name) !== files.get(name))
        .map((name) => section(name, wpa.get(name) ?? '', ' with wpa_supplicant')),
    ],
  );
}

async function recipePage(name: string): Promise<string> {
  const recipe = recipeNamed(name);
  const files = await flakeOf(recipe);
  const texts = textsOf(files);
  const { release } = recipe;
  const plain = textsOf(await flakeOf(recipeOf({ release })));
  const differing = [...texts].filter(([file, text]) => plain.get(file) !== text);
  const gone = [...plain.keys()].filter((file) => !texts.has(file));
  return page(
    name,
    `The files that differ from those of the smallest recipe for NixOS ${release}.${
      gone.length > 0 ? ` There is no ${gone.join(', ')}.` : ''
    }`,
    [
      section('the recipe', readFileSync(recipePath(name), 'utf8')).replace('````\n', '````json\n'),
      ...differing.map(([file, text]) => {
        const secret = files.some((one) => one.path === file && one.secret);
        return section(file, text, secret ? ' (secret, mode 0600)' : '');
      }),
    ],
  );
}

const pages: Record<string, () => Promise<string>> = Object.fromEntries([
  ...releases.map((release) => [`release-${release}.md`, () => releasePage(release)]),
  ...recipeNames.map((name) => [`${name}.md`, () => recipePage(name)]),
]);

if (process.env['NIXBURN_UPDATE'] === '1') {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(pages)) writeFileSync(path.join(folder, name), await make());
}

describe('the page', () => {
  test.each(Object.keys(pages))('%s is what is generated', async (name) => {
    expect(await pages[name]!()).toBe(readFileSync(path.join(folder, name), 'utf8'));
  });

  test('is there for every release and every recipe, and for nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(pages).sort());
  });
});
