/** Remembers how long builds took, so that the next one of the same kind can say how long it will take. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../replace-file.ts';
import type { Durations } from './pace.ts';

/** Of each kind the last builds, and of kinds the last used: the file stays a few kilobytes. */
const limits = { builds: 5, kinds: 40 };

const millis = z.number().nonnegative().max(1e9);
const durations = z.object({ evaluate: millis, make: millis, image: millis, copy: millis });
const historyFile = z.object({ kinds: z.record(z.string(), z.array(durations)) });

/** The median of each stretch over the last builds of a kind; null where there was none. Never rejects. */
export async function expectedDurations(file: string, kind: string): Promise<Durations | null> {
  const builds = (await readHistory(file))[kind] ?? [];
  if (builds.length === 0) return null;
  const median = (of: keyof Durations) =>
    builds.map((build) => build[of]).toSorted((a, b) => a - b)[Math.floor(builds.length / 2)] ?? 0;
  return { evaluate: median('evaluate'), make: median('make'), image: median('image'), copy: median('copy') };
}

/** Adds a build that was made from its beginning to its end. Rejects with the system's error. */
export async function rememberDurations(file: string, kind: string, build: Durations): Promise<void> {
  const { [kind]: before = [], ...others } = await readHistory(file);
  const kept = Object.entries(others).slice(-(limits.kinds - 1));
  // The kind that was used last stands last.
  const kinds = { ...Object.fromEntries(kept), [kind]: [...before, build].slice(-limits.builds) };
  await mkdir(path.dirname(file), { recursive: true });
  await replaceFile(file, JSON.stringify({ kinds }), 0o644);
}

async function readHistory(file: string): Promise<Record<string, Durations[]>> {
  try {
    return historyFile.parse(JSON.parse(await readFile(file, 'utf8'))).kinds;
  } catch {
    // None yet, or one that makes no sense: then nothing has been learnt.
    return {};
  }
}
