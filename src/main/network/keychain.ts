/** Reads what macOS says about WiFi networks and its keychain; pure. */

/** The device of `networksetup -listallhardwareports` that does WiFi; null where there is none. */
export function readWifiDevice(output: string): string | null {
  return /^Hardware Port: (?:Wi-Fi|AirPort)\r?\nDevice: ([a-z]+\d+)$/m.exec(output)?.[1] ?? null;
}

/** The names of `networksetup -listpreferredwirelessnetworks DEVICE`: one a line, behind a tab. */
export function readPreferred(output: string): string[] {
  return output
    .split(/\r?\n/)
    .flatMap((line) => (line.startsWith('\t') && line.length > 1 ? [line.slice(1)] : []));
}

/**
 * The passphrase that `security find-generic-password -g` (security(1)) writes to stderr: `password: "text"`, or
 * `password: 0x…` in hex and then in quotes where it is not plain ASCII.
 *
 * @returns null where there is none in it.
 */
export function readKeychain(stderr: string): string | null {
  const hex = /^password: 0x((?:[0-9A-Fa-f]{2})+)(?: |$)/m.exec(stderr)?.[1];
  if (hex !== undefined) return new TextDecoder().decode(Buffer.from(hex, 'hex'));
  return /^password: "(.*)"$/m.exec(stderr)?.[1] ?? null;
}
