/** Turns what Nix and ssh say when they fail into what happened, why, and what to do next. */
import { cancelled, problem, type Problem } from '../../shared/problem.ts';
import { hideSecrets } from './hide-secrets.ts';
import { knownFailures, type KnownFailure, type Words } from './known-failures.ts';
import type { NixFailure } from './nix-log.ts';

/** How the program ended, where that is known. */
export interface ExitCause {
  exitCode: number | null;
  /** e.g. `SIGSEGV`. */
  signal: string | null;
}

/** Says what a failure of Nix means. `raw` keeps the cause and the last lines, without secrets. */
export function explainFailure(failure: NixFailure, exit: ExitCause): Problem {
  const raw = hideSecrets(rawText(failure)).slice(0, 16_000);
  const errors = failure.errors.join('\n');
  const texts: Record<KnownFailure['in'], string> = {
    errors,
    log: [errors, ...failure.tail].join('\n'),
    // Without an error of its own, Nix did not even begin.
    ssh: failure.errors.length === 0 ? failure.lines.join('\n') : '',
  };
  if (/^interrupted by the user/m.test(failure.errors[0] ?? '')) return { ...cancelled, raw };
  for (const { code, match, in: where, words } of knownFailures) {
    const found = match.exec(texts[where]);
    if (!found) continue;
    const [title, detail, remedy] = words.map((text) => fill(text, found)) as Words;
    return problem(code, title, { detail, remedy, raw });
  }
  if (exit.signal === 'SIGSEGV' || exit.exitCode === 139)
    return problem('nix-crashed', 'Nix itself crashed.', {
      detail: 'Some versions do, among them Debian 12’s 2.8.',
      remedy: 'Install a newer Nix from https://nixos.org/download, then try again.',
      raw,
    });
  if (exit.signal === 'SIGKILL' || exit.exitCode === 137)
    return problem('nix-killed', 'Something stopped Nix.', {
      detail: 'Most often the machine ran out of memory.',
      remedy: 'Close other programs, or choose a builder with more memory.',
      raw,
    });
  return problem('build-unexplained', 'The build failed.', {
    detail: hideSecrets(lastWords(failure)),
    remedy: 'Read the technical details, and correct what they name.',
    raw,
  });
}

/** Puts the groups of a match into a sentence. A part in braces is left out where its group matched nothing. */
function fill(text: string, found: RegExpExecArray): string {
  const group = (index: string) =>
    hideSecrets(found[Number(index)] ?? '')
      .trim()
      .slice(0, 600);
  return text
    .replace(/\{([^{}]*?\$(\d)[^{}]*)\}/g, (_, part: string, index: string) => (group(index) ? part : ''))
    .replace(/\$(\d)/g, (_, index: string) => group(index));
}

/** The first line of the cause, else the last lines that say something. */
function lastWords({ errors, lines }: NixFailure): string {
  if (errors[0]) return errors[0].split('\n', 1)[0]!.slice(0, 600);
  const said = lines.filter((line) => line.trim() !== '' && !line.startsWith('warning:')).slice(-3);
  return (said.length > 0 ? said : lines.slice(-1)).join('\n').slice(0, 600) || 'Nix said nothing.';
}

function rawText({ errors, full, tail, lines }: NixFailure): string {
  if (errors.length === 0) return lines.slice(-20).join('\n');
  return [full, ...tail, ...errors.slice(1)].join('\n');
}
