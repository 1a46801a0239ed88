/** The shell program that shows on the booted machine's screens how it is reached. */
import { wifiWordsScript } from './wifi-words-script.ts';

/** For bash, with iproute2, gawk, grep, sed, coreutils, OpenSSH and qrencode. Prints no secret. */
export const announceScript = String.raw`# Shows on every screen how this machine is reached, and again whenever that changes.

# Messages that are read are in English, names are in UTF-8.
export LC_ALL=C.UTF-8
# Empty on the stick; a test has screens and networks of its own.
root=$NIXBURN_ROOT
shown=
# What was said of WiFi, and since when, in seconds of this program.
wifi=
heard=
since=0
# Seconds between two looks, at most. A test has less time.
pause=${'${NIXBURN_PAUSE:-5}'}

${wifiWordsScript}
# Bad news is told once it has stood for a while: a network that is found late is no bad news. And it stays until there
# is better: a program that tries again and again must not fill the screen.
look_at_wifi() {
  now=$(wifi_words) || now=
  if [ "$now" != "$heard" ]; then
    heard=$now
    since=$SECONDS
  fi
  case $now in
    '!'*)
      if [ $((SECONDS - since)) -ge $((2 * pause)) ]; then
        wifi=$now
      elif [ -z "$wifi" ]; then
        wifi='WiFi: looking for its networks.'
      fi
      ;;
    'WiFi: joining '*) case $wifi in '!'*) ;; *) wifi=$now ;; esac ;;
    *) wifi=$now ;;
  esac
}

# A line for each address: how good it is (1 the best, 4 only on the same cable and with a zone), interface, address.
addresses() {
  ip -o address show up -tentative -deprecated | awk '{
    sub("/.*", "", $4)
    sub("@.*", "", $2)
    scope = ""
    for (at = 5; at < NF; at++) if ($at == "scope") scope = $(at + 1)
    if (scope == "host") next
    rank = scope == "link" || $4 ~ /^169\.254\./ ? 3 : 1
    if ($3 == "inet6") rank++
    print rank, $2, $4
  }' | sort -s -k 1,1n
}

# What is shown, in lines of at most 80 characters.
describe() {
  if [ -n "$1" ]; then
    case $1 in
      [12]*) printf '%s can be reached at:\n' "$name" ;;
      *) printf '%s was given no address. From the same cable it can be reached at:\n' "$name" ;;
    esac
    printf '%s\n' "$1" | awk '
      $1 < 4 { printf "  ssh root@%s  (%s)\n", $3, $2 }
      $1 == 4 { printf "  ssh root@%s%%ZONE  (%s; ZONE: your own interface)\n", $3, $2 }
    '
  else
    printf '%s has no network yet.\n' "$name"
  fi
  if [ -n "$wifi" ]; then printf '%s\n' "$wifi" | sed 's/^!//; s/^/  /'; fi
  # For those who connect for the first time and are asked whether it is the right one.
  if [ -n "$1" ] && [ -s "$root/etc/ssh/ssh_host_ed25519_key.pub" ]; then
    ssh-keygen -l -f "$root/etc/ssh/ssh_host_ed25519_key.pub" | awk '{ print "  host key " $2 }'
  fi
}

# A picture of ssh://root@ADDRESS for a phone: picture 'kind' 'addresses'. An address with a zone is none for others.
picture() {
  best=$(printf '%s\n' "$2" | awk '$1 < 4 { print ($1 == 2 ? "[" $3 "]" : $3); exit }')
  if [ -n "$best" ]; then qrencode -t "$1" -l L -m 2 "ssh://root@$best" 2> /dev/null || true; fi
}

# Puts it on one screen: put 'screen'. A screen on which somebody works with a raw terminal needs the carriage returns.
# One that nobody listens to, or that is not there, is no reason to fail, nor to wait.
put() { sed 's/$/\r/' | timeout 20 tee -a "$1" > /dev/null 2>&1 || true; }

# Serial ports that the kernel was told to speak through: anything else there may be no terminal at all.
serial_ports() { tr ' ' '\n' 2> /dev/null < "$root/sys/class/tty/console/active" | grep -v '^tty[0-9]*$' || true; }

show() {
  name=$(cat /proc/sys/kernel/hostname)
  found=$(addresses)
  look_at_wifi
  text=$(describe "$found")
  if [ "$text" = "$shown" ]; then return 0; fi
  shown=$text
  # The picture comes first: what has to be read stays on the screen where there is not room for both. Half blocks make
  # it fit; over a serial line colours are surer than characters.
  { echo; picture ANSIUTF8 "$found"; printf '%s\n\n' "$text"; } | put "$root/dev/tty1"
  for port in $(serial_ports); do
    { echo; picture ANSI "$found"; printf '%s\n\n' "$text"; } | put "$root/dev/$port"
  done
}

# The empty line makes it show at once what there is.
{ echo; exec ip monitor address link; } | while true; do
  # Looks by itself now and then too: a change that came before the monitor was ready would be missed, and WiFi has
  # changes that the kernel does not tell.
  ended=0
  read -r -t "$pause" _ || ended=$?
  # More than 128 means that the time was up. Less, that the monitor is gone: systemd starts all this again.
  if [ "$ended" -gt 0 ] && [ "$ended" -le 128 ]; then exit 1; fi
  # One change comes as several lines.
  while read -r -t 0.3 _; do true; done
  show
done
`;
