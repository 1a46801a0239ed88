#!/bin/busybox sh
# What runs in the guest instead of an init system: it brings up the radios, and then calls whatever function below
# the second serial port names, a line at a time (guest.ts is the other end). What the programs say that matters goes
# back over the same port.
#
# Access points (ap1, ap2) and their DHCP server live in a network namespace of their own, so that NetworkManager sees
# stations and nothing else. Station 1 (wlan1) is NetworkManager's, station 2 is that of wpa_supplicant alone.

export PATH=/usr/sbin:/usr/bin:/busybox
/bin/busybox mkdir -p /busybox /proc /sys /dev /run /tmp /log /var/lib/NetworkManager /var/lib/misc
/bin/busybox --install -s /busybox
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /run/dbus /run/hostapd /run/stations
ln -sfn /run /var/run
ifconfig lo up

exec 3<>/dev/ttyS1
stty -F /dev/ttyS1 raw -echo
# Every line begins with the seconds since the start, as the guest counts them.
tell() {
  read -r uptime idle </proc/uptime
  echo "$uptime $*" >&3
}

# cfg80211 is loaded with the options of the generated flake, which lie where NixOS puts them.
# (A name alone would be that of BusyBox's own.)
/usr/sbin/depmod
/usr/sbin/modprobe cfg80211
/usr/sbin/modprobe mac80211_hwsim radios=3
/usr/sbin/modprobe --all ccm gcm cmac ctr
tell "country $(iw reg get | awk '$1 == "country" { print substr($2, 1, 2); exit }')"

# A read-only /sys is what tells NetworkManager that no udevd is there to wait for.
mount -o remount,ro /sys
dbus-uuidgen --ensure=/etc/machine-id
dbus-daemon --system --nopidfile

# Each program's words go into its log whole, and to the other end where they match.
mkfifo /run/said
awk '
  /AP-STA-CONNECTED|DHCPACK|EAP-TLS-CERT-ERROR|Activation: failed|are insecure/ {
    getline uptime <"/proc/uptime"
    close("/proc/uptime")
    sub(/ .*/, "", uptime)
    print uptime, $0 >"/dev/ttyS1"
    fflush("/dev/ttyS1")
  }
' </run/said &
exec 4>/run/said
said() { tee -a "/log/$1" >&4; }

unshare -n sleep 1000000 &
air=$!
while [ "$(readlink /proc/$air/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do usleep 10000; done
in_the_air() { nsenter -t "$air" -n "$@"; }
iw phy phy0 set netns "$air"
in_the_air ip link set wlan0 name ap1
in_the_air dnsmasq --keep-in-foreground --conf-file=/job/dnsmasq.conf 2>&1 | said dnsmasq.log &

# Starts the access points of a place; the only ones then. Says so again when everything should long have happened.
appear() { # number of the place, how many access points, address of the first
  in_the_air ip link set ap1 address "$3"
  in_the_air hostapd "/job/places/$1.conf" 2>&1 | said hostapd.log &
  while ! in_the_air hostapd_cli -p /run/hostapd -i "ap$2" ping >/dev/null 2>&1; do usleep 50000; done
  for at in $(seq 1 "$2"); do in_the_air ifconfig "ap$at" "10.77.$at.1" netmask 255.255.255.0; done
  tell "appeared $1"
  (sleep 300 && tell "late $1") &
  late=$!
}

vanish() {
  kill "$late" 2>/dev/null
  killall hostapd
  while pidof hostapd >/dev/null; do usleep 10000; done
  tell vanished
}

while read -r owner file; do chown "$owner:$owner" "$file"; done </job/owners

# With what rights wpa_supplicant runs on NixOS from 26.05, also as NetworkManager's.
capabilities=-all,+net_admin,+net_raw
unprivileged="/usr/bin/setpriv --reuid wpa_supplicant --regid wpa_supplicant --clear-groups --no-new-privs"
unprivileged="$unprivileged --bounding-set $capabilities --inh-caps $capabilities --ambient-caps $capabilities"
chown wpa_supplicant:wpa_supplicant /run/stations
chmod 1777 /tmp

# As at boot: the profiles are there already.
start_networkmanager() {
  cp -a /job/networkmanager/. /etc/
  cat >/etc/NetworkManager/NetworkManager.conf <<CONF
[main]
plugins=keyfile
dhcp=internal
dns=none
auth-polkit=false
no-auto-default=*
[keyfile]
unmanaged-devices=interface-name:wlan2
CONF
  $unprivileged wpa_supplicant -u -O /run/stations 2>&1 | said networkmanager-supplicant.log &
  NetworkManager --debug --log-level=INFO 2>&1 | said networkmanager.log &
}

# As the unit of NixOS does, but for where it can be asked. It sees its own files where the other sees its own.
start_wpa_supplicant() {
  unshare -m sh -c 'mount --bind /job/wpa_supplicant/wpa_supplicant /etc/wpa_supplicant && exec "$@"' sh \
    $unprivileged wpa_supplicant -D nl80211,wext -i wlan2 -O /run/stations \
    -c /etc/wpa_supplicant/imperative.conf -I /etc/wpa_supplicant/nixos.conf 2>&1 | said wpa_supplicant.log &
}

# Asked by the same user, because it answers to a socket of who asks.
of_station() { $unprivileged wpa_cli -p /run/stations -i "wlan$1" "$2" $3; }

# How a station got in, in the words of wpa_supplicant.
way() { # station
  tell "way $1 $(of_station "$1" status | sed -n 's/^bssid=//p; s/^key_mgmt=//p' | tr '\n' ' ')"
}

# Waits until a station has seen an access point, and then had the time to do something about it.
watch_idle() { # station, BSSID
  while pidof hostapd >/dev/null; do
    if of_station "$1" bss "$2" | grep -q ^bssid=; then
      sleep 10
      tell "idle $1 $2"
      return
    fi
    sleep 1
  done
}
idle() { watch_idle "$@" & }

# How many networks wpa_supplicant knows of.
known() {
  tell "known $(of_station 2 list_networks | tail -n +2 | wc -l)"
}

# NetworkManager asks for an address by itself.
ask_address() { # station
  udhcpc -i "wlan$1" -q -n -t 5 -T 2 -s /busybox/true >/dev/null 2>&1 &
}

logs() {
  dmesg >/log/kernel.log
  tell "logs $(tar -C /log -cz . | base64 | tr -d '\n')"
}

# Where nobody is left to take the power away: waiting costs the guest nothing, so a day of it is over in minutes.
(sleep 86400 && poweroff -f) &

tell ready
while read -r line <&3; do $line; done
