/** `nixburn packages`: searches all packages of a nixpkgs, or checks whether names can be on a stick. */
import { homedir } from 'node:os';
import path from 'node:path';
import type { FoundPackage, PackageIndexState, PackageVerdict } from '../../shared/choosing.ts';
import { assertNever, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { emptyRecipe } from '../../shared/recipe.ts';
import { release as knownRelease } from '../../shared/recipe-text.ts';
import { formatBytes, formatCount } from '../../shared/units.ts';
import { defaultNixpkgs } from '../flake/release.ts';
import { nixpkgsReference } from '../nixpkgs-reference.ts';
import { listWithNix } from '../packages/all-packages.ts';
import { catalogueSearcher } from '../packages/catalogue.ts';
import { checkPackages } from '../packages/check.ts';
import { channelOf, indexFile, indexState, updateIndex } from '../packages/index-store.ts';
import { packageSearch } from '../packages/search-thread.ts';
import { findPlaces, type Places } from '../places.ts';
import { channelsMirror } from '../settings.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';
import { problemText } from './terminal.ts';

/** As many as fit on a screen. */
const mostFinds = 40;

export const command: Command = {
  options: {
    nixpkgs: 'string',
    release: 'string',
    system: 'string',
    'allow-unfree': 'boolean',
    json: 'boolean',
  },
  takes: { least: 2, most: Infinity, what: 'search WORDS or check NAME…' },
  async run(call) {
    const release = call.value('release') ?? emptyRecipe().release;
    const refused = knownRelease.safeParse(release).error?.issues[0];
    if (refused?.code === 'custom') return badInput(refused.params?.['problem'] as Problem);
    const system = call.value('system') ?? emptyRecipe().system;
    if (system !== 'x86_64-linux' && system !== 'aarch64-linux')
      return failed(
        usageProblem(`${system} is no architecture: use x86_64-linux or aarch64-linux.`, 'packages'),
      );
    const [act, ...words] = call.positionals;
    if (act === 'search') return search(call, words.join(' '), release, system);
    if (act === 'check') return check(call, words, release, system);
    return failed(usageProblem(`nixburn packages can search or check, and not ${act}.`, 'packages'));
  },
};

async function search(call: Call, words: string, release: string, system: string): Promise<Ending> {
  const { terminal, json, event } = call;
  const places = findPlaces({ platform: process.platform, env: process.env, home: homedir() });
  const folder = path.join(places.cache, 'packages');
  const nixpkgs = nixpkgsReference(call.value('nixpkgs'));
  const state =
    nixpkgs === null
      ? await fromChannel(call, places, folder, release)
      : await fromFlake(call, folder, nixpkgs, system);
  // What was named is what is searched; only without a name there is something else to fall back on.
  if (!state.ok && (nixpkgs !== null || terminal.signal.aborted)) return state;
  if (!state.ok) terminal.tell(`${problemText(state.problem)}\nOnly the catalogue is searched.`);
  const found = state.ok
    ? await packageSearch().search(indexFile(folder, state.value.channel), words, mostFinds)
    : catalogueSearcher().search(words, mostFinds);
  const packages = found ?? [];
  for (const one of packages) {
    event({ kind: 'package', package: one });
    if (!json) terminal.print(packageText(one));
  }
  if (packages.length === 0 && !json) terminal.tell('Nothing was found.');
  return finished({ from: state.ok ? state.value.channel : 'catalogue', count: packages.length });
}

/** An index that is there is used as it is where the channel can not be reached. */
async function fromChannel(
  { terminal }: Call,
  places: Places,
  folder: string,
  release: string,
): Promise<Outcome<PackageIndexState>> {
  const channel = channelOf(release);
  const base = await channelsMirror(places.config, process.env);
  const job = updateIndex({ folder, channel, base }, terminal.signal);
  for (;;) {
    const next = await job.next();
    if (next.done) {
      if (next.value.ok || terminal.signal.aborted) return next.value;
      const older = await indexState(folder, channel);
      if (older === null) return next.value;
      terminal.tell(
        `${problemText(next.value.problem)}\nThe list of ${older.checkedAt.slice(0, 10)} is searched.`,
      );
      return done(older);
    }
    const told = next.value;
    switch (told.kind) {
      case 'phase':
        if (told.phase === 'download') terminal.tell(`Downloading the list of all packages of ${channel} …`);
        else if (told.phase === 'read') terminal.tell('Making it searchable …');
        break;
      case 'progress':
        terminal.status(
          [told.bytes, told.total]
            .flatMap((bytes) => (bytes === null ? [] : [formatBytes(bytes)]))
            .join(' of '),
        );
        break;
      default:
        assertNever(told);
    }
  }
}

async function fromFlake(
  { terminal }: Call,
  folder: string,
  nixpkgs: string,
  system: string,
): Promise<Outcome<PackageIndexState>> {
  terminal.tell(`Nix lists all packages of ${nixpkgs}, unless it has done so before …`);
  return listWithNix(folder, nixpkgs, system, terminal.signal);
}

function packageText({ name, version, about, ...marks }: FoundPackage): string {
  const told = (['unfree', 'broken', 'insecure', 'unsupported'] as const).filter((mark) => marks[mark]);
  const rest = [about, told.length > 0 ? `(${told.join(', ')})` : ''].filter(Boolean).join(' ');
  return [version ? `${name} ${version}` : name, rest].filter(Boolean).join(' — ');
}

async function check(call: Call, packages: string[], release: string, system: string): Promise<Ending> {
  const { terminal, json, event } = call;
  const nixpkgs = nixpkgsReference(call.value('nixpkgs')) ?? defaultNixpkgs(release);
  const allowUnfree = call.flags.has('allow-unfree');
  const checked = await checkPackages({ packages, nixpkgs, system, allowUnfree }, terminal.signal);
  if (!checked.ok) return checked.problem.code === 'bad-package-name' ? badInput(checked.problem) : checked;
  const { verdicts } = checked.value;
  for (const verdict of verdicts) {
    event({ kind: 'verdict', verdict });
    if (!json) terminal.print(verdictText(verdict));
  }
  const bad = verdicts.filter((one) => one.problem !== null);
  if (bad.length === 0) return finished();
  const [only] = bad;
  if (bad.length === 1 && only?.problem) return badInput(only.problem);
  const count = formatCount(bad.length, 'package', 'packages');
  return badInput(
    problem('packages-unusable', `${count} can not be on the stick as things stand.`, {
      remedy: 'Do what is said beside each, and try again.',
    }),
  );
}

function verdictText({ name, version, about, problem: what }: PackageVerdict): string {
  if (what === null) return [version ? `${name} ${version}` : name, about].filter(Boolean).join(' — ');
  return [`${name}: ${what.title}`, what.detail, what.remedy].filter(Boolean).join(' ');
}
