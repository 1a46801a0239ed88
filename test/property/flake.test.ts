/**
 * Whatever stands in a text field of a recipe: real Nix reads every generated file, and gives back exactly that text;
 * or the recipe is refused in a sentence that names the field.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFile, type FlakeFile } from '../../src/main/flake/flake-file.ts';
import { pageRecipe, recipeFlake } from '../../src/main/recipe-flake.ts';
import type { RecipeWithSecrets } from '../../src/main/recipe-file.ts';
import { packagePath } from '../../src/shared/package-path.ts';
import { checkRecipe, recipeJsonSchema } from '../../src/shared/recipe.ts';
import type { Schema } from '../json-schema.ts';
import { evaluateFile, nix } from '../nix.ts';
import { ed25519Key, recipeNamed } from '../recipes.ts';
import { hostileText, spoiled } from './hostile.ts';
import { numRuns } from './runs.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-fields-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A recipe that has something in every field. Its WiFi is that of a sign-in by key and of one by password. */
const everything = {
  ...recipeNamed('everything'),
  wifi: {
    ...recipeNamed('everything').wifi,
    networks: [
      { ssid: 'Attic', security: 'wpa2', passphrase: 'correct horse' },
      {
        ssid: 'Office',
        security: 'enterprise',
        enterprise: { method: 'peap', identity: 'ada', password: 'x' },
      },
    ],
  },
};

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019'), minLength: 1, maxLength: 12 });
const several = (separator: string) =>
  fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join(separator));
const key = several(' ').map((comment) => ed25519Key.replace('ada@laptop', comment));
const anyText = fc.string({ unit: 'grapheme', maxLength: 40 });

/** Every text field but those of WiFi networks, which are no Nix (see wifi.test.ts): where it is, and what may stand there. */
const fields: Record<string, fc.Arbitrary<string>> = {
  name: word,
  release: fc.constantFrom('23.11', '24.05', '25.05', '25.11', '26.05', 'unstable'),
  system: fc.constantFrom('x86_64-linux', 'aarch64-linux'),
  'keys.0': key,
  'packages.0': fc.oneof(
    several('.'),
    anyText.map((text) => `a."${text}"`),
    anyText.map((text) => `"${text}".b`),
  ),
  'wifi.backend': fc.constantFrom('networkmanager', 'wpa_supplicant'),
  'wifi.country': fc.constantFrom('SE', 'JP'),
  'wifi.secrets': fc.constantFrom('slot', 'baked'),
  'console.password.hashed': word.map((text) => `$6$${text}$${text}`),
  locale: fc.constantFrom('sv_SE.UTF-8', 'C.UTF-8', 'sr_RS@latin'),
  keyMap: several('-'),
  consoleFont: several('-'),
  timeZone: several('/').map((zone) => `E${zone}`),
  'image.fileName': several('.'),
  'image.volumeId': word.map((text) => text.toUpperCase()),
  'image.edition': several('-'),
  'image.compression': fc.constantFrom('fast', 'small'),
  'scripts.0.name': several('.'),
  'scripts.0.text': anyText,
  module: anyText,
  // No field of the recipe, but what a person may type as well.
  nixpkgs: fc.oneof(
    anyText,
    word.map((text) => `path:/srv/${text} "\${x}"`),
  ),
};

/** One field with a text in it: as it should be, a little spoiled, or as bad as can be. */
const change = fc.constantFrom(...Object.keys(fields)).chain((field) => {
  const fine = fields[field]!;
  return fc
    .oneof(
      { arbitrary: fine, weight: 2 },
      { arbitrary: spoiled(fine), weight: 2 },
      { arbitrary: hostileText, weight: 3 },
    )
    .map((text) => ({ field, text }));
});

/** The value with this text in this place. */
function replaced(value: unknown, [step, ...rest]: string[], text: string): unknown {
  if (step === undefined) return text;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  copy[step] = replaced(copy[step], rest, text);
  return copy;
}

interface Case {
  field: string;
  text: string;
  recipe: RecipeWithSecrets;
  nixpkgs: string;
  files: FlakeFile[];
}

/** What came of a change: its flake; or null where it was refused, which is looked into right here. */
function caseOf({ field, text }: { field: string; text: string }): Case | null {
  const isNixpkgs = field === 'nixpkgs';
  const given = isNixpkgs ? everything : replaced(everything, field.split('.'), text);
  const outcome = pageRecipe(given);
  if (!outcome.ok) {
    const checked = checkRecipe(given);
    const problems = 'problems' in checked ? checked.problems : [];
    const named = problems.filter((one) => one.path === field || field.startsWith(`${one.path}.`));
    if (named.length === 0)
      throw new Error(`${field} is refused without being named: ${JSON.stringify(problems)}`);
    for (const { problem } of named) {
      if (!/\S\.$/.test(problem.title) || problem.remedy === '')
        throw new Error(`no sentence: ${problem.title}`);
    }
    return null;
  }
  const nixpkgs = isNixpkgs ? text : 'github:NixOS/nixpkgs/nixos-unstable';
  try {
    return { field, text, recipe: outcome.value, nixpkgs, files: recipeFlake(outcome.value, nixpkgs) };
  } catch (error) {
    // Half characters and NUL can not be in a command's argument, and so not in this one text.
    if (isNixpkgs && /[\0\p{Surrogate}]/u.test(text)) return null;
    throw new Error(`${field} = ${JSON.stringify(text)} is taken, and can not be written`, { cause: error });
  }
}

/** Packages in the shape in which nixpkgs has them, each only a name: told to Nix as JSON, not as Nix. */
function packagesJson(recipe: RecipeWithSecrets): string {
  const set: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const name of recipe.packages) {
    const steps = packagePath(name) ?? [];
    let here = set;
    for (const step of steps.slice(0, -1)) here = (here[step] ??= Object.create(null)) as typeof here;
    here[steps.at(-1) ?? ''] = `package ${steps.join('\0')}`.replaceAll('\0', ' → ');
  }
  return JSON.stringify(set);
}

/** All that a flake says, with a `lib` and a `pkgs` that do nothing. */
const question = `dir:
let
  lib = { mkForce = value: value; trivial.release = "1.0"; };
  pkgs = builtins.fromJSON (builtins.readFile (dir + "/packages.json")) // {
    writeShellScriptBin = name: text: { inherit name text; };
  };
  module = file: import (dir + "/\${file}") { inherit lib pkgs; };
  flake = import (dir + "/flake.nix");
  c = module "configuration.nix";
in
{
  inherit (flake) description;
  url = flake.inputs.nixpkgs.url;
  hostName = c.networking.hostName;
  keys = c.users.users.root.openssh.authorizedKeys.keys;
  hash = c.users.users.root.initialHashedPassword;
  locale = c.i18n.defaultLocale;
  keyMap = c.console.keyMap;
  font = c.console.font;
  timeZone = c.time.timeZone;
  fileName = c.image.baseName or c.isoImage.isoName;
  inherit (c.isoImage) edition volumeID squashfsCompression;
  installed = (module "packages.nix").environment.systemPackages;
  modprobe = (module "wifi.nix").boot.extraModprobeConfig;
  names = [ (builtins.attrNames c) (builtins.attrNames (module "packages.nix")) (builtins.attrNames flake) ];
}`;

/** What it has to say, worked out from the recipe alone. */
function expected({ recipe, nixpkgs }: Case): object {
  const { image, console: terminal, scripts } = recipe;
  const suffix = recipe.release < '25.05' ? '.iso' : '';
  const level = { fast: 3, balanced: 6, small: 19 }[image.compression];
  return {
    description: `NixOS ${recipe.release} installer image of ${recipe.name}`,
    url: nixpkgs,
    hostName: recipe.name,
    keys: recipe.keys.map((line) => line.trim().replace(/^(\S+)[ \t]+(\S+)[ \t]+/, '$1 $2 ')),
    hash: terminal.password?.hashed,
    locale: recipe.locale,
    keyMap: recipe.keyMap,
    font: recipe.consoleFont,
    timeZone: recipe.timeZone,
    fileName: image.fileName.replace(/\.iso$/i, '') + suffix,
    edition: image.edition,
    volumeID: image.volumeId,
    squashfsCompression: `zstd -Xcompression-level ${level}`,
    installed: [
      ...recipe.packages.map((name) => `package ${packagePath(name)!.join(' → ')}`),
      ...scripts.map(({ name, text }) => ({ name, text: text.replaceAll('\r\n', '\n') })),
    ],
    modprobe: `options cfg80211 ieee80211_regdom=${recipe.wifi.country}`,
  };
}

/** Cases a run of Nix. */
const batch = 500;

describe('any text in any field', () => {
  const cases: Case[] = [];
  let refused = 0;
  let answers: Record<string, unknown>[] = [];

  beforeAll(async () => {
    for (const one of fc.sample(change, numRuns)) {
      const made = caseOf(one);
      if (made) cases.push(made);
      else refused += 1;
    }
    const written = new Set<string>();
    for (const [at, one] of cases.entries()) {
      const files = [...one.files, openFile('packages.json', packagesJson(one.recipe))];
      for (const { path: name, text } of files) {
        if (text === undefined || !/\.nix$|\.json$|^scripts\//.test(name)) continue;
        const file = path.join(base, String(at), name);
        const folder = path.dirname(file);
        if (!written.has(folder)) mkdirSync(folder, { recursive: true });
        written.add(folder);
        writeFileSync(file, text);
      }
    }
    for (let from = 0; from < cases.length; from += batch) {
      const dirs = cases.slice(from, from + batch).map((_, at) => `./${from + at}`);
      const file = path.join(base, 'all.nix');
      writeFileSync(file, `map (${question}) [ ${dirs.join(' ')} ]`);
      answers = [...answers, ...((await evaluateFile(file)) as Record<string, unknown>[])];
    }
  }, 600_000);

  test('comes out of Nix as it went in, and changes nothing else', () => {
    expect(answers).toHaveLength(cases.length);
    const wrong = cases.flatMap((one, at) => {
      const { names: _names, ...said } = answers[at]!;
      const { field, text } = one;
      return isDeepStrictEqual(said, expected(one)) ? [] : [{ field, text, said, expected: expected(one) }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    // No text has become a definition of its own: releases differ by one name.
    expect(new Set(answers.map(({ names }) => JSON.stringify(names))).size).toBeLessThanOrEqual(2);
  });

  test('leaves every file readable, and the module and scripts as they were', async () => {
    // A file that many flakes share is read once.
    const texts = new Map<string, string>();
    for (const [at, { files }] of cases.entries()) {
      for (const { path: name, text } of files) {
        if (name.endsWith('.nix') && name !== 'module.nix')
          texts.set(text ?? '', path.join(base, String(at), name));
      }
    }
    const all = [...texts.values()];
    for (let from = 0; from < all.length; from += 2000) {
      await nix('nix-instantiate', ['--parse', ...all.slice(from, from + 2000)]);
    }
    const changed = cases.filter(
      ({ recipe, files }) =>
        files.find(({ path: name }) => name === 'module.nix')?.text !== recipe.module ||
        recipe.scripts.some(({ name, text }) => {
          const file = files.find((one) => one.path === `scripts/${name}`);
          return file?.text !== text.replaceAll('\r\n', '\n');
        }),
    );
    expect(changed).toEqual([]);
  });

  test('was both taken and refused often enough to mean something', () => {
    expect(cases.length + refused).toBe(numRuns);
    expect(cases.length).toBeGreaterThan(numRuns / 5);
    expect(refused).toBeGreaterThan(numRuns / 5);
  });
});

test('no text field of the recipe is left out', () => {
  /** Dotted names of all fields that can be text; a list has one place. */
  const textFields = (schema: Schema, at: string[] = []): string[] => {
    const choices = (schema['anyOf'] ?? []) as Schema[];
    const {
      properties = {},
      items,
      type,
    } = schema as { properties?: Record<string, Schema>; items?: Schema; type?: string };
    return [
      ...(type === 'string' ? [at.join('.')] : []),
      ...(at.length > 0 ? choices.flatMap((one) => textFields(one, at)) : []),
      ...Object.entries(properties).flatMap(([name, inner]) => textFields(inner, [...at, name])),
      ...(items ? textFields(items, [...at, '0']) : []),
    ];
  };
  const found = textFields(recipeJsonSchema() as Schema).filter(
    (field) => !field.startsWith('wifi.networks.'),
  );
  const { nixpkgs: _nixpkgs, ...known } = fields;
  expect(new Set(found)).toEqual(new Set(Object.keys(known)));
});
