/** What is put on a stick besides the image, in words; never a secret. */
import type { Image } from '../shared/contract.ts';
import type { Recipe } from '../shared/recipe.ts';
import { formatCount } from '../shared/units.ts';

/** `the name attic, a host key of its own, 1 key, 2 WiFi networks`. */
function slotParts({ name, keys, wifi, console }: Recipe): string[] {
  return [
    `the name ${name}`,
    'a host key of its own',
    ...(keys.length > 0 ? [formatCount(keys.length, 'key that may log in', 'keys that may log in')] : []),
    ...(wifi.networks.length > 0 && wifi.secrets === 'slot'
      ? [formatCount(wifi.networks.length, 'WiFi network', 'WiFi networks')]
      : []),
    ...(console.password === null ? [] : ['the console password']),
  ];
}

/** What a stick gets besides the image, as a sentence. Null: the recipe has problems, and it gets nothing. */
export function slotWords(recipe: Recipe | null, image: Pick<Image, 'name'> | null): string {
  if (recipe === null)
    return 'The recipe has problems, so the stick gets the image alone: no WiFi, and no host key that this computer knows.';
  const parts = slotParts(recipe);
  const other =
    image !== null && image.name !== null && image.name !== recipe.name
      ? ` The image was built for ${image.name}.`
      : '';
  return `The stick also gets ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}.${other}`;
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
