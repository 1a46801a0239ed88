/** Judges chosen names by the list of a channel, for computers without Nix: better than finding out on the builder. */
import type { PackageVerdict } from '../../shared/choosing.ts';
import { packagePath } from '../../shared/package-path.ts';
import type { PackageEntry } from './index-file.ts';
import { verdict, type Finding } from './verdict.ts';

export interface ListedInput {
  packages: string[];
  system: string;
  allowUnfree: boolean;
}

/**
 * @param find searches the list, the best first; null where there is no list.
 * @returns one verdict a name in order, or null where there is no list.
 */
export async function indexVerdicts(
  { packages, system, allowUnfree }: ListedInput,
  find: (query: string) => Promise<PackageEntry[] | null>,
): Promise<PackageVerdict[] | null> {
  const verdicts: PackageVerdict[] = [];
  for (const name of packages) {
    const path = packagePath(name) ?? [name];
    const attribute = path.join('.');
    const found = await find(attribute);
    if (found === null) return null;
    const entry = found.find((one) => one.name === attribute);
    const finding: Finding = entry ? described(entry, system) : { status: 'missing', at: 0 };
    const near = entry ? [] : found.slice(0, 1).map((one) => one.name);
    // Only what is spelt nearly the same is a suggestion: the verdict itself decides that.
    const beside = { '': near };
    verdicts.push(verdict({ name, path: [attribute], finding, reason: '' }, { system, allowUnfree, beside }));
  }
  return verdicts;
}

function described(entry: PackageEntry, system: string): Finding {
  const { name, version, about, program, unfree, broken, insecure, unsupported } = entry;
  return {
    status: 'ok',
    name,
    version: version || null,
    description: about || null,
    licenses: [],
    mainProgram: program || null,
    broken,
    unfree,
    insecure,
    // The list is of x86_64-linux: it says nothing about others.
    unsupported: unsupported && system === 'x86_64-linux',
    vulnerabilities: [],
    platforms: [],
    storePath: '',
  };
}
