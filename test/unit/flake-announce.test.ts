/** The program that shows how the machine is reached: run for real, in a network of its own whose addresses come and go. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { announceScript } from '../../src/main/flake/announce-script.ts';
import { flakeOf, recipeOf } from '../recipes.ts';

const base = mkdtempSync(path.join(tmpdir(), 'nixburn-announce-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const ownNetwork = ['--map-root-user', '--net'];
const canHaveNetwork =
  spawnSync('unshare', [...ownNetwork, 'ip', 'address', 'add', '192.0.2.1/24', 'dev', 'lo']).status === 0;

const machines: ChildProcess[] = [];
afterAll(() => machines.forEach((machine) => machine.stdin?.end()));

let count = 0;

interface Stick {
  /** Files of the machine, by path. */
  files?: Record<string, string>;
  /** Programs of the machine in place of this one's, as shell. */
  programs?: Record<string, string>;
  env?: Record<string, string>;
}

/** Starts the program; gives what is on a screen, and how to change the machine around it. */
function start({ files = {}, programs = {}, env = {} }: Stick = {}) {
  const root = path.join(base, String((count += 1)));
  const write = (name: string, text: string, mode = 0o644) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text, { mode });
  };
  write('dev/tty1', '');
  write('sys/class/tty/console/active', 'tty0\n');
  for (const [name, text] of Object.entries(files)) write(name, text);
  for (const [name, text] of Object.entries(programs)) write(`bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  write('show-address.sh', announceScript);
  // Commands come line by line; when they end, so does the program.
  const supervise = `bash -e ${root}/show-address.sh & while read -r line; do $line; done; kill -- -$$`;
  const machine = spawn('setsid', ['unshare', ...ownNetwork, 'bash', '-c', supervise], {
    env: {
      ...process.env,
      PATH: `${root}/bin:${process.env['PATH']}`,
      NIXBURN_ROOT: root,
      NIXBURN_PAUSE: '1',
      WPA_SUPPLICANT_USER: 'root',
      ...env,
    },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  machines.push(machine);
  const screen = (name: string) => readFileSync(path.join(root, 'dev', name), 'utf8');
  return {
    screen,
    write,
    /** Without pictures. */
    lines: (name = 'tty1') =>
      screen(name)
        .split('\r\n')
        .filter((line) => line !== '' && !line.startsWith('\x1b')),
    ip: (command: string) => machine.stdin?.write(`ip ${command}\n`),
  };
}

const wait = { timeout: 30_000, interval: 100 };
const nothing = `${hostname()} has no network yet.`;
const head = `${hostname()} can be reached at:`;

/** Reads a picture as a telephone would: draws each character, dark or light, as big as on a screen. */
function scan(text: string): string {
  const rows = text.split('\r\n').filter((line) => line.startsWith(escape));
  const cells = rows.flatMap((row) =>
    row.startsWith(`${escape}[47m`) ? [colouredCells(row)] : halfCells(row),
  );
  const scale = 4;
  const pixels = cells.flatMap((row) => {
    const line = Array.from(row, (cell) => `${cell} `.repeat(scale)).join('');
    return Array.from({ length: scale }, () => line);
  });
  const image = path.join(base, `${(count += 1)}.pgm`);
  const size = `${(cells[0]?.length ?? 0) * scale} ${pixels.length}`;
  writeFileSync(image, `P2\n${size}\n1\n${pixels.join('\n')}\n`);
  return spawnSync('zbarimg', ['--nodbus', '--quiet', '--raw', image], { encoding: 'utf8' }).stdout.trim();
}
const escape = '\x1b';

/** Spaces on white and on black, two for a square. 1 is light. */
function colouredCells(row: string): string {
  const [, ...runs] = row.split(`${escape}[`);
  return runs
    .map((run) => (run.startsWith('47m') ? '1' : '0').repeat((run.length - run.indexOf('m') - 1) / 2))
    .join('');
}

/** White on black: each character is an upper and a lower square. */
function halfCells(row: string): [string, string] {
  const characters = Array.from(row.replace(`${escape}[40;37;1m`, '').replace(`${escape}[0m`, ''));
  const draw = (light: string) => characters.map((one) => (light.includes(one) ? '1' : '0')).join('');
  return [draw('█▀'), draw('█▄')];
}
const canScan = ['qrencode', 'zbarimg'].every((program) => spawnSync(program, ['--version']).status === 0);

// Most of the time they wait: so all of them wait at once.
describe.runIf(canHaveNetwork).concurrent('the program that shows how the machine is reached', () => {
  test('says so at once, again when an address comes or goes, and only then', async () => {
    const { lines, ip } = start();
    const shown = async (...expected: string[]) => vi.waitFor(() => expect(lines()).toEqual(expected), wait);
    await shown(nothing);
    ip('link set lo up');
    ip('address add 192.0.2.7/24 dev lo');
    const first = [nothing, head, '  ssh root@192.0.2.7  (lo)'];
    await shown(...first);
    ip('address add 2001:db8::7/64 dev lo nodad');
    const second = [...first, head, '  ssh root@192.0.2.7  (lo)', '  ssh root@2001:db8::7  (lo)'];
    await shown(...second);
    // Both with one command: between two it might look.
    ip('address flush dev lo scope global');
    await shown(...second, nothing);
  });

  test('shows what only those on the same cable can use, and says so', async () => {
    const { lines, ip } = start();
    await vi.waitFor(() => expect(lines()).toEqual([nothing]), wait);
    ip('link set lo up');
    ip('address add 169.254.1.1/16 dev lo scope link');
    ip('address add fe80::1/64 dev lo scope link nodad');
    await vi.waitFor(
      () =>
        expect(lines().slice(-3)).toEqual([
          `${hostname()} was given no address. From the same cable it can be reached at:`,
          '  ssh root@169.254.1.1  (lo)',
          '  ssh root@fe80::1%ZONE  (lo; ZONE: your own interface)',
        ]),
      wait,
    );
  });

  test.runIf(canScan)(
    'draws the best address for a telephone, anew when it changes, on serial ports too',
    async () => {
      const files = { 'sys/class/tty/console/active': 'tty0 ttyS0\n', 'dev/ttyS0': '', 'dev/ttyS1': '' };
      const { screen, lines, ip } = start({ files });
      await vi.waitFor(() => expect(lines()).toEqual([nothing]), wait);
      ip('link set lo up');
      ip('address add 2001:db8:1111:2222:3333:4444:5555:6666/64 dev lo nodad');
      await vi.waitFor(() => expect(lines('ttyS0').at(-1)).toContain('6666'), wait);
      const address = 'ssh://root@[2001:db8:1111:2222:3333:4444:5555:6666]';
      expect([scan(screen('tty1')), scan(screen('ttyS0'))]).toEqual([address, address]);
      // A screen has 25 lines of 80 characters, and whoever stands there has to see all of it.
      expect(screen('tty1').split('\r\n').length - 3).toBeLessThan(25);
      const drawn = screen('ttyS0').length;
      ip('address add 192.0.2.7/24 dev lo');
      await vi.waitFor(() => expect(lines('ttyS0')).toContain('  ssh root@192.0.2.7  (lo)'), wait);
      expect(scan(screen('ttyS0').slice(drawn))).toBe('ssh://root@192.0.2.7');
      // Nobody said that a terminal is there.
      expect(screen('ttyS1')).toBe('');
    },
  );

  test('ends where the kernel can not be asked, so that systemd starts it again', () => {
    const empty = mkdtempSync(path.join(base, 'empty-'));
    const { status } = spawnSync('/bin/bash', ['-e', '-c', announceScript], {
      env: { PATH: empty, NIXBURN_ROOT: empty },
    });
    expect(status).not.toBe(0);
  });
});

/**
 * nmcli(1) of NetworkManager 1.42 as it answered in a machine with simulated radios, one profile with the wrong
 * passphrase; the answers lie in a file, so that they can change.
 */
const nmcli = `case "$*" in
  *GENERAL.STATE*) sed -n 1p "$NIXBURN_ROOT/said" ;;
  *GENERAL.CONNECTION*) sed -n 2p "$NIXBURN_ROOT/said" ;;
  *UUID,TYPE*) printf '%s\n' 91086d85:loopback a2537da8:802-11-wireless 9e471af4:802-11-wireless ;;
  *ssid*a2537da8) echo 'Café "q" \\ attic' ;;
  *ssid*9e471af4) echo Cellar ;;
  *'SSID device wifi list'*) sed -n '3,$p' "$NIXBURN_ROOT/said" ;;
esac`;
const profile = '[connection]\nid=Attic\ntype=wifi\n';
const withNetworkManager = {
  files: {
    'sys/class/net/wlan1/phy80211/index': '0\n',
    'sys/class/net/wlan1/operstate': 'down\n',
    'etc/NetworkManager/system-connections/1.nmconnection': profile,
    said: '30 (disconnected)\n\n',
  },
  programs: { nmcli },
  env: { WIFI_PROGRAM: 'networkmanager' },
};

/** wpa_cli(8) of wpa_supplicant 2.10, as it answered there. */
const wpaCli = `case "$*" in
  *status) cat "$NIXBURN_ROOT/said" ;;
  *list_networks) printf '%s\n' 'network id / ssid / bssid / flags'
    printf '0\\tCaf\\\\xc3\\\\xa9 \\\\"q\\\\" \\\\\\\\ attic\\tany\\t[TEMP-DISABLED]\\n2\\tCellar\\tany\\t\\n' ;;
  *scan_results) echo 'bssid / frequency / signal level / flags / ssid'; cat "$NIXBURN_ROOT/seen" ;;
esac`;
const withSupplicant = {
  files: {
    'sys/class/net/wlan2/phy80211/index': '0\n',
    'sys/class/net/wlan2/operstate': 'down\n',
    'etc/wpa_supplicant.conf': 'network={\n}\n',
    said: 'wpa_state=SCANNING\naddress=02:00:00:00:02:00\n',
    seen: '',
  },
  programs: { wpa_cli: wpaCli },
  env: { WIFI_PROGRAM: 'wpa_supplicant' },
};
const attic = 'Café "q" \\ attic';

describe.runIf(canHaveNetwork).concurrent('What the screen says of WiFi', () => {
  const last = (lines: () => string[], many = 1) => lines().slice(-many);

  test('with NetworkManager: looking, not in reach, joining, kept out, connected', async () => {
    const { lines, write } = start(withNetworkManager);
    await vi.waitFor(() => expect(last(lines)).toEqual(['  WiFi: looking for its networks.']), wait);
    const absent = [`  WiFi: ${attic} is not in reach.`, '  WiFi: Cellar is not in reach.'];
    await vi.waitFor(() => expect(last(lines, 2)).toEqual(absent), wait);
    write('said', `30 (disconnected)\n\n${attic}\nSomebody's\n`);
    const kept = `  WiFi: ${attic} does not let this machine in: the passphrase may be wrong.`;
    await vi.waitFor(() => expect(last(lines, 2)).toEqual([kept, absent[1]]), wait);
    // That it tries again is no news.
    write('said', `50 (connecting (configuring))\n${attic}\n${attic}\n`);
    write('said', `100 (connected)\n${attic}\n${attic}\n`);
    await vi.waitFor(() => expect(last(lines)).toEqual([`  WiFi: connected to ${attic}.`]), wait);
    write('said', `50 (connecting (configuring))\n${attic}\n${attic}\n`);
    await vi.waitFor(() => expect(last(lines)).toEqual([`  WiFi: joining ${attic}.`]), wait);
    write('said', '20 (unavailable)\n\n');
    await vi.waitFor(
      () => expect(last(lines)).toEqual(['  WiFi: switched off, or its firmware is missing.']),
      wait,
    );
  }, 120_000);

  test('with wpa_supplicant: not in reach, joining, kept out, connected', async () => {
    const { lines, write } = start(withSupplicant);
    const absent = [`  WiFi: ${attic} is not in reach.`, '  WiFi: Cellar is not in reach.'];
    await vi.waitFor(() => expect(last(lines, 2)).toEqual(absent), wait);
    const inReach = '02:00:00:01:00:00\t2412\t-30\t[WPA2-PSK-CCMP][ESS]\tCaf\\xc3\\xa9 \\"q\\" \\\\ attic\n';
    write('seen', inReach);
    const kept = `  WiFi: ${attic} does not let this machine in: the passphrase may be wrong.`;
    await vi.waitFor(() => expect(last(lines, 2)).toEqual([kept, absent[1]]), wait);
    write('said', 'ssid=Caf\\xc3\\xa9 \\"q\\" \\\\ attic\nkey_mgmt=WPA2-PSK\nwpa_state=COMPLETED\n');
    await vi.waitFor(() => expect(last(lines)).toEqual([`  WiFi: connected to ${attic}.`]), wait);
    write('said', 'ssid=Cellar\nwpa_state=4WAY_HANDSHAKE\n');
    await vi.waitFor(() => expect(last(lines)).toEqual(['  WiFi: joining Cellar.']), wait);
  }, 120_000);

  test('what the kernel knows, where the program does not answer', async () => {
    const { lines, write } = start({ ...withNetworkManager, programs: { nmcli: 'exit 8' } });
    await vi.waitFor(() => expect(last(lines)).toEqual(['  WiFi: not connected.']), wait);
    write('sys/class/net/wlan1/operstate', 'up\n');
    await vi.waitFor(() => expect(last(lines)).toEqual(['  WiFi: connected.']), wait);
  });

  test('that there is none, where there are networks to join; and nothing where there are not', async () => {
    const { 'etc/NetworkManager/system-connections/1.nmconnection': text } = withNetworkManager.files;
    const none = start({
      ...withNetworkManager,
      files: { 'etc/NetworkManager/system-connections/1.nmconnection': text },
    });
    await vi.waitFor(
      () => expect(last(none.lines)).toEqual(['  WiFi: this machine has no WiFi that NixOS knows.']),
      wait,
    );
    const files = { ...withNetworkManager.files, 'etc/NetworkManager/system-connections/1.nmconnection': '' };
    const unwanted = start({ ...withNetworkManager, files });
    await vi.waitFor(() => expect(unwanted.lines()).toEqual([nothing]), wait);
  });

  test('no name in the air steers the terminal', async () => {
    const evil = start(withNetworkManager);
    evil.write('said', '100 (connected)\nAt\x1b[2Jtic\x07\n');
    await vi.waitFor(() => expect(evil.screen('tty1')).toContain('connected to At[2Jtic.'), wait);
    for (const character of ['\x07', '\x1b']) expect(evil.screen('tty1')).not.toContain(character);
  });
});

test.runIf(spawnSync('shellcheck', ['--version']).status === 0)(
  'the program that shows it has no fault that shellcheck knows',
  () => {
    const { stdout } = spawnSync('shellcheck', ['--shell', 'bash', '-'], { input: announceScript });
    expect(stdout.toString()).toBe('');
  },
);

/** What the machine says on the network. */
async function announcedId(fields: object): Promise<string | undefined> {
  const files = await flakeOf(recipeOf(fields));
  const text = files.find((file) => file.path === 'announce.nix')?.text ?? '';
  return /<txt-record>nixburn=([0-9a-f]{16})<\/txt-record>/.exec(text)?.[1];
}

test('the announced id is that of the slot, and that of no other recipe', async () => {
  const slot = (await flakeOf(recipeOf({}))).find((file) => file.path === 'slot/slot')?.bytes;
  expect(await announcedId({})).toBe(Buffer.from(slot?.subarray(24, 32) ?? []).toString('hex'));
  expect(await announcedId({ name: 'cellar' })).not.toBe(await announcedId({}));
});

test('the login screen names the program that joins networks', async () => {
  for (const [backend, program] of [
    ['networkmanager', 'nmtui'],
    ['wpa_supplicant', 'wpa_cli'],
  ]) {
    const files = await flakeOf(recipeOf({ wifi: { backend } }));
    expect(files.find((file) => file.path === 'announce.nix')?.text).toContain(`network: ${program}\n`);
  }
});
