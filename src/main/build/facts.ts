/** What a builder is and can do, as plain values: gathered in one place, judged in another. */

export interface BuilderFacts {
  /** `linux`, `darwin`, `win32` …, as Node names it. */
  os: string;
  /** What the machine itself is, as Nix names it: `x86_64-linux`. */
  native: string;
  /** What its Nix builds besides: 32-bit programs, or other processors through an emulator. */
  extra: string[];
  /** Processors that the kernel can emulate (binfmt_misc), whether or not Nix knows: `aarch64`. */
  binfmt: string[];
  /** What `nix --version` printed; null where there is no Nix. */
  nix: string | null;
  /** Free space where the Nix store is or will be; null where nobody knows. */
  freeBytes: number | null;
  /** Whether this account may build: `denied` by permissions, or nothing answers. */
  store: 'ready' | 'denied' | 'down';
  /** Whether Nix lets this account change its settings; null where it does not say (before 2.14). */
  trusted: boolean | null;
  /** The other machines that build for it, in the words of Nix; empty where there are none. */
  builders: string;
  /**
   * Whether the Linux machine that nixpkgs brings for Macs runs: something answers at its port 31022 (nixpkgs manual,
   * `darwin.linux-builder`). False where nobody looked.
   */
  linuxBuilder: boolean;
  /** The binary caches it would download from. */
  caches: { url: string; reachable: boolean }[];
  user: string;
  /** What its clock says, and that of this computer said when the answer came; ms since 1970. */
  clockMillis: number;
  /** The name of the machine over SSH; null for this computer. */
  host: string | null;
}

/** Reads what the facts script of remote-script.ts prints: `name=value` lines, in any order, also none. */
export function readRemoteFacts(output: string, host: string): BuilderFacts {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const at = line.indexOf('=');
    if (at <= 0) continue;
    const name = line.slice(0, at);
    values.set(name, [...(values.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  const one = (name: string) => values.get(name)?.[0] ?? '';
  const os = one('os').toLowerCase();
  const kibibytes = Number.parseInt(one('free'), 10);
  const seconds = Number.parseInt(one('clock'), 10);
  const store = one('store');
  const builders = one('builders');
  return {
    os,
    native: `${one('machine')}-${os}`,
    extra: one('platforms').split(' ').filter(Boolean),
    binfmt: values.get('binfmt') ?? [],
    nix: one('nix') || null,
    freeBytes: Number.isNaN(kibibytes) ? null : kibibytes * 1024,
    store: store === 'ready' || store === 'denied' ? store : 'down',
    trusted: one('user') === 'root' || one('trusted') === '1' ? true : one('trusted') === '0' ? false : null,
    linuxBuilder: false,
    builders: builders.startsWith('@') ? (values.has('machines') ? builders : '') : builders,
    caches: [
      ...(values.get('cache') ?? []).map((url) => ({ url, reachable: true })),
      ...(values.get('no-cache') ?? []).map((url) => ({ url, reachable: false })),
    ],
    user: one('user'),
    clockMillis: Number.isNaN(seconds) ? 0 : seconds * 1000,
    host,
  };
}
