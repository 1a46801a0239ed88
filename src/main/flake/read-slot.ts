/** The shell program that reads the slot on the booted stick, before anything that needs what is in it. */

/** For a POSIX shell with coreutils, grep, sed and tar, GNU's or BusyBox's. Prints no secret. */
export const readSlotScript = String.raw`# Reads the slot: what was put on this stick after it was built.
#
# Layout: 64 bytes of header, little endian: magic "NIXBURN" and a zero byte, version, flags, payload length, reserved
# (4 bytes each), id (8), SHA-256 of the payload (32); then the payload, a tar archive; 262144 bytes in all.
# Entries are looked up by name in the table below. Nothing is unpacked to a path that the archive names.
# The verdict goes to /run/nixburn/slot and to the console.

set -e
umask 022
export LC_ALL=C
# Empty on the stick; a test reads and writes below a folder of its own.
root=$NIXBURN_ROOT
slot=$root/iso/nixburn/slot
verdict=$root/run/nixburn/slot
# A test that may not mount names a program that does not.
mount=${'${NIXBURN_MOUNT:-mount}'}

mkdir -p "$root/run/nixburn"
work=$(mktemp -d "$root/run/nixburn/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Says how it ended, and ends. The first word is for programs.
finish() {
  { printf '%s\n' "$1"; cat "$work/entries"; } > "$work/verdict"
  mv "$work/verdict" "$verdict"
  sed 's/^/nixburn: slot: /' "$verdict"
  exit 0
}

# The medium shows all its files to everybody, and the slot holds secrets: from here on root alone sees it, as a copy. Where
# that can not be done, the machine is to be reached all the same.
hide() {
  folder=$(dirname "$slot")
  [ "$(stat -c %a "$folder")" != 700 ] || return 0
  head -c 262145 "$slot" > "$work/slot" || return 1
  "$mount" -t tmpfs -o mode=0700,nosuid,nodev,noexec tmpfs "$folder" 2> "$work/errors" || return 1
  cp "$work/slot" "$slot"
}

# Both kinds of processor that NixOS installers are made for are little endian, as the header is.
number() { od -A n -v -t u4 -j "$1" -N 4 "$slot" | tr -d ' \n'; }
hex() { od -A n -v -t x1 -j "$1" -N "$2" "$slot" | tr -d ' \n'; }

: > "$work/entries"
printf 'failed\n' > "$verdict"

[ -f "$slot" ] || finish 'none'
hide || true
[ "$(stat -c %s "$slot")" = 262144 ] || finish 'refused: it does not have 262144 bytes'
[ "$(hex 0 8)" = 4e49584255524e00 ] || finish 'refused: it is not a slot'
[ "$(number 8)" = 1 ] || finish 'refused: it is of another version'
length=$(number 16)
[ "$length" -le 262080 ] || finish 'refused: its length can not be right'
tail -c +65 "$slot" | head -c "$length" > "$work/payload"
[ "$(sha256sum < "$work/payload" | head -c 64)" = "$(hex 32 32)" ] || finish 'refused: its checksum is wrong'
[ "$length" -gt 0 ] || finish 'empty'
tar -t -f "$work/payload" > "$work/names" 2> "$work/errors" || finish 'refused: it is not an archive'

sort "$work/names" | uniq -d > "$work/twice"
[ ! -s "$work/twice" ] || finish 'refused: a name is in it twice'

# The contents of one entry. Links and folders have none; half of a file would be worse than none.
entry() {
  tar -x -O -f "$work/payload" "$1" 2> "$work/errors" | head -c 65537 > "$work/entry"
  [ -s "$work/entry" ] && [ "$(wc -c < "$work/entry")" -le 65536 ]
}

# Puts the entry in a place of the system: place 'path' 'mode' 'owner', who is root where none is given. The place has
# either what was there or all of the entry. A link, such as NixOS has into its store, is replaced.
place() {
  target=$root$1
  [ ! -d "$target" ] || return 1
  mkdir -p "$(dirname "$target")" || return 1
  new=$(mktemp "$(dirname "$target")/.slot.XXXXXX") || return 1
  if cat "$work/entry" > "$new" && own "$new" "$3" && chmod "$2" "$new" && mv -f "$new" "$target"; then return 0; fi
  rm -f "$new"
  return 1
}

own() { [ "$2" = '' ] || [ "$2" = root ] || chown "$2" "$1"; }

# These keys take the place of those that were built in: who is not let in any more has to stay outside. Where not one of
# them looks like a key, those stay: nobody would get in at all. sshd of NixOS reads one such file for each user.
set_keys() {
  grep -q -E '^(ssh|ecdsa|sk)-[^ ]+ ' "$work/entry" || return 1
  for user in root nixos; do place "/etc/ssh/authorized_keys.d/$user" 444 || return 1; done
}

# A name as RFC 1123 has it. The kernel has taken the one that was built in by now, so it is told too.
set_host_name() {
  name=$(tr -d '\0' < "$work/entry")
  case $name in
    '' | -* | *- | *[!A-Za-z0-9-]*) return 1 ;;
  esac
  [ "${'${#name}'}" -le 63 ] || return 1
  printf '%s\n' "$name" > "$work/entry"
  place /etc/hostname 644 || return 1
  printf '%s\n' "$name" > "$root/proc/sys/kernel/hostname"
}

# A hash as crypt(5) has it, in place of the one that root has now. NixOS has built in the same for the user nixos, who may
# become root: whoever knows the old password has to stay outside there too. Where there was none, there was nothing to know.
set_root_hash() {
  hash=$(tr -d '\0' < "$work/entry")
  case $hash in
    *[!A-Za-z0-9./,=\$-]*) return 1 ;;
    \$y\$?* | \$gy\$?* | \$7\$?* | \$2[aby]\$?* | \$6\$?*) ;;
    *) return 1 ;;
  esac
  shadow=$root/etc/shadow
  [ -f "$shadow" ] || return 1
  old=$(sed -n 's/^root:\([^:]*\):.*/\1/p' "$shadow") || return 1
  while IFS= read -r line; do
    case $line in
      root:*) line=root:$hash:${'${line#root:*:}'} ;;
      "nixos:$old:"*) if [ "$old" != '' ]; then line=nixos:$hash:${'${line#nixos:*:}'}; fi ;;
    esac
    printf '%s\n' "$line"
  done < "$shadow" > "$work/entry" || return 1
  place /etc/shadow "$(stat -c %a "$shadow")" "$(stat -c %u:%g "$shadow")"
}

# From 26.05 NixOS gives the file of networks the mode 664 whenever wpa_supplicant starts, so that the folder has to keep
# everybody else out (nixos/modules/services/networking/wpa_supplicant.nix).
shut_folder() {
  case $WPA_SUPPLICANT_FILE in
    /etc/wpa_supplicant/*)
      folder=$root/etc/wpa_supplicant
      mkdir -p "$folder" && own "$folder" "$WPA_SUPPLICANT_USER" && chmod 700 "$folder" ;;
  esac
}

use() {
  case $1 in
    wifi/[1-9].nmconnection | wifi/[1-9][0-9].nmconnection)
      entry "$1" && place "/etc/NetworkManager/system-connections/$(basename "$1")" 600 ;;
    wifi/wpa_supplicant.conf)
      entry "$1" && shut_folder && place "$WPA_SUPPLICANT_FILE" 600 "$WPA_SUPPLICANT_USER" ;;
    wifi/[1-9]-ca.pem | wifi/[1-9][0-9]-ca.pem | wifi/[1-9]-client.pem | wifi/[1-9][0-9]-client.pem)
      entry "$1" && place "/etc/wpa_supplicant/$(basename "$1")" 644 ;;
    wifi/[1-9]-key.pem | wifi/[1-9][0-9]-key.pem)
      entry "$1" && place "/etc/wpa_supplicant/$(basename "$1")" 600 "$WPA_SUPPLICANT_USER" ;;
    ssh/authorized_keys)
      entry "$1" && set_keys ;;
    ssh/ssh_host_ed25519_key)
      entry "$1" && place /etc/ssh/ssh_host_ed25519_key 600 ;;
    ssh/ssh_host_ed25519_key.pub)
      entry "$1" && place /etc/ssh/ssh_host_ed25519_key.pub 644 ;;
    hostname)
      entry "$1" && set_host_name ;;
    root.hash)
      entry "$1" && set_root_hash ;;
    *)
      return 1 ;;
  esac
}

while IFS= read -r name; do
  listed=$name
  if use "$listed"; then
    printf 'used %s\n' "$listed" >> "$work/entries"
  else
    # The console must not do what a name tells it.
    { printf 'ignored %s' "$listed" | tr -cd ' -~'; printf '\n'; } >> "$work/entries"
  fi
done < "$work/names"
finish 'read'
`;
