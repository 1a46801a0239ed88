/** The shell program that shows on the booted machine's screen how it is reached. */

/** For bash, with iproute2, gawk, sed and coreutils. Writes to the first screen; prints no secret. */
export const announceScript = String.raw`# Shows on the first screen how this machine is reached, and again whenever that changes.

screen=${'${NIXBURN_SCREEN:-/dev/tty1}'}
shown=

show() {
  name=$(cat /proc/sys/kernel/hostname)
  addresses=$(ip -o address show up scope global -tentative -deprecated |
    awk '{ sub("/.*", "", $4); printf "  ssh root@%s  (%s)\n", $4, $2 }')
  text=$(
    if [ -n "$addresses" ]; then
      printf '%s can be reached at:\n%s\n' "$name" "$addresses"
      # For those who connect for the first time and are asked whether it is the right one.
      if [ -s /etc/ssh/ssh_host_ed25519_key.pub ]; then
        ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub | awk '{ print "  host key " $2 }'
      fi
    else
      printf '%s has no network yet.\n' "$name"
    fi
  )
  if [ "$text" = "$shown" ]; then return 0; fi
  shown=$text
  # A screen on which somebody works with a raw terminal needs the carriage returns. No screen is no reason to fail.
  printf '\n%s\n\n' "$text" | sed 's/$/\r/' >> "$screen" || true
}

# The empty line makes it show at once what there is.
{ echo; exec ip monitor address; } | while true; do
  # Looks by itself now and then too: a change that came before the monitor was ready would be missed.
  ended=0
  read -r -t 30 _ || ended=$?
  # More than 128 means that the time was up. Less, that the monitor is gone: systemd starts all this again.
  if [ "$ended" -gt 0 ] && [ "$ended" -le 128 ]; then exit 1; fi
  # One change comes as several lines.
  while read -r -t 1 _; do true; done
  show
done
`;
