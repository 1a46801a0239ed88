/** The failures of Nix, nixpkgs and ssh that Nixburn can put into words: what to look for, and what to say. */

/** Title, detail, remedy. `$1` stands for the first group of the match; `{…$1…}` goes where that group is empty. */
export type Words = [title: string, detail: string, remedy: string];

export interface KnownFailure {
  code: string;
  match: RegExp;
  /**
   * Where to look. `errors`: what Nix called an error. `log`: the last lines of the failed build too, where the real
   * reason often hides. `ssh`: what was said where Nix called nothing an error, because ssh failed and not Nix.
   */
  in: 'errors' | 'log' | 'ssh';
  words: Words;
}

const rule = (code: string, match: RegExp, ...words: Words): KnownFailure => ({
  code,
  match,
  in: 'errors',
  words,
});
const logRule = (...of: Parameters<typeof rule>): KnownFailure => ({ ...rule(...of), in: 'log' });
const sshRule = (...of: Parameters<typeof rule>): KnownFailure => ({ ...rule(...of), in: 'ssh' });

const connection = 'Check the connection, the proxy and the VPN, then try again.';

/**
 * From the particular to the general: the first match wins. Messages of Nix 2.8, 2.26 and 2.34, nixpkgs 24.05 to
 * 26.11, and OpenSSH 9; the tests hold each one as it was recorded.
 */
export const knownFailures: KnownFailure[] = [
  logRule(
    'disk-full',
    /No space left on device|lack of free disk space|disk I\/O error|database or disk is full|Disk quota exceeded/i,
    'The disk that holds the Nix store is full.',
    'Nix could not write its files.',
    'Free some space: about 10 GB are needed. `nix-collect-garbage` removes what Nix does not need any more.',
  ),
  logRule(
    'store-damaged',
    /file is not a database|database disk image is malformed|database corruption/,
    'The database of the Nix store is damaged.',
    'Nix can not read what it has in its store.',
    'Check the disk, then install Nix again, or choose another builder.',
  ),
  rule(
    'store-busy',
    /SQLite database '[^']*' is busy|database is locked/,
    'The Nix store is busy.',
    'Several programs use Nix at the same moment, and this one waited in vain.',
    'Wait until the others are done, then try again.',
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
    /hash mismatch (?:in fixed-output derivation|in file downloaded|importing path)|NAR hash mismatch/,
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
    /unable to download '[^']*': (?:Couldn't|Could not) resolve host|Network is unreachable/i,
    'There is no connection to the internet.',
    'Nix could not even find the address of the server.',
    connection,
  ),
  rule(
    'certificate',
    /unable to download '([^']*)': (?:SSL peer certificate|Problem with the SSL CA cert|SSL certificate problem|Peer certificate)/,
    'The connection to a server is not to be trusted.',
    'The certificate of $1 was refused.',
    'Check that the clock is right, and whether a proxy or virus scanner stands between; then try again.',
  ),
  rule(
    'server-unreachable',
    /unable to download '([^']*)': (?:Couldn't connect|Could not connect|Failed to connect|Timeout was reached|Connection (?:timed out|reset))/i,
    'A server does not answer.',
    'Nix could not reach $1.',
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
    /Package [‘'"]([^’'"\n]+)[’'"][^\n]* (?:is marked as broken|has problems:\s*- broken)/,
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
    'NixOS says: it has been removed $2',
    'Take it out, or look for what replaces it.',
  ),
  rule(
    'not-pure',
    /is forbidden in pure eval(?:uation)? mode|attribute 'current(?:System|Time)' missing/,
    'The configuration looks at this computer.',
    'A flake may only use what lies in its own folder, so that it gives the same image everywhere.',
    'Put the file into the extra module itself, or take out what reads it.',
  ),
  rule(
    'infinite-recursion',
    /infinite recursion encountered|stack overflow/,
    'The configuration goes round in circles.',
    'Something in it depends on itself.',
    'Look in the extra module for an option that is set from its own value; `lib.mkIf` often cures it.',
  ),
  rule(
    'attribute-missing',
    /(?:attribute '([^']+)' missing|undefined variable '([^']+)')(?:[\s\S]*?Did you mean ([^?\n]+)\?)?/,
    'There is no “$1$2” in this release of NixOS.',
    'Most often a package name is not spelt as NixOS spells it.{ Nix asks: did you mean $3?}',
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
    /is required to build '[^']*', but I am a|required system or feature not available|Reason: (?:platform mismatch|missing system features)/,
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
    'Nix says: $1{, in $2, line $3}.',
    'Correct it, then build again.',
  ),
  rule(
    'git-missing',
    /executing 'git': No such file/,
    'The program `git` is missing.',
    'Nix fetches parts of the flake with it.',
    'Install git where the build runs, then try again.',
  ),
  rule(
    'lock-unsupported',
    /lock file '[^']*' has unsupported version/,
    'The lock file of the flake was written by a newer Nix.',
    'This version of Nix can not read it.',
    'Install a newer Nix from https://nixos.org/download, or remove flake.lock.',
  ),
  rule(
    'input-missing',
    /(?:getting status of '|path ')\/?(\/(?!nix\/store)[^']*)'(?:: No such file| does not exist)/,
    'The folder $1 is not there.',
    'The flake builds from it.',
    'Correct the address of nixpkgs, or leave it out to take that of the release.',
  ),
  rule(
    'file-missing',
    /(?:getting status of|path) '(?:[^']*-source\/)?([^']*)'(?:: No such file| does not exist)|[Pp]ath '(?:[^']*-source\/)?([^']*)'[^\n]* is not tracked by Git|'(?:[^']*-source\/)?([^']*)' is not tracked by Git/,
    'The file $1$2$3 is missing from the flake.',
    'Nix does not find it there.',
    'Put it into the folder of the flake; in a git repository, also `git add` it.',
  ),
  rule(
    'sandbox-unavailable',
    /does not support the kernel namespaces that are required for sandboxing|cloning builder process|sandbox[^\n]*Operation not permitted/,
    'Nix can not shut its builds off here.',
    'The system, often a container, does not offer what the sandbox of Nix needs.',
    'Set `sandbox = false` in the settings of Nix there, or choose another builder.',
  ),
  logRule(
    'sandbox-shell-missing',
    /executing '(\/bin\/sh|\/usr\/bin\/env)': No such file or directory/,
    'The sandbox of Nix on this machine has no $1.',
    'Builds that need it can not begin. Nix puts a shell there where it was built with one.',
    'Set `sandbox = false` in the settings of Nix there, or install Nix from https://nixos.org/download.',
  ),
  logRule(
    'processor-differs',
    /executing '([^']+)': Exec format error/,
    'A part of the build is for another kind of processor.',
    'This machine can not run $1, and has no emulator for it.',
    'Choose a builder of that kind over SSH, or switch an emulator on there (on NixOS boot.binfmt.emulatedSystems).',
  ),
  rule(
    'no-local-builds',
    /unable to start any build|local builds are disabled/i,
    'Nix may not build on this machine.',
    'Its settings say `max-jobs = 0`, and no other machine is named.',
    'Set max-jobs to 1 or more, or choose a Linux builder over SSH.',
  ),
  rule(
    'build-timed-out',
    /timed out after (\d+) seconds/,
    'A part of the build took too long.',
    'The settings of Nix allow $1 s (timeout, max-silent-time).',
    'Raise that limit, or choose a faster builder.',
  ),
  sshRule(
    'ssh-denied',
    /Permission denied \(([\w,-]*(?:publickey|password|keyboard-interactive|hostbased|gssapi)[\w,-]*)\)|Too many authentication failures/,
    'The builder does not let you in.',
    'It accepts none of your keys, and Nixburn never types a password.',
    'Check that `ssh` to the builder works in a terminal without a password; load your key with `ssh-add`.',
  ),
  sshRule(
    'host-key-changed',
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for [^\n]* has changed/,
    'The builder shows another host key than before.',
    'It was installed anew, or another machine answers in its place.',
    'Ask whoever runs it for the new fingerprint; only if it is right, remove the old key with `ssh-keygen -R`.',
  ),
  sshRule(
    'host-key-unknown',
    /Host key verification failed|No [\w-]+ host key is known/,
    'You never connected to this builder before.',
    'Its host key is not known here, so another machine could answer in its place.',
    'Compare its fingerprint with the one that whoever runs it tells you, then trust it.',
  ),
  sshRule(
    'builder-lost',
    /Connection to [^\n]* closed by remote host|Connection reset by|client_loop: |Timeout, server [^\n]*|Broken pipe/,
    'The connection to the builder broke off.',
    '',
    'Check your network, then build again: what is done already is kept there.',
  ),
  sshRule(
    'ssh-unreachable',
    /ssh: (?:Could not resolve hostname|connect to host) [^\n]*|(?:Connection (?:closed|timed out)|banner exchange|kex_exchange_identification)[^\n]*|Connection to [^\n]* timed out/i,
    'The builder cannot be reached.',
    '',
    'Check its name, that it is switched on, and your network.',
  ),
  rule(
    'build-killed',
    /(?:builder for|Cannot build) '\/nix\/store\/\w+-([^']+?)\.drv'[\s\S]{0,40}?failed due to signal 9/,
    'The build of $1 was stopped by the system.',
    'Most often the machine ran out of memory.',
    'Close other programs, or choose a builder with more memory.',
  ),
  rule(
    'build-failed',
    /(?:builder for|Cannot build) '\/nix\/store\/\w+-([^']+?)\.drv'[\s\S]*?(?:failed|exit code|signal)/,
    '$1 could not be built.',
    'The technical details hold the last lines of its log.',
    'Try again; if it stays, take out what needs it, or choose another release.',
  ),
];
