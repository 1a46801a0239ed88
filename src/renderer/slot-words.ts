/** What is put on a stick besides the image, in words; never a secret. */
import type { Image } from '../shared/contract.ts';
import type { Recipe } from '../shared/recipe.ts';
import { listed, msg, t, type Message } from './words.ts';

/** `the name attic, a host key of its own, 1 key, 2 WiFi networks`. */
function slotParts({ name, keys, wifi, console }: Recipe, count: number): string[] {
  return [
    count === 1
      ? t('the name {{name}}', { name })
      : t('a name of its own ({{name}} and so on)', { name: `${name}-01` }),
    t('a host key of its own'),
    ...(keys.length > 0 ? [t('{{count}} keys that may log in', { count: keys.length })] : []),
    ...(wifi.networks.length > 0 && wifi.secrets === 'slot'
      ? [t('{{count}} WiFi networks', { count: wifi.networks.length })]
      : []),
    ...(console.password === null ? [] : [t('the console password')]),
  ];
}

/** What each of so many sticks gets besides the image, as a sentence. Null: the recipe has problems, and they get nothing. */
export function slotWords(
  recipe: Recipe | null,
  image: Pick<Image, 'name' | 'opened'> | null,
  count = 1,
): string {
  if (image?.opened?.slot === false)
    return t('This image has no place for what is personal, so the stick gets the image alone, as it is.');
  if (recipe === null)
    return t(
      'The recipe has problems, so the stick gets the image alone: no WiFi, and no host key that this computer knows.',
    );
  const parts = slotParts(recipe, count);
  const other =
    image !== null && image.name !== null && image.name !== recipe.name
      ? t('The image was built for {{name}}.', { name: image.name })
      : '';
  const things = listed(parts);
  const gets =
    count === 1
      ? t('The stick also gets {{things}}.', { things })
      : t('Each stick also gets {{things}}.', { things });
  return [gets, other].filter(Boolean).join(' ');
}

/** What a finished stick gets anew, as a sentence. */
export function changeWords(recipe: Recipe): string {
  return t('The stick gets {{things}}.', { things: listed(slotParts(recipe, 1)) });
}

const entryNames: Record<string, Message> = {
  'ssh/authorized_keys': msg('keys that may log in'),
  'ssh/ssh_host_ed25519_key': msg('host key'),
  hostname: msg('name'),
  'root.hash': msg('console password'),
};

/** Entries of a slot as a person would name them: `host key, WiFi Attic`. The public half of the host key is not told apart. */
export function entryWords(entries: readonly string[]): string {
  return entries
    .filter((entry) => entry !== 'ssh/ssh_host_ed25519_key.pub')
    .map((entry) => (entryNames[entry] === undefined ? entry : t(entryNames[entry])))
    .join(t(', '));
}

/** Of a stick that was written, and into whose slot nothing was put. */
export const imageAloneWords = msg(
  'It holds the image alone: nothing of this recipe but what is built in, and no host key that this computer knows. To add them, mend the recipe and choose Change this stick in Drive.',
);
