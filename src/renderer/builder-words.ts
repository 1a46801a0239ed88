/** Says in words where an image is built and why there, from what the person chose and what the builder told of itself. */
import { fastestFor, type BuildingChoices, type SavedBuilder } from '../shared/building.ts';
import type { PinnedNixpkgs, PreflightLine } from '../shared/contract.ts';
import { t } from './words.ts';

/** Where an image is built. */
export interface Place {
  /** As the program knows it: `here`, or the name of a saved builder; null while that is not known yet. */
  on: string | null;
  /** `this computer`, or the builder's name. */
  words: string;
  why: string;
}

/**
 * Where an image for `system` is built. Whether `auto` took this computer only the program knows: its list of what is
 * missing begins with the way to a builder, or has no such line.
 *
 * @param lines that list; null while it is on its way.
 */
export function placeOf(choices: BuildingChoices, system: string, lines: PreflightLine[] | null): Place {
  const { builders, chosen } = choices;
  const saved = builders.find(({ name }) => name === chosen);
  if (saved)
    return {
      on: saved.name,
      words: saved.name,
      why: `${t('You chose {{name}}.', { name: saved.name })} ${sent()}`,
    };
  if (chosen !== 'auto') {
    const why = builders.length === 0 ? t('No other builder is on the list.') : t('You chose this computer.');
    return { ...here(), why: `${why} ${nothingSent()}` };
  }
  const fastest = fastestFor(choices, system);
  const best: SavedBuilder | undefined = fastest ?? builders[0];
  if (best === undefined)
    return { ...here(), why: `${t('No other builder is on the list.')} ${nothingSent()}` };
  if (lines === null)
    return { on: null, words: t('the fastest that fits'), why: t('Looking which one fits best.') };
  const isRemote = lines.some(({ id }) => id === 'reachable');
  if (!isRemote)
    return {
      ...here(),
      why: `${t('No builder on the list makes images for {{system}} faster.', { system })} ${nothingSent()}`,
    };
  const why =
    fastest === undefined
      ? t(
          '{{name}} is taken: this computer does not run Linux, and no builder on the list is {{system}} itself.',
          { name: best.name, system },
        )
      : t('{{name}} is the fastest on the list that makes images for {{system}} itself.', {
          name: best.name,
          system,
        });
  return { on: best.name, words: best.name, why: `${why} ${sent()}` };
}

function here(): Pick<Place, 'on' | 'words'> {
  return { on: 'here', words: t('this computer') };
}

function sent(): string {
  return t(
    'The flake is sent there over SSH, with the secrets that go into the image, and the image comes back.',
  );
}

function nothingSent(): string {
  return t('Nothing is sent anywhere.');
}

/** The place in the fewest words, for the line at the bottom. */
export function statusPlace({ builders, chosen }: BuildingChoices): string {
  if (chosen === 'auto' && builders.length > 0) return t('the fastest that fits');
  return builders.some(({ name }) => name === chosen) ? chosen : t('this computer');
}

/** The name that a new builder gets: its host's, made different from all others where it has to be. */
export function nameFor(host: string, taken: string[]): string {
  const plain = host
    .replace(/^ssh:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/\/$/, '')
    .replace(/:\d{1,5}$/, '');
  const stem = plain.slice(0, 36) || 'builder';
  const names = new Set([...taken, 'here', 'auto']);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!names.has(name)) return name;
  }
}

/** `0c19ae3a7b3e of 2026-11-20`; what is no git revision stays whole. */
export function revisionWords({ revision, date }: PinnedNixpkgs): string {
  const short = /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 12) : revision;
  return date === null ? short : t('{{revision}} of {{date}}', { revision: short, date });
}
