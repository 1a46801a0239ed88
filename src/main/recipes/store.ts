/** Keeps recipes under names that people give them, and the one that is being worked on; no secret is in any of them. */
import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { KeptRecipe, UnsavedRecipe } from '../../shared/choosing.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { readDraft, type RecipeDraft } from '../../shared/recipe-draft.ts';
import { quoted } from '../../shared/recipe-text.ts';
import { withoutSecrets } from '../../shared/recipe-without-secrets.ts';
import { makePrivate } from '../places.ts';
import { replaceFile } from '../replace-file.ts';
import { turns } from '../turns.ts';

const ending = '.nixburn.json';
/** Beside the recipes and none of them: what is being worked on, and what was opened when. */
const draftFile = '.unsaved.json';
const openedFile = '.opened.json';

const unsavedSchema = z.object({ name: z.string().nullable(), recipe: z.unknown() });

/** Bytes. The same as for a recipe that the command line reads. */
const largest = 1_000_000;

export interface RecipeStore {
  /** The most recently used first. */
  list(): Promise<KeptRecipe[]>;
  /** @param replace whether a recipe of that name may be replaced. */
  save(name: string, recipe: unknown, replace: boolean): Promise<Outcome<null>>;
  open(name: string): Promise<Outcome<RecipeDraft>>;
  /** The same for a look at it: it does not become a recent one. */
  read(name: string): Promise<Outcome<RecipeDraft>>;
  duplicate(name: string, as: string): Promise<Outcome<null>>;
  rename(name: string, to: string): Promise<Outcome<null>>;
  remove(name: string): Promise<Outcome<null>>;
  /**
   * Keeps what is being worked on, so that neither a crash nor closing the window loses it.
   *
   * @param name of the kept recipe that it was opened from or saved as; null: none.
   */
  keepUnsaved(name: string | null, recipe: unknown): Promise<Outcome<null>>;
  /** What was kept last; null where there is none, or none that can be read. */
  unsaved(): Promise<UnsavedRecipe | null>;
}

/** Opens the store in a folder, which need not be there yet. */
export function recipeStore(folder: string): RecipeStore {
  const fileOf = (name: string) => path.join(folder, `${name}${ending}`);
  const inTurn = turns();

  /** The name as it is on disk: `Attic` and `attic` are the same file on macOS and Windows, and so they are here. */
  async function existing(name: string): Promise<string | null> {
    const names = await readdir(folder).catch(() => []);
    const wanted = `${name}${ending}`.toLowerCase();
    const found = names.find((one) => one.toLowerCase() === wanted);
    return found === undefined ? null : found.slice(0, -ending.length);
  }

  async function readOpened(): Promise<Record<string, string>> {
    const text = await readFile(path.join(folder, openedFile), 'utf8').catch(() => '{}');
    try {
      return z.record(z.string(), z.string()).parse(JSON.parse(text));
    } catch {
      return {};
    }
  }

  /** Which recipes are recent is a comfort: where it can not be written, nothing is lost. */
  async function changeOpened(change: (opened: Record<string, string>) => void): Promise<void> {
    const opened = await readOpened();
    change(opened);
    await replaceFile(path.join(folder, openedFile), JSON.stringify(opened), 0o600).catch(() => undefined);
  }

  async function readKept(found: string | null, name: string): Promise<Outcome<RecipeDraft>> {
    if (found === null || refusedName(name)) return failed(notThere(name));
    return readFileDraft(fileOf(found), found);
  }

  /** The kept recipe that is to be copied or renamed, where the new name is good and free. */
  async function source(name: string, to: string, mayBeItself: boolean): Promise<Outcome<string>> {
    const refused = refusedName(to);
    if (refused) return failed(refused);
    const from = refusedName(name) ? null : await existing(name);
    if (from === null) return failed(notThere(name));
    const taken = await existing(to);
    return taken === null || (mayBeItself && taken === from) ? done(from) : failed(exists(to));
  }

  return {
    async list() {
      const opened = await readOpened();
      const names = (await readdir(folder).catch(() => [])).filter(
        (one) => one.endsWith(ending) && !one.startsWith('.'),
      );
      const kept = await Promise.all(
        names.map(async (file): Promise<KeptRecipe[]> => {
          const name = file.slice(0, -ending.length);
          const read = await readFileDraft(path.join(folder, file), name);
          const found = await stat(path.join(folder, file)).catch(() => null);
          if (!found?.isFile()) return [];
          const savedAt = found.mtime.toISOString();
          const openedAt = opened[name] ?? null;
          return [{ name, savedAt, openedAt, ...(read.ok ? summary(read.value.recipe) : unreadable) }];
        }),
      );
      return kept.flat().sort((one, other) => (lastUse(one) < lastUse(other) ? 1 : -1));
    },

    async save(name, value, replace) {
      const refused = refusedName(name);
      if (refused) return failed(refused);
      const text = keptText(value);
      if (!text.ok) return text;
      const before = await existing(name);
      if (before !== null && !replace) return failed(exists(name));
      return onDisk(async () => {
        await makePrivate(folder);
        if (replace) await replaceFile(fileOf(name), text.value, 0o600);
        else await placeFile(fileOf(name), text.value);
        if (before !== null && before !== name) await rm(fileOf(before), { force: true });
      }, exists(name));
    },

    async open(name) {
      const found = await existing(name);
      const read = await readKept(found, name);
      if (read.ok && found !== null)
        await changeOpened((opened) => (opened[found] = new Date().toISOString()));
      return read;
    },

    async read(name) {
      return readKept(await existing(name), name);
    },

    async duplicate(name, as) {
      const from = await source(name, as, false);
      if (!from.ok) return from;
      return onDisk(async () => {
        await placeFile(fileOf(as), await readFile(fileOf(from.value), 'utf8'));
      }, exists(as));
    },

    async rename(name, to) {
      // `attic` may become `Attic`.
      const from = await source(name, to, true);
      if (!from.ok) return from;
      return onDisk(async () => {
        await rename(fileOf(from.value), fileOf(to));
        await changeOpened((opened) => {
          const when = opened[from.value];
          delete opened[from.value];
          if (when !== undefined) opened[to] = when;
        });
      }, exists(to));
    },

    async remove(name) {
      const found = refusedName(name) ? null : await existing(name);
      if (found === null) return failed(notThere(name));
      return onDisk(async () => {
        await rm(fileOf(found));
        await changeOpened((opened) => delete opened[found]);
      }, exists(name));
    },

    async keepUnsaved(name, value) {
      const text = keptText(value);
      if (!text.ok) return text;
      // One after the other: a busy disk may end the later first, and the earlier would then stay.
      return inTurn(() =>
        onDisk(async () => {
          await makePrivate(folder);
          const whole = JSON.stringify({ name, recipe: JSON.parse(text.value) as unknown });
          await replaceFile(path.join(folder, draftFile), whole, 0o600);
        }, exists(draftFile)),
      );
    },

    async unsaved() {
      const text = await readFile(path.join(folder, draftFile), 'utf8').catch(() => '');
      try {
        const { name, recipe } = unsavedSchema.parse(JSON.parse(text));
        const draft = readDraft(recipe);
        return 'recipe' in draft ? { ...draft, name } : null;
      } catch {
        return null;
      }
    },
  };
}

function lastUse({ savedAt, openedAt }: KeptRecipe): string {
  return openedAt !== null && openedAt > savedAt ? openedAt : savedAt;
}

/** What a recipe looks like in a file: two spaces, a line feed at the end, no secret. */
export function exportRecipe(value: unknown): Outcome<{ fileName: string; text: string }> {
  const text = keptText(value);
  if (!text.ok) return text;
  const { name } = JSON.parse(text.value) as { name: string };
  // A name that is still being typed may be anything.
  const safe = /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(name) ? name : 'recipe';
  return done({ fileName: `${safe}${ending}`, text: text.value });
}

/** Reads what somebody has in a file: it may be unfinished, and it may hold secrets, which stay in it. */
export function importRecipe(text: string, name = 'This file'): Outcome<RecipeDraft> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Node's own message repeats the text around the mistake, which could be a passphrase.
    return failed(
      problem('recipe-not-json', `${name} is not proper JSON.`, {
        detail: 'A recipe is one JSON object in braces.',
        remedy: 'Choose a file that Nixburn has written, or correct it.',
      }),
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed(
      problem('recipe-not-json', `${name} is not a recipe.`, {
        detail: 'A recipe is one JSON object in braces.',
        remedy: 'Choose a file that Nixburn has written.',
      }),
    );
  }
  const draft = readDraft(value);
  if ('recipe' in draft) return done(draft);
  const [first] = draft.problems;
  return failed(
    problem('recipe-problems', `${name} is not a recipe that this Nixburn understands.`, {
      detail: draft.problems.map((one) => one.problem.title).join('\n'),
      remedy: first?.problem.remedy ?? 'Correct it.',
    }),
  );
}

function keptText(value: unknown): Outcome<string> {
  const draft = readDraft(value);
  if (!('recipe' in draft)) {
    const [first] = draft.problems;
    if (first) return failed(first.problem);
    throw new Error('a recipe without a problem is none');
  }
  const text = `${JSON.stringify(withoutSecrets(draft.recipe), null, 2)}\n`;
  if (Buffer.byteLength(text) <= largest) return done(text);
  return failed(
    problem('recipe-too-large', 'The recipe is too large to be kept.', {
      detail: `At most ${largest} bytes are possible.`,
      remedy: 'Make its scripts shorter.',
    }),
  );
}

async function readFileDraft(file: string, name: string): Promise<Outcome<RecipeDraft>> {
  try {
    const { size } = await stat(file);
    if (size > largest)
      return failed(problem('recipe-too-large', `The recipe ${quoted(name)} is too large.`));
    return importRecipe(await readFile(file, 'utf8'), `The recipe ${quoted(name)}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(code === 'ENOENT' ? notThere(name) : diskTrouble(message));
  }
}

const unreadable = { hostName: null, release: null, keys: 0, packages: 0, networks: 0 };

function summary({
  name,
  release,
  keys,
  packages,
  wifi,
}: Recipe): Omit<KeptRecipe, 'name' | 'savedAt' | 'openedAt'> {
  return {
    hostName: name,
    release,
    keys: keys.length,
    packages: packages.length,
    networks: wifi.networks.length,
  };
}

/** Names that Windows keeps for devices, with any ending (Naming Files, Paths, and Namespaces). */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

function refusedName(name: string): Problem | null {
  const isFine =
    name.length >= 1 &&
    Buffer.byteLength(name) <= 100 &&
    !/[\p{Cc}\p{Cf}\p{Surrogate}/\\:*?"<>|]/u.test(name) &&
    !/^[.\s]|[.\s]$/.test(name) &&
    !devices.test(name);
  if (isFine) return null;
  return problem('bad-recipe-name', `${quoted(name)} can not be the name of a recipe.`, {
    detail:
      'It becomes the name of a file: up to 100 bytes, without / \\ : * ? " < > | and with no dot or space at its ends.',
    remedy: 'Choose a name such as Attic.',
  });
}

/** Writes a file that must not be there yet; rejects with EEXIST where it is. */
async function placeFile(file: string, text: string): Promise<void> {
  const beside = path.join(path.dirname(file), `.${randomUUID()}.new`);
  try {
    await replaceFile(beside, text, 0o600);
    await linkOrCopy(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // FAT and exFAT know no links.
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

async function onDisk(act: () => Promise<void>, taken: Problem): Promise<Outcome<null>> {
  try {
    await act();
    return done(null);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return failed(code === 'EEXIST' ? taken : diskTrouble(message));
  }
}

const exists = (name: string): Problem =>
  problem('recipe-exists', `There is a recipe ${quoted(name)} already.`, {
    remedy: 'Choose another name, or replace it.',
  });

const notThere = (name: string): Problem =>
  problem('recipe-gone', `There is no recipe ${quoted(name)}.`, { remedy: 'Look at the list again.' });

const diskTrouble = (raw: string): Problem =>
  problem('recipe-disk', 'The recipe could not be read or written.', {
    remedy: 'Check that the disk is not full and that you may write your own folders.',
    raw,
  });
