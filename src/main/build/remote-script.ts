/**
 * The small programs that run on a remote builder, for any POSIX shell. All of a build happens in one ssh session: the
 * flake goes in on stdin, Nix's log comes back on stderr, the image on stdout. After the flake, stdin carries single
 * bytes: `g` says that stdout is clear of what the account's own shell has said, which many do without being asked; `.`
 * every few seconds that somebody is still there, `d` that all is done. When none comes any more
 * (cancelled, connection lost, Nixburn gone), Nix is stopped with everything that it started, and the folder removed.
 * A finished image is kept for a day, unless `d` was said, so that another session can send the rest of it.
 */

/** Every line that is from the script and not from Nix begins so. */
export const mark = 'nixburn:';

/** The bytes of stdin, see above. */
export const signs = { clear: 'g', alive: '.', done: 'd' };

/** How often `alive` is said, and after how long a silence the far end gives up. Milliseconds. */
export const patience = { beat: 5_000, silence: 30_000 };

/** A login shell that is not asked to be one knows little of Nix. */
const findNix =
  'PATH="$PATH:/nix/var/nix/profiles/default/bin:$HOME/.nix-profile/bin:/run/current-system/sw/bin"';

/** Sets $kept to the folder for images that are kept. A relative value counts for nothing (XDG Base Directory Specification). */
const findKept = `case "$XDG_CACHE_HOME" in /*) kept=$XDG_CACHE_HOME/nixburn ;; *) kept=$HOME/.cache/nixburn ;; esac`;

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
 * What both sessions begin with. `tree PID` lists everything below a process; `watch` ends the script when nobody is
 * there any more. SIGTERM and not SIGINT, which a shell without a terminal lets its background jobs ignore.
 */
const begin = `
umask 077
${findNix}
exec 3<&0
${findKept}
nix= watch= send= hash= link=
work=$(mktemp -d "\${TMPDIR:-/tmp}/nixburn.XXXXXXXX") || { echo "${mark}no-room" >&2; exit 73; }
tree() {
  for one in $(cat "/proc/$1/task/"*/children 2>/dev/null); do echo "$one"; tree "$one"; done
}
stop_nix() {
  [ -n "$nix" ] && kill -0 "$nix" 2>/dev/null || return 0
  below=$(tree "$nix")
  kill -TERM "-$nix" 2>/dev/null || kill -TERM "$nix" 2>/dev/null
  { sleep 3; kill -KILL "-$nix" || kill -KILL "$nix"; } <&- >/dev/null 2>&1 3<&- &
  late=$!
  wait "$nix"
  kill -KILL "$late" 2>/dev/null
  # What left Nix's group: every build is a session of its own.
  [ -z "$below" ] || kill -KILL $below 2>/dev/null
}
tidy() {
  trap - EXIT
  trap "" HUP INT TERM PIPE
  stop_nix
  kill $watch $send $hash 2>/dev/null
  [ ! -e "$work/done" ] || [ -z "$link" ] || rm -f "$link"
  rm -rf "$work"
}
trap tidy EXIT
trap "exit 129" HUP INT TERM PIPE
beat() {
  if command -v timeout >/dev/null; then timeout ${patience.silence / 1000} dd bs=1 count=1 2>/dev/null
  else dd bs=1 count=1 2>/dev/null
  fi
}
# Nothing that was said before is to be taken for the image.
await_clear() {
  echo "${mark}ready" >&2
  while said=$(beat); do
    case $said in "${signs.clear}") return ;; "${signs.alive}") ;; *) break ;; esac
  done
  [ "$said" != "${signs.done}" ] || : >"$work/done"
  exit 129
}
start_watch() {
  {
    while said=$(beat); do
      case $said in "${signs.alive}") ;; *) break ;; esac
    done
    [ "$said" != "${signs.done}" ] || : >"$work/done"
    kill -TERM $$
  } <&3 >/dev/null 2>&1 &
  watch=$!
}`;

/** Sends the file $1 from its byte $2 on, its checksum at the same time, and waits until somebody says `d`. */
const send = `
send_image() {
  echo "${mark}image $(($(wc -c <"$1")))" >&2
  if [ "$2" = 0 ]; then cat "$1" 3<&- & else tail -c "+$(($2 + 1))" "$1" 3<&- & fi
  send=$!
  { nix-hash --type sha256 --flat "$1" 2>/dev/null || sha256sum <"$1"; } >"$work/sum" 3<&- &
  hash=$!
  wait "$hash"
  read -r sum _ <"$work/sum"
  hash=
  # Whoever has all of it and this sum may say so at once.
  trap '[ -e "$work/done" ] && exit 0; exit 129' TERM
  echo "${mark}sum $sum" >&2
  wait "$send" || exit 74
  send=
  trap "exit 0" TERM
  # A byte may have come just before the trap.
  kill -0 "$watch" 2>/dev/null && wait "$watch"
  exit 0
}`;

/**
 * $1: size of the tar archive on stdin in bytes; $2: the installable; $3: `1` to switch Nix's garbage collector for
 * memory off; $4: the name under which the image is kept. Nix runs in a session of its own, so that one signal reaches
 * all of it.
 */
const build = `${begin}${send}
mkdir "$work/flake" && head -c "$1" | tar -xof - -C "$work/flake" || { echo "${mark}no-room" >&2; exit 74; }
command -v nix >/dev/null || { echo "${mark}no-nix" >&2; exit 127; }
await_clear
start_watch
echo "${mark}version $(nix --version)" >&2
mkdir -p "$kept" 2>/dev/null
if [ -w "$kept" ]; then
  find "$kept" -name "image-*" -mtime +0 -exec rm -f {} ";"
  link=$kept/image-$4
else
  link=$work/result
fi
${missingGroup}
installable=$2
[ "$3" != 1 ] || export GC_DONT_GC=1
set --
[ -z "$group" ] || { echo "${mark}no-group $group" >&2; set -- --option build-users-group ""; }
own=
command -v setsid >/dev/null && own=setsid
cd "$work/flake"
$own nix ${experimental} build "$installable" --out-link "$link" --log-format internal-json "$@" \
  </dev/null >/dev/null 3<&- &
nix=$!
wait "$nix"
code=$?
nix=
[ "$code" = 0 ] || exit "$code"
[ ! -f flake.lock ] || echo "${mark}lock $(base64 <flake.lock | tr -d "\\n")" >&2
set -- "$link"/iso/*.iso
if [ "$#" != 1 ] || [ ! -f "$1" ]; then echo "${mark}no-image" >&2; : >"$work/done"; exit 75; fi
send_image "$1" 0
`;

/** $1: the name under which the image is kept; $2: the byte to go on from. */
const fetch = `${begin}${send}
link=$kept/image-$1
offset=$2
await_clear
start_watch
set -- "$link"/iso/*.iso
[ -f "$1" ] || { echo "${mark}gone" >&2; exit 76; }
send_image "$1" "$offset"
`;

/**
 * $1: the name of an image. Ends the scripts that build or send it, for whoever can not tell them so over their own
 * connection any more: as if they had been hung up. The name is random, and an argument of theirs and of what they
 * started, of which they take care themselves. Where the builder is this computer, also of our own ssh.
 */
const stop = `
[ -n "$1" ] || exit 64
for one in $(grep -lszF -e "$1" /proc/[0-9]*/cmdline); do
  one=\${one%/cmdline}
  read -r name <"$one/comm" && [ "$name" != ssh ] && [ "$one" != "/proc/$$" ] || continue
  parent=$(sed -n "s/^PPid:[^0-9]*//p" "$one/status")
  grep -qszF -e "$1" "/proc/$parent/cmdline" || kill -HUP "\${one#/proc/}"
done 2>/dev/null
${findKept}
rm -f "$kept/image-$1"
`;

/** Prints what `BuilderFacts` needs, one `name=value` a line. */
const facts = `
${findNix}
echo "os=$(uname -s)"
echo "machine=$(uname -m)"
echo "clock=$(date +%s)"
echo "user=$(id -un)"
echo "nix=$(nix --version 2>/dev/null)"
place=/nix/store
[ -d "$place" ] || place=/
echo "free=$(df -Pk "$place" | tail -n 1 | { read -r _ _ _ free _; echo "$free"; })"
settings=$( (nix ${experimental} config show || nix ${experimental} show-config) 2>/dev/null)
echo "$settings" | sed -n "s/^extra-platforms = /platforms=/p; s/^builders = /builders=/p"
for url in $(echo "$settings" | sed -n "s/^substituters = //p" | cut -d " " -f 1-4); do
  if nix ${experimental} store ping --store "$url" --option connect-timeout 5 --option download-attempts 1 \\
    >/dev/null 2>&1; then echo "cache=$url"; else echo "no-cache=$url"; fi
done
[ -s /etc/nix/machines ] && echo "machines=1"
for one in /proc/sys/fs/binfmt_misc/qemu-*; do [ ! -e "$one" ] || echo "binfmt=\${one##*/qemu-}"; done
store=down
if said=$(nix ${experimental} store ping 2>&1); then store=ready; fi
case "$said" in *"ermission denied"*) store=denied ;; esac
case "$said" in *"Trusted: 1"*) echo "trusted=1" ;; *"Trusted: 0"*) echo "trusted=0" ;; esac
echo "store=$store"
`;

/** Removes garbage until it is done, or until stdin ends. */
const garbage = `
${findNix}
command -v nix-collect-garbage >/dev/null || exit 127
exec 3<&0
nix-collect-garbage </dev/null 3<&- &
nix=$!
{ cat <&3; kill "$nix"; } >/dev/null 2>&1 &
watch=$!
wait "$nix"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`;

export const remoteScripts = { build, fetch, stop, facts, garbage };

/** One argument of a remote command: in single quotes, as every shell of POSIX reads it. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/**
 * The remote command that runs a script with arguments, whatever the account's own shell is. In it stands nothing that one
 * of them reads in its own way between single quotes: csh wants a backslash before the end of a line and before `!`, fish
 * takes backslashes for itself. `printf %b` of POSIX makes them again.
 */
export function remoteCommand(script: string, args: string[]): string {
  const unpack = 'script=$(printf %b "$1"); shift; eval "$script"';
  return [
    'exec',
    'sh',
    '-c',
    shellQuote(unpack),
    'nixburn',
    `'${packed(script)}'`,
    ...args.map(shellQuote),
  ].join(' ');
}

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f && !"\\'!".includes(String.fromCharCode(byte));
}

/** In octal, what is no printable ASCII and what those shells read in their own way. */
function packed(script: string): string {
  return [...Buffer.from(script)]
    .map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, '0')}`))
    .join('');
}
