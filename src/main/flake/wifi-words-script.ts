/** The part of the shell program on the booted machine's screen that says what its WiFi is doing, and why it does not join. */

/**
 * Functions for bash, with coreutils, sed, grep and awk; `wifi_words` prints at most one line per network. They ask
 * whichever program joins networks (`$WIFI_PROGRAM`, as the recipe says), and where that does not answer, the kernel. A
 * line that begins with `!` is bad news. Prints names of networks, never a passphrase.
 */
export const wifiWordsScript = String.raw`# What is in the air is named by strangers: nothing of it may steer a terminal.
plain() { tr -d '\000-\011\013-\037\177'; }

# A program that hangs must not keep the addresses from being shown.
ask() { timeout 5 "$@" 2> /dev/null; }

# The machine's WiFi interfaces, a word each.
wifi_interfaces() {
  for folder in "$root"/sys/class/net/*/phy80211 "$root"/sys/class/net/*/wireless; do
    if [ -e "$folder" ]; then basename "$(dirname "$folder")"; fi
  done | sort -u
}

# Whether this stick was given any network to join. Without one, WiFi is not worth a line.
has_networks() {
  grep -q -s '^type=wifi' "$root"/etc/NetworkManager/system-connections/*.nmconnection ||
    grep -q -s '^network=' "$root/etc/wpa_supplicant.conf" "$root/etc/wpa_supplicant/imperative.conf"
}

# Says of each network that could be joined why it is not: verdicts 'networks to join' 'networks in reach'.
verdicts() {
  printf '%s\n' "$1" | sort -u | while IFS= read -r network; do
    if [ -z "$network" ]; then continue; fi
    if printf '%s\n' "$2" | grep -q -x -F -e "$network"; then
      printf '!WiFi: %s does not let this machine in: the passphrase may be wrong.\n' "$network"
    else
      printf '!WiFi: %s is not in reach.\n' "$network"
    fi
  done
}

# One value each time, so that no name can be taken for another field. States: NMDeviceState in NetworkManager's API.
of_networkmanager() { ask nmcli --escape no --get-values "$@" | plain; }
networkmanager_words() {
  state=$(of_networkmanager GENERAL.STATE device show "$1")
  name=$(of_networkmanager GENERAL.CONNECTION device show "$1")
  case $state in
    100*) printf 'WiFi: connected to %s.\n' "$name" ;;
    60*) printf '!WiFi: %s asks for another passphrase.\n' "$name" ;;
    [4-9]0*) printf 'WiFi: joining %s.\n' "$name" ;;
    20*) echo '!WiFi: switched off, or its firmware is missing.' ;;
    30* | 110* | 120*)
      verdicts "$(of_networkmanager UUID,TYPE connection show |
        sed -n 's/:802-11-wireless$//p' | while read -r id; do
        of_networkmanager 802-11-wireless.ssid connection show uuid "$id"
      done)" "$(of_networkmanager SSID device wifi list ifname "$1" --rescan no)"
      ;;
    *) return 1 ;;
  esac
}

# Where it runs without privileges it can answer only to its own user, in a folder that both see. Names come with
# bytes written as \xHH (wpa_supplicant's printf_encode).
of_supplicant() {
  if [ "$WPA_SUPPLICANT_USER" = root ]; then
    ask wpa_cli -i "$@"
  else
    ask setpriv --reuid "$WPA_SUPPLICANT_USER" --regid "$WPA_SUPPLICANT_USER" --clear-groups \
      wpa_cli -s /run/wpa_supplicant -i "$@"
  fi
}
decoded() {
  sed 's/\\\\/\\x5c/g; s/\\"/\\x22/g' | while IFS= read -r text; do printf '%b\n' "$text"; done | plain
}
supplicant_words() {
  status=$(of_supplicant "$1" status) || return 1
  name=$(printf '%s\n' "$status" | sed -n 's/^ssid=//p' | decoded)
  case $(printf '%s\n' "$status" | sed -n 's/^wpa_state=//p') in
    COMPLETED) printf 'WiFi: connected to %s.\n' "$name" ;;
    AUTHENTICATING | ASSOCIATING | ASSOCIATED | *_HANDSHAKE) printf 'WiFi: joining %s.\n' "$name" ;;
    INTERFACE_DISABLED) echo '!WiFi: switched off.' ;;
    '') return 1 ;;
    *)
      verdicts "$(of_supplicant "$1" list_networks | awk -F '\t' 'NR > 1 { print $2 }' | decoded)" \
        "$(of_supplicant "$1" scan_results | awk -F '\t' 'NR > 1 && $5 != "" { print $5 }' | decoded)"
      ;;
  esac
}

wifi_words() {
  if ! has_networks; then return 0; fi
  interfaces=$(wifi_interfaces)
  if [ -z "$interfaces" ]; then echo '!WiFi: this machine has no WiFi that NixOS knows.'; return 0; fi
  for interface in $interfaces; do
    if [ "$WIFI_PROGRAM" = networkmanager ] && networkmanager_words "$interface"; then continue; fi
    if [ "$WIFI_PROGRAM" = wpa_supplicant ] && supplicant_words "$interface"; then continue; fi
    case $(cat "$root/sys/class/net/$interface/operstate") in
      up) echo 'WiFi: connected.' ;;
      *) echo 'WiFi: not connected.' ;;
    esac
  done | awk '!told[$0]++' # Two cards may say the same.
}
`;
