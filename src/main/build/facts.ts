/** What a builder is and can do, as plain values: gathered in one place, judged in another. */

export interface BuilderFacts {
  /** `linux`, `darwin`, `win32` …, as Node names it. */
  os: string;
  /** What it builds by itself, as Nix names it: `x86_64-linux`. */
  systems: string[];
  /** What `nix --version` printed; null where there is no Nix. */
  nix: string | null;
  /** Free space where the Nix store is or will be; null where nobody knows. */
  freeBytes: number | null;
  /** Whether this account may build: `denied` by permissions, or nothing answers. */
  store: 'ready' | 'denied' | 'down';
  /** It has other machines that build for it. */
  hasBuilders: boolean;
}

/** Reads what the facts script of remote-script.ts prints: `name=value` lines, in any order, also none. */
export function readRemoteFacts(output: string): BuilderFacts {
  const values = new Map<string, string>();
  for (const line of output.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const os = (values.get('os') ?? '').toLowerCase();
  const kibibytes = Number.parseInt(values.get('free') ?? '', 10);
  const store = values.get('store');
  const builders = values.get('builders') ?? '';
  return {
    os,
    systems: [`${values.get('machine') ?? ''}-${os}`, ...(values.get('platforms') ?? '').split(' ')].filter(
      Boolean,
    ),
    nix: values.get('nix') || null,
    freeBytes: Number.isNaN(kibibytes) ? null : kibibytes * 1024,
    store: store === 'ready' || store === 'denied' ? store : 'down',
    hasBuilders: values.has('machines') || (builders !== '' && !builders.startsWith('@')),
  };
}
