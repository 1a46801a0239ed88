/**
 * The small programs that run on a remote builder. All of a build happens in one ssh session: the flake goes in on
 * stdin, Nix's log comes back on stderr, the image on stdout. When stdin closes (cancelled, connection lost, Nixburn
 * gone) Nix is stopped; when the shell ends, however it ends, its folder is removed.
 */

/** Every line that is from the script and not from Nix begins so. */
export const mark = 'nixburn:';

/** A login shell that is not asked to be one knows little of Nix. */
const findNix =
  'PATH="$PATH:/nix/var/nix/profiles/default/bin:$HOME/.nix-profile/bin:/run/current-system/sw/bin"';

const experimental = '--extra-experimental-features "nix-command flakes"';

/** Sets $group to the build group that Nix wants and that does not exist or has no members; else to nothing. */
const missingGroup = `
group=
if [ "$(id -u)" = 0 ] && case "\${NIX_REMOTE:-auto}" in auto|local) true;; *) false;; esac; then
  group=$( (nix ${experimental} config show || nix ${experimental} show-config) 2>/dev/null |
    sed -n "s/^build-users-group = //p")
  if [ -n "$group" ] && getent group "$group" | grep -q ":[^:][^:]*$"; then group=; fi
fi`;

/**
 * $1: size of the tar archive on stdin in bytes; $2: the installable; $3: `1` to switch Nix's garbage collector for
 * memory off. Nix runs in a session of its own, so that one signal reaches all of it. SIGTERM and not SIGINT, which
 * a shell without a terminal lets its background jobs ignore.
 */
const build = `
umask 077
${findNix}
work=$(mktemp -d "\${TMPDIR:-/tmp}/nixburn.XXXXXXXX") || { echo "${mark}no-room" >&2; exit 73; }
watch=
tidy() {
  trap - EXIT
  [ -z "$watch" ] || kill "$watch" 2>/dev/null
  rm -rf "$work"
}
trap tidy EXIT
trap "exit 129" HUP INT TERM PIPE
mkdir "$work/flake" && head -c "$1" | tar -xof - -C "$work/flake" || { echo "${mark}no-room" >&2; exit 74; }
command -v nix >/dev/null || { echo "${mark}no-nix" >&2; exit 127; }
echo "${mark}version $(nix --version)" >&2
${missingGroup}
installable=$2
[ "$3" != 1 ] || export GC_DONT_GC=1
set --
[ -z "$group" ] || { echo "${mark}no-group $group" >&2; set -- --option build-users-group ""; }
own=
command -v setsid >/dev/null && own=setsid
exec 3<&0
cd "$work/flake"
$own nix ${experimental} build "$installable" --out-link "$work/result" --log-format internal-json "$@" \
  </dev/null >/dev/null 3<&- &
nix=$!
{
  cat <&3 >/dev/null
  kill -TERM "-$nix" || kill -TERM "$nix"
  sleep 10
  kill -KILL "-$nix" || kill -KILL "$nix"
} >/dev/null 2>&1 &
watch=$!
wait "$nix"
code=$?
kill "$watch" 2>/dev/null
watch=
[ "$code" = 0 ] || exit "$code"
set -- "$work"/result/iso/*.iso
if [ "$#" != 1 ] || [ ! -f "$1" ]; then echo "${mark}no-image" >&2; exit 75; fi
sum=$(sha256sum <"$1")
echo "${mark}image $(($(wc -c <"$1"))) \${sum%% *}" >&2
cat "$1"
`;

/** Prints what `BuilderFacts` needs, one `name=value` a line. */
const facts = `
${findNix}
echo "os=$(uname -s)"
echo "machine=$(uname -m)"
echo "nix=$(nix --version 2>/dev/null)"
place=/nix/store
[ -d "$place" ] || place=/
echo "free=$(df -Pk "$place" | tail -n 1 | { read -r _ _ _ free _; echo "$free"; })"
(nix ${experimental} config show || nix ${experimental} show-config) 2>/dev/null |
  sed -n "s/^extra-platforms = /platforms=/p; s/^builders = /builders=/p"
[ -s /etc/nix/machines ] && echo "machines=1"
store=down
if said=$(nix ${experimental} store ping 2>&1); then store=ready; fi
case "$said" in *"ermission denied"*) store=denied ;; esac
echo "store=$store"
`;

export const remoteScripts = { build, facts };

/** One argument of a remote command: in single quotes, which sh, bash, zsh and fish read alike. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** The remote command that runs a script with arguments, whatever the account's own shell is. */
export function remoteCommand(script: string, args: string[]): string {
  return ['exec', 'sh', '-c', shellQuote(script), 'nixburn', ...args.map(shellQuote)].join(' ');
}
