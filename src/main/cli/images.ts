/** `nixburn images`: the images that are kept from earlier builds, removing some, and how much room all may take. */
import { homedir } from 'node:os';
import path from 'node:path';
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { formatBytes, formatCount } from '../../shared/units.ts';
import { readChoices, writeChoices } from '../build/choices.ts';
import { keptImages, removeKept, trimKept, type KeptImage } from '../image/store.ts';
import { findPlaces } from '../places.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';

export const command: Command = {
  options: { json: 'boolean' },
  takes: { least: 0, most: Infinity, what: '' },
  async run(call) {
    const [act, ...words] = call.positionals;
    switch (act) {
      case undefined:
        return list(call);
      case 'remove':
        return remove(call, words);
      case 'keep':
        return keep(call, words);
      default:
        return failed(usageProblem(`nixburn images can remove or keep, and not ${act}.`, 'images'));
    }
  },
};

const placesHere = () => findPlaces({ platform: process.platform, env: process.env, home: homedir() });

async function list({ terminal, json, event }: Call): Promise<Ending> {
  const places = placesHere();
  const [images, { keepGigabytes }] = [await keptImages(places.images), await readChoices(places.config)];
  const bytes = images.reduce((sum, image) => sum + image.bytes, 0);
  for (const image of images) {
    event({ kind: 'image', image });
    if (!json) for (const line of imageText(image)) terminal.print(line);
  }
  if (!json)
    terminal.tell(
      images.length === 0
        ? `No image is kept. There is room for ${keepGigabytes} GB of them.`
        : `${formatCount(images.length, 'image', 'images')}, ${formatBytes(bytes)} of at most ${keepGigabytes} GB.`,
    );
  return finished({ count: images.length, bytes, keepGigabytes });
}

/** The file alone on a line, so that a script can take it; what is known of it below. */
function imageText({ path: file, bytes, builtAt, name, volumeId, sha256 }: KeptImage): string[] {
  const made = builtAt.slice(0, 16).replace('T', ' ');
  const facts = [formatBytes(bytes), `built ${made} UTC`, name !== null && `for ${name}`, volumeId];
  return [file, `    ${facts.filter(Boolean).join(' · ')}`, `    SHA-256 ${sha256}`];
}

async function remove({ terminal, json, event }: Call, words: string[]): Promise<Ending> {
  if (words.length === 0)
    return failed(usageProblem('Name the images to remove: nixburn images remove IMAGE….', 'images'));
  const { images: folder } = placesHere();
  const images = await keptImages(folder);
  // All are found before any is removed.
  const found: KeptImage[] = [];
  for (const word of words) {
    const one = findImage(images, word);
    if (!one.ok) return badInput(one.problem);
    found.push(one.value);
  }
  for (const image of new Set(found)) {
    await removeKept(folder, image.id);
    event({ kind: 'removed', image });
    if (!json) terminal.print(image.path);
  }
  return finished({ count: found.length });
}

/** An image by its path, by its file name, by the name of its recipe, or by the beginning of its SHA-256. */
function findImage(images: KeptImage[], word: string): Outcome<KeptImage> {
  const isMeant = (image: KeptImage) =>
    image.path === path.resolve(word) ||
    image.fileName === word ||
    image.name === word ||
    (word.length >= 8 && image.sha256.startsWith(word.toLowerCase()));
  const [found, ...others] = images.filter(isMeant);
  if (!found)
    return failed(
      problem('kept-image-unknown', `No image ${word} is kept.`, {
        remedy: 'Run nixburn images to see those that are.',
      }),
    );
  if (others.length > 0)
    return failed(
      problem('kept-image-ambiguous', `Several images are meant by ${word}.`, {
        detail: [found, ...others].map((image) => image.path).join('\n'),
        remedy: 'Name the path of one, or the first letters of its SHA-256.',
      }),
    );
  return done(found);
}

async function keep({ terminal, json }: Call, [text = '', surplus]: string[]): Promise<Ending> {
  const keepGigabytes = Number(text);
  if (
    surplus !== undefined ||
    !Number.isInteger(keepGigabytes) ||
    keepGigabytes < 1 ||
    keepGigabytes > 10_000
  )
    return failed(
      usageProblem('Say how many GB images may take, from 1 to 10000: nixburn images keep 20.', 'images'),
    );
  const places = placesHere();
  const saved = await writeChoices(places.config, { ...(await readChoices(places.config)), keepGigabytes });
  if (!saved.ok) return saved;
  const before = await keptImages(places.images);
  await trimKept(places.images, keepGigabytes * 1e9);
  const left = await keptImages(places.images);
  const removed = before.filter(({ id }) => !left.some((image) => image.id === id));
  if (!json) {
    for (const image of removed) terminal.print(image.path);
    terminal.tell(
      `Images take ${keepGigabytes} GB at most from now on. ${formatCount(removed.length, 'image was', 'images were')} removed.`,
    );
  }
  return finished({ keepGigabytes, removed });
}
