/** Asks Nix about all chosen packages in one evaluation, before a build would find out one after the other. */
import check from '../../../assets/check-packages.nix?raw';
import type { PackageVerdict } from '../../shared/choosing.ts';
import { packagePath } from '../../shared/package-path.ts';
import { packageName } from '../../shared/recipe-text.ts';
import { done, failed, type Outcome, type Problem } from '../../shared/problem.ts';
import { askFlake, explainNix, nixError } from '../build/evaluate.ts';
import { nixString } from '../flake/nix-text.ts';
import { findings, verdict, type Finding } from './verdict.ts';

export interface CheckInput {
  packages: string[];
  /** A flake reference of nixpkgs. */
  nixpkgs: string;
  system: string;
  allowUnfree: boolean;
}

export interface Checked {
  /** One a name, in order. */
  verdicts: PackageVerdict[];
  /** Where those that can be built will lie in the Nix store, by name. */
  storePaths: Map<string, string>;
}

/** ms. The first time, nixpkgs itself is downloaded. */
const patience = 10 * 60_000;
/** Characters. One argument of a program has 131,072 bytes at most on Linux. */
const longestQuestion = 100_000;
/** Of so many removed packages nixpkgs is asked for the reason, each with an evaluation of its own. */
const mostReasons = 8;

/**
 * What there is to say about each name, in order. One evaluation answers for all; only a package that makes Nix itself
 * give up (`abort`, which nothing catches) is searched for by halves, and only for a removed one there is a second
 * question, since the reason is in the error alone.
 *
 * @returns one verdict a name, or why Nix could not be asked: `nix-missing`, `nix-too-slow`, `cancelled`,
 *   `bad-package-name`, and what `explain.ts` knows.
 */
export async function checkPackages(
  { packages, nixpkgs, system, allowUnfree }: CheckInput,
  signal: AbortSignal,
): Promise<Outcome<Checked>> {
  const paths: string[][] = [];
  for (const name of packages) {
    const refused = packageName.safeParse(name).error?.issues[0];
    // A recipe says the same about the same name.
    if (refused?.code === 'custom') return failed(refused.params?.['problem'] as Problem);
    paths.push(packagePath(name) ?? []);
  }
  if (paths.length === 0) return done({ verdicts: [], storePaths: new Map() });
  const set = `${nixpkgs}#legacyPackages.${system}`;
  const looked = await lookUp(set, paths, signal, false);
  if (!looked.ok) return looked;
  const { found, beside } = looked.value;

  const verdicts: PackageVerdict[] = [];
  const storePaths = new Map<string, string>();
  let reasons = 0;
  for (const [at, name] of packages.entries()) {
    const finding = found[at] ?? { status: 'failed', raw: '' };
    const path = paths[at] ?? [];
    const isAsked = finding.status === 'removed' && reasons++ < mostReasons;
    const reason = isAsked ? await removalReason(set, path, signal) : '';
    if (finding.status === 'ok' && finding.storePath !== null) storePaths.set(name, finding.storePath);
    verdicts.push(verdict({ name, path, finding, reason }, { system, allowUnfree, beside }));
  }
  return done({ verdicts, storePaths });
}

interface LookedUp {
  found: Finding[];
  beside: Record<string, string[]>;
}

/** @param isSane whether nixpkgs itself is known to evaluate: a failure then comes from one of the packages. */
async function lookUp(
  set: string,
  paths: string[][],
  signal: AbortSignal,
  isSane: boolean,
): Promise<Outcome<LookedUp>> {
  const question = `pkgs: (${check}) { inherit pkgs; names = builtins.fromJSON ${nixString(JSON.stringify(paths))}; }`;
  if (question.length > longestQuestion && paths.length > 1) return halves(set, paths, signal, isSane);
  const answer = await askFlake(['eval', '--json', set, '--apply', question], { signal, millis: patience });
  if (!answer.ok) return answer;
  if (answer.value.exitCode === 0) {
    const { packages, beside } = findings.parse(JSON.parse(answer.value.stdout));
    return done({ found: packages, beside });
  }
  if (!isSane) {
    if (paths.length === 0) return failed(explainNix(answer.value));
    const without = await lookUp(set, [], signal, false);
    if (!without.ok) return without;
  }
  if (paths.length > 1) return halves(set, paths, signal, true);
  return done({ found: [{ status: 'failed', raw: nixError(answer.value) }], beside: {} });
}

async function halves(
  set: string,
  paths: string[][],
  signal: AbortSignal,
  isSane: boolean,
): Promise<Outcome<LookedUp>> {
  const middle = Math.ceil(paths.length / 2);
  const first = await lookUp(set, paths.slice(0, middle), signal, isSane);
  if (!first.ok) return first;
  const second = await lookUp(set, paths.slice(middle), signal, isSane);
  if (!second.ok) return second;
  return done({
    found: [...first.value.found, ...second.value.found],
    beside: { ...first.value.beside, ...second.value.beside },
  });
}

/** What nixpkgs says when the name is used. */
async function removalReason(set: string, path: string[], signal: AbortSignal): Promise<string> {
  const names = path.map((part) => nixString(part)).join('.');
  const use = ['eval', '--json', set, '--apply', `pkgs: builtins.seq pkgs.${names} null`];
  const answer = await askFlake(use, { signal, millis: patience });
  return answer.ok && answer.value.exitCode !== 0 ? nixError(answer.value).slice(0, 1000) : '';
}
