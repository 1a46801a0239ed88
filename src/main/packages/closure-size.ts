/** Looks up what packages take up that are in the Nix store of this computer already; asks nobody else. */
import { access } from 'node:fs/promises';
import { z } from 'zod';
import { askFlake } from '../build/evaluate.ts';

/** ms. */
const patience = 20_000;

const size = z.object({ narSize: z.number().optional() });
/** A list up to Nix 2.18, an object by path from 2.19 on. */
const pathInfo = z.union([z.array(size), z.record(z.string(), size.nullable())]);

/**
 * Installed bytes of store paths together with everything that they need, what several need counted once.
 *
 * @returns `known` has the paths that are here; a store that does not answer has none.
 */
export async function closureSize(
  paths: string[],
  signal: AbortSignal,
): Promise<{ bytes: number; known: Set<string> }> {
  const nothing = { bytes: 0, known: new Set<string>() };
  const here = await Promise.all(
    paths.map((one) =>
      access(one).then(
        () => [one],
        () => [],
      ),
    ),
  );
  const known = here.flat();
  if (known.length === 0) return nothing;
  const answer = await askFlake(['path-info', '--recursive', '--json', ...known], {
    signal,
    millis: patience,
  });
  if (!answer.ok || answer.value.exitCode !== 0) return nothing;
  const parsed = pathInfo.safeParse(JSON.parse(answer.value.stdout));
  if (!parsed.success) return nothing;
  const infos = Array.isArray(parsed.data) ? parsed.data : Object.values(parsed.data);
  return { bytes: infos.reduce((sum, info) => sum + (info?.narSize ?? 0), 0), known: new Set(known) };
}
