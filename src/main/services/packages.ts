/** The part of the services that searches packages and checks the chosen ones. */
import path from 'node:path';
import type { PackageVerdict } from '../../shared/choosing.ts';
import { done, failed, problem } from '../../shared/problem.ts';
import { emptyRecipe } from '../../shared/recipe.ts';
import { hostName } from '../../shared/recipe-text.ts';
import { keptNixpkgs } from '../flake-lock.ts';
import { defaultNixpkgs } from '../flake/release.ts';
import { keptImages } from '../image/store.ts';
import { listWithNix } from '../packages/all-packages.ts';
import { catalogue, catalogueSearcher, presets } from '../packages/catalogue.ts';
import { checkPackages } from '../packages/check.ts';
import { indexVerdicts } from '../packages/check-by-list.ts';
import { closureSize } from '../packages/closure-size.ts';
import { estimateImage } from '../packages/estimate.ts';
import { channelOf, indexFile, indexState, updateIndex } from '../packages/index-store.ts';
import { packageSearch } from '../packages/search-thread.ts';
import { channelsMirror } from '../settings.ts';
import type { Calls, Jobs, Surroundings } from './part.ts';

/** @param env `NIXBURN_CHANNELS` is where channels are published, in place of the mirror of the settings and of NixOS' own server. */
export function packageServices(
  { places, nixpkgs }: Surroundings,
  env: Record<string, string | undefined> = process.env,
): {
  calls: Pick<Calls, 'catalogue' | 'presets' | 'searchPackages' | 'packageIndex'>;
  jobs: Pick<Jobs, 'updatePackageIndex' | 'checkPackages'>;
} {
  const folder = path.join(places.cache, 'packages');
  const thread = packageSearch();
  const ofCatalogue = catalogueSearcher();
  /** A nixpkgs of somebody's own is in no channel. */
  const sourceOf = (release: string) => nixpkgs ?? channelOf(release);

  /** What a recipe of this name is built from: the revision of the last build, else the newest of the release. */
  async function nixpkgsOf(name: string, release: string): Promise<string> {
    if (nixpkgs !== null) return nixpkgs;
    const branch = defaultNixpkgs(release);
    // A recipe that is not finished may be called anything, also what is no file name.
    if (!hostName.safeParse(name).success) return branch;
    const kept = await keptNixpkgs({ places, name, nixpkgs: branch });
    const isCommit = kept !== null && /^[0-9a-f]{40}$/.test(kept.revision);
    return isCommit ? branch.replace(/[^/]+$/, kept.revision) : branch;
  }

  /** What the index knows is a suggestion, too: who types `nvim` means neovim. */
  async function suggest(verdict: PackageVerdict, release: string): Promise<PackageVerdict> {
    if (verdict.problem?.code !== 'package-missing' || verdict.suggestion !== null) return verdict;
    const found = await thread.search(indexFile(folder, sourceOf(release)), verdict.name, 1);
    const [first] = found ?? ofCatalogue.search(verdict.name, 1);
    if (first === undefined || first.program !== verdict.name) return verdict;
    const said = `${verdict.name} is a program of the package ${first.name}.`;
    return { ...verdict, suggestion: first.name, problem: { ...verdict.problem, detail: said } };
  }

  return {
    calls: {
      catalogue,
      presets,
      async searchPackages({ words, release, limit }) {
        const found = await thread.search(indexFile(folder, sourceOf(release)), words, limit);
        return found === null
          ? { from: 'catalogue', packages: ofCatalogue.search(words, limit) }
          : { from: 'index', packages: found };
      },
      packageIndex: ({ release }) => indexState(folder, sourceOf(release)),
    },
    jobs: {
      async *updatePackageIndex({ release, force }, signal) {
        if (nixpkgs !== null) {
          const known = await indexState(folder, nixpkgs);
          if (!force) return known === null ? failed(unlisted) : done(known);
          yield { kind: 'phase', phase: 'read' };
          const listed = await listWithNix(folder, nixpkgs, emptyRecipe().system, signal);
          if (listed.ok) thread.forget();
          return listed;
        }
        const channel = channelOf(release);
        const base = await channelsMirror(places.config, env);
        const updated = yield* updateIndex({ folder, channel, force, base }, signal);
        if (updated.ok) thread.forget();
        return updated;
      },
      // oxlint-disable-next-line require-yield
      async *checkPackages({ release, name, compression, ...rest }, signal) {
        const wanted = { ...rest, nixpkgs: await nixpkgsOf(name, release) };
        const checked = await checkPackages(wanted, signal);
        if (!checked.ok && checked.problem.code === 'nix-missing') {
          // Without Nix, the list of the channel knows most of it.
          const listed = await indexVerdicts(wanted, (query) =>
            thread.search(indexFile(folder, sourceOf(release)), query, 5),
          );
          if (listed === null) return checked;
          const unknown = rest.packages;
          const size = estimateImage({ lastImage: null, installed: 0, unknown, compression });
          const verdicts = await Promise.all(listed.map((one) => suggest(one, release)));
          return done({ verdicts, by: 'list', size });
        }
        if (!checked.ok) return checked;
        const { storePaths } = checked.value;
        const verdicts = await Promise.all(checked.value.verdicts.map((one) => suggest(one, release)));
        const { bytes: installed, known } = await closureSize([...storePaths.values()], signal);
        const unknown = rest.packages.filter((one) => !known.has(storePaths.get(one) ?? ''));
        const last = (await keptImages(places.images)).find((image) => image.name === name);
        const lastImage = last?.bytes ?? null;
        const size = estimateImage({ lastImage, installed, unknown, compression });
        return done({ verdicts, by: 'nix', size });
      },
    },
  };
}

const unlisted = problem('index-on-request', 'No channel lists the packages of this nixpkgs.', {
  detail:
    'Nix can go through all of it; with the whole of nixpkgs this takes minutes and some 5 GB of memory.',
  remedy: 'Let Nix list it, or search the catalogue.',
});
