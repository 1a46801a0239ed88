/**
 * The window in other languages: each is spoken from the first word on and at once when it is chosen; no word of the
 * window's own stays English; and where words are longer, nothing is cut off and nothing scrolls sideways.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { inputsOf } from './scripted-door.ts';
import { states } from './states.ts';
import { expect, test } from './test.ts';
import { address, openWindow } from './window.ts';

test.describe.configure({ mode: 'parallel' });

/** What the first screen asks, by language. */
const questions = {
  de: 'Wer darf sich anmelden?',
  fr: 'Qui peut se connecter ?',
  es: '¿Quién puede entrar?',
  'zh-CN': '谁可以登录？',
  ja: '誰がログインできますか?',
};

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const choice = (page: Page) => page.locator('.language select');

for (const [language, question] of Object.entries(questions))
  test.describe(`who prefers ${language}`, () => {
    test.use({ locale: language });

    test('is spoken to in it from the first word on', async ({ page }) => {
      await openWindow(page);
      await expect(heading(page)).toHaveText(question);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
    });
  });

test('a language that is chosen is spoken at once and kept, and what was typed stays', async ({ page }) => {
  const door = await openWindow(page);
  await page.getByLabel('Public keys', { exact: true }).fill('half of a key');
  await choice(page).selectOption('fr');
  await expect(heading(page)).toHaveText(questions.fr);
  await expect(page.getByLabel('Clés publiques', { exact: true })).toHaveValue('half of a key');
  expect(inputsOf(door, 'changeSettings')).toEqual([{ language: 'fr' }]);
  await choice(page).selectOption('en');
  await expect(heading(page)).toHaveText('Who may log in?');
});

/** A catalogue in which every sentence is bracketed and 40 % longer, its placeholders and marks as they were. */
function stretched(file: string): Record<string, string> {
  const folder = path.join(import.meta.dirname, '../../src/renderer/languages');
  const catalogue = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Record<string, string>;
  return Object.fromEntries(
    Object.keys(catalogue).map((key) => {
      const sentence = key.replace(/_(one|other)$/, '');
      const length = sentence.replaceAll(/\{\{\w+\}\}|<\/?\w+>/g, '').length;
      return [key, `⟦${sentence}${' ~~~~~~~'.repeat(8).slice(0, Math.ceil(length * 0.4))}⟧`];
    }),
  );
}

/** Puts the stretched catalogue in the place of the German one. */
async function stretchGerman(page: Page): Promise<void> {
  const catalogue = { ...stretched('told/de.json'), ...stretched('de.json') };
  await page.route(new RegExp(`^${address}/assets/de-[^/]*\\.js$`), (route) =>
    route.fulfill({ contentType: 'text/javascript', body: `export default ${JSON.stringify(catalogue)};` }),
  );
}

/** Runs in the page: texts that are neither bracketed nor said to be of another language, code, or typed by a person. */
function unbracketed(): string[] {
  const without =
    'code, kbd, time, textarea, [lang]:not(html), .mono, .raw, .code, .log-lines, .fingerprint, .window > output';
  const bare = (text: string) => {
    let rest = text;
    for (let before = ''; before !== rest;) {
      before = rest;
      rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/g, '');
    }
    return rest.trim();
  };
  const isShown = (one: Element) => one.checkVisibility({ visibilityProperty: true });
  const texts: string[] = [];
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // A sentence with marked parts is several texts in one element: what is bracketed is seen only in the whole.
  const blocks = new Set<Element>();
  while (all.nextNode()) {
    const parent = all.currentNode.parentElement;
    const block = parent?.closest(
      'p, li, dt, dd, h1, h2, h3, button, label, legend, summary, option, td, output, span',
    );
    if (block && isShown(block) && !parent?.closest(without)) blocks.add(block);
  }
  for (const block of blocks) {
    const copy = block.cloneNode(true) as Element;
    for (const inner of copy.querySelectorAll(`${without}, button, li, p, span, option`))
      inner.replaceWith(' ');
    texts.push(bare(copy.textContent ?? ''));
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    if (isShown(one) && !one.closest(without))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        texts.push(bare(one.getAttribute(name) ?? ''));
  return [...new Set(texts)].filter((text) => /\p{L}{2}/u.test(text));
}

/** Names and values, which are the same in every language; sizes and places as German writes them. */
const data = [
  /^(Nixburn|NixOS)( [\d.]+| unstable)?( x86_64)?$/,
  /^(USB|NVMe|SHA-256|FAT32|ED25519|MIT|STICK|NIXOS_\w+|README\.md|BIOS und UEFI)$/,
  /^(Acer|ASRock|ASUS|Dell|Framework|Fujitsu|Gigabyte|HP|Intel NUC|Lenovo|Microsoft Surface|MSI|Supermicro)$/,
  // Drives, networks, recipes and builders of the world of these tests.
  /^(SanDisk Ultra|Samsung SSD 980 PRO|Kingston DataTraveler 3\.0|Flash Disk) [\d,]+\s[MGT]B:?$/,
  /^(Attic|Campus|Cellar|Garden guests|In the attic|me at builder|Machine \d+ of the workshop)$/,
  /^(Schweden|Englisch \(Vereinigte Staaten\)|English \(US\))$/,
  // Sizes and rates, what Nix printed, and examples of what can be typed.
  /^(, |\S+ · )?[\d,]+\s[kMGT]B(\/s)?$/,
  /^deleting '\/nix\/store\//,
  /^(\{ pkgs, \.\.\. \}:|disko --mode disko .*)$/,
  // One word with what only a path, a package, a key or an address has in it, or all small.
  /^[\w.+-]*[@/._\d-][\w@/.:+~-]*(, [\d,]+\sGB)?$/,
  /^~?\/?[\w@/.:+~-]+( · )[\w· -]+$/,
  /^[a-z0-9+_.-]+( [\d.]+)?$/,
  /^(squashfsTools|python3Packages\.\S+|https:\/\/\S+|~\/\S+)$/,
];

/** Runs in the page: what is wider than its place, or cut off by it. */
function cutOff(): string[] {
  return [document.documentElement, ...document.querySelectorAll('body *')]
    .filter((one) => {
      const { overflowX, textOverflow } = getComputedStyle(one);
      // What ends in dots says so, what is typed scrolls, and what is for ears alone is as small as can be.
      if (one.matches('input, textarea')) return false;
      if (textOverflow === 'ellipsis' || one.clientWidth <= 1 || overflowX === 'visible') return false;
      return one.scrollWidth > one.clientWidth;
    })
    .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} > ${one.clientWidth}`);
}

/** A state of each kind of screen, and those that say most. */
const said = new Set(
  'keys: chosen|packages: need-a-look|network: editing|network: wifi|system: extras|system: flake|build: not-ready|build: running|build: done|build: builder-checked|drive: confirm|drive: locked|boot: hand-over|drive: writing|drive: verified|drive: write-failed|boot: first-aid|recipes: kept'.split(
    '|',
  ),
);

for (const state of states.filter(({ kept, ...one }) => kept || said.has(`${one.station}: ${one.state}`)))
  test(`nothing of the window’s own stays English or is cut off at ${state.station}: ${state.state}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: 960, height: 640 });
    const door = await openWindow(page, state.answers);
    await heading(page).waitFor();
    await state.arrange?.(page, door);
    await stretchGerman(page);
    await choice(page).selectOption('de');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    const texts = await page.evaluate(unbracketed);
    expect(texts.filter((text) => !data.some((pattern) => pattern.test(text)))).toEqual([]);
    expect(await page.evaluate(cutOff)).toEqual([]);
  });
