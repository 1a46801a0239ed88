/** Turns what Nix and ssh say when they fail into what happened, why, and what to do next. */
import { cancelled, problem, type Problem } from '../../shared/problem.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { NixFailure } from './nix-log.ts';

/** How the program ended, where that is known. */
export interface ExitCause {
  exitCode: number | null;
  /** e.g. `SIGSEGV`. */
  signal: string | null;
}

/** Title, detail, remedy. `$1` stands for the first group of the match. */
type Words = [title: string, detail: string, remedy: string];

interface Rule {
  code: string;
  match: RegExp;
  /** `log`: the last lines of the log are searched too, where the real reason often hides. */
  in: 'errors' | 'log';
  words: Words;
}

const rule = (code: string, match: RegExp, ...words: Words): Rule => ({ code, match, in: 'errors', words });
const logRule = (code: string, match: RegExp, ...words: Words): Rule => ({ code, match, in: 'log', words });

const report = 'Read the technical details, and correct what they name.';
const connection = 'Check the connection, the proxy and the VPN, then try again.';

/**
 * From the particular to the general: the first match wins. Messages of Nix 2.8, 2.26 and 2.36, nixpkgs 24.05 and
 * OpenSSH 9; the tests hold each one as it was recorded.
 */
const rules: Rule[] = [
  logRule(
    'disk-full',
    /No space left on device|lack of free disk space|disk I\/O error|database or disk is full|Disk quota exceeded/i,
    'The disk that holds the Nix store is full.',
    'Nix could not write its files.',
    'Free some space: about 10 GB are needed. `nix-collect-garbage` removes what Nix does not need any more.',
  ),
  rule(
    'nix-features-off',
    /experimental Nix feature '([\w-]+)' is disabled/,
    'A feature of Nix that Nixburn needs is switched off.',
    'Nix calls it “$1”.',
    'Allow “nix-command flakes” under experimental-features in the settings of Nix.',
  ),
  rule(
    'nix-too-old',
    /unrecognised (?:flag|option)|requires? (?:at least )?Nix(?:[^\n]{0,40})?(?:version|>=|newer)|too old[^\n]{0,40}upgrade Nix/i,
    'This Nix is too old.',
    'It does not know something that the build needs.',
    'Install Nix 2.18 or later from https://nixos.org/download, then try again.',
  ),
  rule(
    'nix-group-missing',
    /the (?:build users )?group '([^']+)' (?:specified in 'build-users-group' )?(?:does not exist|has no members)/,
    'The group of users that builds for Nix is missing.',
    'Nix looks for the group “$1”.',
    'Install the set-up package of Nix (on Debian: nix-setup-systemd), then try again.',
  ),
  rule(
    'nix-denied',
    /daemon-socket\/socket'?: Permission denied/,
    'Your account may not use Nix on this machine.',
    'The Nix service refuses it.',
    'On Debian and Ubuntu run `sudo usermod -aG nix-users $USER`, then log out and in again.',
  ),
  rule(
    'nix-daemon-down',
    /cannot connect to socket at '[^']*daemon-socket|cannot connect to daemon/,
    'The Nix service is not running.',
    'Nothing answers at its socket.',
    'Start it with `sudo systemctl start nix-daemon`, then try again.',
  ),
  rule(
    'nix-store-denied',
    /(?:could not set permissions on|creating directory|opening lock file|opening file) '\/nix\/[^']*'[^\n]*(?:Permission denied|not permitted)|cannot open connection to the Nix store|\/nix\/[^\n]*: Permission denied|'\/nix\/[^\n]*Operation not permitted/,
    'Your account may not write the Nix store.',
    'Nix is installed for another account, and its service is not set up.',
    'Install Nix for all users from https://nixos.org/download, or build with the account that installed it.',
  ),
  logRule(
    'builder-not-trusted',
    /not privileged to build input-addressed derivations/,
    'The builder does not trust your account.',
    'It refuses to build what another machine has evaluated.',
    'Choose the builder in Nixburn by SSH, which needs no such trust, or be added to trusted-users there.',
  ),
  rule(
    'signature-missing',
    /lacks a (?:valid signature|signature by a trusted key)/,
    'A result of the builder is not signed.',
    'Nix only takes over files that are signed by a key it trusts.',
    'Choose the builder in Nixburn by SSH, which fetches the image as a file.',
  ),
  rule(
    'hash-mismatch',
    /hash mismatch (?:in fixed-output derivation|importing path)|NAR hash mismatch/,
    'A downloaded file is not the one that was expected.',
    'It was changed where it comes from, or damaged on the way. This is not your fault.',
    'Try again; if it stays, choose another NixOS release or update it.',
  ),
  rule(
    'download-limited',
    /unable to download 'https:\/\/api\.github\.com[^']*': HTTP error (?:403|429)/,
    'GitHub limits how often it may be asked.',
    'Too many downloads came from your network in the last hour.',
    'Wait an hour, then try again. Keep flake.lock: with it, GitHub is asked less.',
  ),
  rule(
    'no-network',
    /unable to download '[^']*': (?:Couldn't resolve host|Could not resolve host|Couldn't connect|Could not connect|Failed to connect|Timeout was reached|Network is unreachable)/i,
    'There is no connection to the internet.',
    'Nix could not download what it needs.',
    connection,
  ),
  rule(
    'download-failed',
    /unable to download '([^']*)': ([^\n;]*)/,
    'A download failed.',
    '$1 answered: $2.',
    connection,
  ),
  rule(
    'package-unfree',
    /Package [‘'"]([^’'"\n]+)[’'"][^\n]* has an unfree license/,
    'The package $1 is not free software.',
    'NixOS asks first before it uses such a package.',
    'Allow unfree packages in the recipe, or take the package out.',
  ),
  rule(
    'package-insecure',
    /Package [‘'"]([^’'"\n]+)[’'"][^\n]* is marked as insecure/,
    'The package $1 has known security holes.',
    'NixOS refuses it.',
    'Take it out, or allow it by name under permittedInsecurePackages in the extra module.',
  ),
  rule(
    'package-broken',
    /Package [‘'"]([^’'"\n]+)[’'"][^\n]* is marked as broken/,
    'The package $1 does not work in this release of NixOS.',
    'Its maintainers have marked it as broken.',
    'Take it out, or choose another release.',
  ),
  rule(
    'package-unsupported',
    /Package [‘'"]([^’'"\n]+)[’'"][^\n]* is not (?:available|supported) on/,
    'The package $1 does not exist for this kind of processor.',
    '',
    'Take it out, or choose another system in the recipe.',
  ),
  rule(
    'package-removed',
    /(?:'|^|\s)([\w.+-]+)'? (?:has been|was) removed(?: from nixpkgs)?([^\n]{0,300})/,
    'The package $1 has been removed from NixOS.',
    'NixOS says: it has been removed$2',
    'Take it out, or look for what replaces it.',
  ),
  rule(
    'attribute-missing',
    /attribute '([^']+)' missing|undefined variable '([^']+)'/,
    'There is no “$1$2” in this release of NixOS.',
    'Most often a package name is not spelt as NixOS spells it.',
    'Correct the name, or take it out.',
  ),
  rule(
    'flake-output-missing',
    /does not provide attribute ([^\n]*)/,
    'The flake holds no installer image.',
    'Nix looked for $1.',
    'Let Nixburn write the flake again.',
  ),
  rule(
    'system-mismatch',
    /is required to build '[^']*', but I am a|required system or feature not available|Reason: platform mismatch/,
    'This machine cannot build that kind of image.',
    'The image is for another processor or operating system, or needs a feature that is missing here.',
    'Choose a Linux builder of the right kind over SSH.',
  ),
  rule(
    'option-conflict',
    /The option `([^'`]+)'[^\n]* has conflicting definition values|The option `([^'`]+)' is defined multiple times/,
    'Two parts of the configuration disagree about $1$2.',
    'Both set this option, to different values. The technical details name the files.',
    'In the extra module, wrap your value in `lib.mkForce`.',
  ),
  rule(
    'option-unknown',
    /The option `([^'`]+)' does not exist/,
    'The option $1 does not exist in this release of NixOS.',
    'The technical details name the file that sets it.',
    'Correct its name in the extra module.',
  ),
  rule(
    'option-type',
    /A definition for option `([^'`]+)' is not of type `([^\n]+)'\./,
    'The value of $1 is of the wrong kind.',
    'NixOS expects: $2.',
    'Correct the value in the extra module.',
  ),
  rule(
    'assertion-failed',
    /Failed assertions:\s*((?:\n?[^\n]+){1,20})/,
    'NixOS refuses this configuration.',
    '$1',
    'Correct what it names, then build again.',
  ),
  rule(
    'syntax-error',
    /syntax error, ([^\n]*)(?:[\s\S]{0,80}?at (?:[^\n]*?-source\/)?([^\n:]+):(\d+))?/,
    'There is a typing mistake in the configuration.',
    'Nix says: $1, in $2, line $3.',
    'Correct it, then build again.',
  ),
  rule(
    'file-missing',
    /getting status of '(?:[^']*-source\/)?([^']*)': No such file|path '(?:[^']*-source\/)?([^']*)' (?:does not exist|is not tracked by Git)|'(?:[^']*-source\/)?([^']*)' is not tracked by Git/,
    'The file $1$2$3 is missing from the flake.',
    'Nix does not find it there.',
    'Put it into the folder of the flake; in a git repository, also `git add` it.',
  ),
  logRule(
    'ssh-denied',
    /Permission denied \(([\w,-]*(?:publickey|password|keyboard-interactive)[\w,-]*)\)/,
    'The builder does not let you in.',
    'It accepts none of your keys, and Nixburn never types a password.',
    'Check that `ssh` to the builder works in a terminal without a password; load your key with `ssh-add`.',
  ),
  logRule(
    'ssh-host-key',
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'The builder’s host key is not the known one.',
    'Either you never connected to it before, or it is another machine than last time.',
    'Connect once with `ssh` in a terminal and compare its fingerprint.',
  ),
  logRule(
    'ssh-unreachable',
    /ssh: (?:Could not resolve hostname|connect to host) [^\n]*|Connection (?:closed|reset|timed out)[^\n]*|Timeout, server [^\n]*/i,
    'The builder cannot be reached.',
    '',
    'Check its name, that it is switched on, and your network.',
  ),
  rule(
    'build-failed',
    /(?:builder for|Cannot build) '\/nix\/store\/\w+-([^']+?)\.drv'[\s\S]*?(?:failed|exit code|signal)/,
    '$1 could not be built.',
    'The technical details hold the last lines of its log.',
    'Try again; if it stays, take out what needs it, or choose another release.',
  ),
];

/** Says what a failure of Nix means. `raw` keeps the cause and the last lines, without secrets. */
export function explainFailure(failure: NixFailure, exit: ExitCause): Problem {
  const raw = hideSecrets(rawText(failure)).slice(0, 16_000);
  const errors = failure.errors.join('\n');
  // Without an error of its own, Nix did not even begin, or ssh failed: then all there is is the log.
  const log = [errors, ...failure.tail, ...(failure.errors.length === 0 ? failure.lines : [])].join('\n');
  if (/^interrupted by the user/m.test(failure.errors[0] ?? '')) return { ...cancelled, raw };
  for (const { code, match, in: where, words } of rules) {
    const found = match.exec(where === 'log' ? log : errors);
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
    remedy: report,
    raw,
  });
}

/** Puts the groups of a match into a sentence, each on one line and not too long. */
function fill(text: string, found: RegExpExecArray): string {
  return text
    .replace(/, in \$2, line \$3/, found[2] === undefined ? '' : '$&')
    .replace(/\$(\d)/g, (_, index: string) =>
      hideSecrets(found[Number(index)] ?? '')
        .trim()
        .slice(0, 600),
    );
}

/** The first line of the cause, else the last line that says something. */
function lastWords(failure: NixFailure): string {
  const said =
    failure.errors[0] ?? failure.lines.findLast((line) => line.trim() !== '') ?? 'Nix said nothing.';
  return said.split('\n', 1)[0]!.slice(0, 600);
}

function rawText({ errors, tail, lines }: NixFailure): string {
  if (errors.length === 0) return lines.slice(-20).join('\n');
  return [errors[0], ...tail, ...errors.slice(1)].join('\n');
}
