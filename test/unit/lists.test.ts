/** Everything that can be chosen from a list is something that a recipe takes, and the guess is on the list. */
import { describe, expect, test } from 'vitest';
import { choices, guessPlace, whereabouts } from '../../src/main/system/choices.ts';
import { consoleFont, country, keyMap, locale, timeZone } from '../../src/shared/recipe-text.ts';

const all = choices();

describe('the lists', () => {
  test.each([
    [
      'time zones',
      all.timeZones.map(({ name }) => name),
      timeZone,
      ['UTC', 'Europe/Stockholm', 'America/New_York'],
    ],
    ['locales', all.locales, locale, ['en_US.UTF-8', 'sv_SE.UTF-8', 'ar_IN', 'ca_ES@valencia']],
    ['layouts', all.keyMaps.map(({ name }) => name), keyMap, ['us', 'de-latin1', 'sv-latin1', 'trq']],
    ['fonts', all.consoleFonts, consoleFont, ['ter-v32n', 'LatArCyrHeb-16', 'Lat2-Terminus16']],
  ])('of %s have each name once, all of them good for a recipe', (_, names, schema, some) => {
    expect(names.length).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !schema.safeParse(name).success)).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(some));
  });

  test('of time zones know the country of each, and Intl knows each zone', () => {
    for (const { name, country: code } of all.timeZones) {
      if (name !== 'UTC') expect(country.safeParse(code).success, name).toBe(true);
      expect(() => new Intl.DateTimeFormat('en', { timeZone: name }), name).not.toThrow();
    }
  });

  test('of layouts begin with the usual ones, which have words', () => {
    expect(all.keyMaps[0]).toEqual({ name: 'us', words: 'English (US)' });
    const worded = all.keyMaps.filter(({ words }) => words !== null).length;
    expect(worded).toBeGreaterThan(40);
    expect(all.keyMaps.slice(0, worded).every(({ words }) => words !== null)).toBe(true);
  });

  test('of layouts name only such as kbd has', () => {
    // The usual ones are written by hand; each must be one of those that the script found.
    const names = choices().keyMaps.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(187);
  });
});

describe('a guess', () => {
  test.each([
    ['Europe/Stockholm', 'sv_SE.UTF-8', { country: 'SE', locale: 'sv_SE.UTF-8', keyMap: 'sv-latin1' }],
    ['Europe/Stockholm', 'en_US.UTF-8', { country: 'SE', locale: 'en_US.UTF-8', keyMap: 'sv-latin1' }],
    ['Europe/Berlin', 'de-DE', { country: 'DE', locale: 'de_DE.UTF-8', keyMap: 'de' }],
    ['Europe/Zurich', 'de', { country: 'CH', locale: 'de_CH.UTF-8', keyMap: 'sg' }],
    ['UTC', 'pt_BR.UTF-8', { country: 'BR', timeZone: null, locale: 'pt_BR.UTF-8', keyMap: 'br-abnt2' }],
    ['Etc/Unknown', '', { country: null, timeZone: null, locale: null, keyMap: null }],
    ['Europe/Paris', 'tlh-KX', { country: 'FR', locale: null, keyMap: 'fr' }],
  ])('from %s and %j is %j', (zone, language, expected) => {
    expect(guessPlace({ timeZone: zone, language })).toMatchObject(expected);
  });

  test('takes the language from the environment as POSIX orders it', () => {
    expect(whereabouts({ LANG: 'de_DE.UTF-8', LC_ALL: 'fr_FR.UTF-8' }).language).toBe('fr_FR.UTF-8');
    expect(whereabouts({ LANG: 'de_DE.UTF-8', LC_ALL: '' }).language).toBe('de_DE.UTF-8');
    expect(whereabouts({ LANG: 'C.UTF-8' }).language).toBe(Intl.DateTimeFormat().resolvedOptions().locale);
  });
});
