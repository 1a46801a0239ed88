/** What is put on a stick besides the image, in words; never a secret. */
import type { Image } from '../shared/contract.ts';
import type { Recipe } from '../shared/recipe.ts';
import { formatCount } from '../shared/units.ts';

/** `the name attic, a host key of its own, 1 key, 2 WiFi networks`. */
function slotParts({ name, keys, wifi, console }: Recipe, count: number): string[] {
  return [
    count === 1 ? `the name ${name}` : `a name of its own (${name}-01 and so on)`,
    'a host key of its own',
    ...(keys.length > 0 ? [formatCount(keys.length, 'key that may log in', 'keys that may log in')] : []),
    ...(wifi.networks.length > 0 && wifi.secrets === 'slot'
      ? [formatCount(wifi.networks.length, 'WiFi network', 'WiFi networks')]
      : []),
    ...(console.password === null ? [] : ['the console password']),
  ];
}

/** What each of so many sticks gets besides the image, as a sentence. Null: the recipe has problems, and they get nothing. */
export function slotWords(recipe: Recipe | null, image: Pick<Image, 'name'> | null, count = 1): string {
  if (recipe === null)
    return 'The recipe has problems, so the stick gets the image alone: no WiFi, and no host key that this computer knows.';
  const parts = slotParts(recipe, count);
  const other =
    image !== null && image.name !== null && image.name !== recipe.name
      ? ` The image was built for ${image.name}.`
      : '';
  return `${count === 1 ? 'The' : 'Each'} stick also gets ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}.${other}`;
}

const entryNames: Record<string, string> = {
  'ssh/authorized_keys': 'keys that may log in',
  'ssh/ssh_host_ed25519_key': 'host key',
  hostname: 'name',
  'root.hash': 'console password',
};

/** Entries of a slot as a person would name them: `host key, WiFi Attic`. The public half of the host key is not told apart. */
export function entryWords(entries: readonly string[]): string {
  return entries
    .filter((entry) => entry !== 'ssh/ssh_host_ed25519_key.pub')
    .map((entry) => entryNames[entry] ?? entry)
    .join(', ');
}
