/** Turns what Nix found out about a package into what a person should know and do; pure. */
import { z } from 'zod';
import type { PackageVerdict } from '../../shared/choosing.ts';
import { problem, type Problem } from '../../shared/problem.ts';
import { quoted } from '../../shared/recipe-text.ts';
import { nearestName } from './misspelling.ts';

/** One package as `assets/check-packages.nix` describes it. */
const finding = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    name: z.string(),
    version: z.string().nullable(),
    description: z.string().nullable(),
    licenses: z.array(z.string()),
    mainProgram: z.string().nullable(),
    broken: z.boolean(),
    unfree: z.boolean(),
    insecure: z.boolean(),
    unsupported: z.boolean(),
    vulnerabilities: z.array(z.string()),
    platforms: z.array(z.string()),
    storePath: z.string().nullable(),
  }),
  z.object({ status: z.literal('missing'), at: z.number() }),
  z.object({ status: z.literal('removed') }),
  z.object({ status: z.enum(['set', 'value']), members: z.number() }),
]);

/** The whole answer. `beside` has the names that lie where one is missing, by the path to that place. */
export const findings = z.object({
  packages: z.array(finding),
  beside: z.record(z.string(), z.array(z.string())),
});

/** A package that is there, as Nix describes it. */
type Described = Extract<z.infer<typeof finding>, { status: 'ok' }>;
export type Finding = z.infer<typeof finding> | { status: 'failed'; raw: string };

export interface Asked {
  name: string;
  /** The parts of the name. */
  path: string[];
  finding: Finding;
  /** Why nixpkgs has it no more, in its own words; empty where it does not say. */
  reason: string;
}

export interface Circumstances {
  system: string;
  allowUnfree: boolean;
  beside: Record<string, string[]>;
}

/** What to tell about one name. */
export function verdict(asked: Asked, around: Circumstances): PackageVerdict {
  const { name, finding: found } = asked;
  const nothing: PackageVerdict = {
    name,
    version: null,
    about: null,
    licenses: [],
    program: null,
    unfree: false,
    broken: false,
    insecure: false,
    unsupported: false,
    problem: null,
    suggestion: null,
  };
  switch (found.status) {
    case 'missing': {
      const suggestion = nearest(asked, found.at, around.beside);
      return { ...nothing, suggestion, problem: missing(name, suggestion) };
    }
    case 'removed': {
      const suggestion = successor(asked.reason, asked.path);
      return { ...nothing, suggestion, problem: removed(name, asked.reason, suggestion) };
    }
    case 'set':
    case 'value':
      return { ...nothing, problem: notAPackage(name, found) };
    case 'failed':
      return { ...nothing, problem: failing(name, found.raw) };
    case 'ok':
      return {
        ...nothing,
        version: found.version,
        about: found.description?.replace(/\s+/g, ' ').trim() ?? null,
        licenses: found.licenses,
        program: found.mainProgram,
        unfree: found.unfree,
        broken: found.broken,
        insecure: found.insecure,
        unsupported: found.unsupported,
        problem: refusal(name, found, around),
      };
  }
}

/** In the order in which nixpkgs itself refuses (pkgs/stdenv/generic/check-meta.nix). */
function refusal(name: string, found: Described, { system, allowUnfree }: Circumstances): Problem | null {
  if (found.unfree && !allowUnfree) {
    return problem('package-unfree', `${quoted(name)} is not free software.`, {
      detail: found.licenses.length > 0 ? `Its license: ${found.licenses.join(', ')}.` : '',
      remedy: 'Allow packages that are not free software, or remove it.',
    });
  }
  if (found.broken) {
    return problem('package-broken', `${quoted(name)} does not work in this release.`, {
      detail: 'nixpkgs marks it as broken.',
      remedy: 'Remove it, or choose another release.',
    });
  }
  if (found.unsupported) {
    return problem('package-unsupported', `${quoted(name)} does not exist for ${system}.`, {
      detail: platformWords(found.platforms),
      remedy: 'Remove it, or choose another architecture.',
    });
  }
  if (found.insecure) {
    return problem('package-insecure', `${quoted(name)} has known security holes.`, {
      detail: found.vulnerabilities.join('\n'),
      remedy: 'Remove it, or look for something that takes its place.',
    });
  }
  // What is refused for its license alone has no path either, and was said to be allowed.
  if (found.storePath === null && !found.unfree) return failing(name, '');
  return null;
}

/** Empty where nothing is known of them. */
function platformWords(platforms: string[]): string {
  const there = platforms.filter((one) => one.endsWith('-linux'));
  if (there.length > 0) return `It exists for ${there.slice(0, 8).join(', ')}.`;
  return platforms.length > 0 ? 'It does not exist for Linux.' : '';
}

function missing(name: string, suggestion: string | null): Problem {
  return problem('package-missing', `There is no package ${quoted(name)} in this release.`, {
    detail: suggestion === null ? '' : `Did you mean ${suggestion}?`,
    remedy: suggestion === null ? 'Search for what it is called.' : 'Correct the name, or remove it.',
  });
}

function removed(name: string, reason: string, suggestion: string | null): Problem {
  return problem('package-removed', `nixpkgs does not have ${quoted(name)} any more.`, {
    detail: sentence(reason),
    remedy:
      suggestion === null
        ? 'Remove it, or look for something that takes its place.'
        : `Take ${suggestion} in its place.`,
  });
}

function notAPackage(name: string, { status, members }: { status: string; members: number }): Problem {
  return problem('package-is-set', `${quoted(name)} is not a package.`, {
    detail: status === 'set' ? `It is a set of ${members} names.` : '',
    remedy: status === 'set' ? `Choose one that is in it, such as ${name}.NAME.` : 'Remove it.',
  });
}

function failing(name: string, raw: string): Problem {
  return problem('package-fails', `${quoted(name)} can not be evaluated.`, {
    detail: 'nixpkgs has it, and makes a mistake in it.',
    remedy: 'Remove it, or choose another release.',
    raw: raw.slice(0, 4000),
  });
}

/** The rest of the path stays: `pythn3Packages.requests` becomes `python3Packages.requests`. */
function nearest({ path }: Asked, at: number, beside: Record<string, string[]>): string | null {
  const names = beside[path.slice(0, at).join('.')] ?? [];
  const near = nearestName(path[at] ?? '', names);
  return near === null ? null : path.with(at, near).join('.');
}

/**
 * Who took the place of a removed package, as nixpkgs' aliases word it: "renamed to/replaced by 'x'", "Consider using
 * 'x'", "use 'x' instead". Nothing is guessed from other words.
 *
 * @param path of the removed name: where a set in it was removed, the rest stays.
 */
export function successor(reason: string, path: readonly string[]): string | null {
  const named =
    /(?:renamed to|replaced by|replaced with|superseded by|in favou?r of|consider(?: using)?|(?<![a-z])use|switch to|migrate to|available as)(?:\/replaced by)?:?\s+(?:the\s+)?['"‘`“]([A-Za-z_][\w.+'-]*?)['"’`”]/i.exec(
      reason,
    );
  const found = named?.[1];
  if (found === undefined || found === path.join('.')) return null;
  const replaced = path.findIndex((part) =>
    [`'${part}'`, `‘${part}’`, `"${part}"`].some((one) => reason.startsWith(one)),
  );
  return replaced < 0 || replaced === path.length - 1 ? found : path.with(replaced, found).join('.');
}

/** Words of somebody else's as a sentence beside ours. */
function sentence(words: string): string {
  return words === '' || /[.!?]$/.test(words) ? words : `${words}.`;
}
