/** What can be chosen where a name must be one of many: time zones, locales, keyboard layouts, fonts; and a first guess. */
import lists from '../../../assets/lists.json' with { type: 'json' };
import type { Choices, PlaceGuess } from '../../shared/choosing.ts';

/** Layouts that most people mean: the name for loadkeys, for whom, and the countries where it is the usual one. */
const usual: [keyMap: string, words: string, countries: string][] = [
  ['us', 'English (US)', 'US AU NZ ZA PH IN SG HK MY ID TH VN CN TW KR NL'],
  ['us-acentos', 'English (US) with accents', ''],
  ['uk', 'English (UK)', 'GB'],
  ['ie', 'Irish', 'IE'],
  ['de', 'German', 'DE AT'],
  ['de-latin1-nodeadkeys', 'German without dead keys', ''],
  ['neo', 'German (Neo 2)', ''],
  ['sg', 'German (Switzerland)', 'CH LI'],
  ['fr_CH', 'French (Switzerland)', ''],
  ['fr', 'French', 'FR MC'],
  ['fr-bepo', 'French (BÉPO)', ''],
  ['be-latin1', 'Belgian', 'BE'],
  ['cf', 'Canadian (French)', ''],
  ['ca', 'Canadian', 'CA'],
  ['es', 'Spanish', 'ES'],
  ['la-latin1', 'Spanish (Latin America)', 'MX AR BO CL CO CR CU DO EC GT HN NI PA PE PY SV UY VE'],
  ['pt-latin1', 'Portuguese', 'PT'],
  ['br-abnt2', 'Portuguese (Brazil)', 'BR'],
  ['it', 'Italian', 'IT SM VA'],
  ['nl', 'Dutch', ''],
  ['sv-latin1', 'Swedish', 'SE'],
  ['no-latin1', 'Norwegian', 'NO'],
  ['dk-latin1', 'Danish', 'DK'],
  ['fi', 'Finnish', 'FI AX'],
  ['is-latin1', 'Icelandic', 'IS'],
  ['et', 'Estonian', 'EE'],
  ['lv', 'Latvian', 'LV'],
  ['lt', 'Lithuanian', 'LT'],
  ['pl2', 'Polish', 'PL'],
  ['cz', 'Czech', 'CZ'],
  ['sk-qwertz', 'Slovak', 'SK'],
  ['hu', 'Hungarian', 'HU'],
  ['ro', 'Romanian', 'RO'],
  ['bg_bds-utf8', 'Bulgarian', 'BG'],
  ['croat', 'Croatian', 'HR'],
  ['slovene', 'Slovenian', 'SI'],
  ['sr-latin', 'Serbian (Latin)', 'RS ME BA'],
  ['mk-utf', 'Macedonian', 'MK'],
  ['gr', 'Greek', 'GR CY'],
  ['trq', 'Turkish', 'TR'],
  ['ru', 'Russian', 'RU'],
  ['ua-utf', 'Ukrainian', 'UA'],
  ['by', 'Belarusian', 'BY'],
  ['il', 'Hebrew', 'IL'],
  ['jp106', 'Japanese', 'JP'],
  ['dvorak', 'Dvorak', ''],
  ['dvorak-programmer', 'Dvorak for programmers', ''],
];

const wordsOf = new Map(usual.map(([keyMap, words]) => [keyMap, words]));
const countryOf = new Map(lists.timeZones.map(([zone = '', country = '']) => [zone, country]));

/** Where this computer seems to be, as far as anything tells. */
export interface Whereabouts {
  /** IANA name. */
  timeZone: string;
  /** What the environment says (`sv_SE.UTF-8`), or a language tag (`sv-SE`). */
  language: string;
}

/** All names there are, the usual layouts first, and a guess. */
export function choices(here: Whereabouts = whereabouts(process.env)): Choices {
  const keyMaps = [...usual.map(([keyMap]) => keyMap), ...lists.keyMaps.filter((one) => !wordsOf.has(one))];
  return {
    timeZones: [
      { name: 'UTC', country: null },
      ...lists.timeZones.map(([name = '', country = '']) => ({ name, country })),
    ],
    locales: lists.locales,
    keyMaps: keyMaps.map((name) => ({ name, words: wordsOf.get(name) ?? null })),
    consoleFonts: lists.consoleFonts,
    guess: guessPlace(here),
  };
}

/**
 * Country, locale and layout from what a computer is set to. The time zone says where it stands; its language often is
 * English everywhere. Null where nothing tells.
 */
export function guessPlace({ timeZone, language }: Whereabouts): PlaceGuess {
  const [, spoken = '', region = ''] = /^([a-z]{2,3})(?:[-_]([A-Z]{2}))?(?![A-Za-z])/.exec(language) ?? [];
  const country = countryOf.get(timeZone) ?? (region || null);
  const locale = [`${spoken}_${region}.UTF-8`, `${spoken}_${country ?? ''}.UTF-8`].find((one) =>
    lists.locales.includes(one),
  );
  return {
    country,
    timeZone: countryOf.has(timeZone) ? timeZone : null,
    locale: locale ?? null,
    keyMap: layout(country) ?? layout(region || null) ?? null,
  };
}

/** The layout that is usual in a country. */
function layout(country: string | null): string | undefined {
  return usual.find(([, , countries]) => country !== null && countries.split(' ').includes(country))?.[0];
}

/** What this computer says of itself: POSIX's variables in their order (locale(7)), else the system's own setting. */
export function whereabouts(env: Record<string, string | undefined>): Whereabouts {
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
  const named = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (one) => one && !/^(?:C|POSIX)\b/.test(one),
  );
  return { timeZone, language: named ?? locale };
}
