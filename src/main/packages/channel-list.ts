/** Reads a channel's list of packages as it comes in: some hundred megabytes of JSON of which one package at a time is kept. */
import type { PackageEntry } from './index-file.ts';

/** Where the packages stand: one level down under `packages` (a channel's packages.json), or right at the top (`nix search --json`). */
export type ListKind = 'channel' | 'nix-search';

/** Bytes. The longest entries of nixpkgs have some ten thousand. */
const largestEntry = 4 * 2 ** 20;

const quote = 0x22;
const backslash = 0x5c;
const open = 0x7b;
const close = 0x7d;

/**
 * Finds the entries in a stream of JSON by its braces and quotes, and reads each by itself.
 *
 * Formats: nixpkgs' make-tarball.nix, `{"version":2,"packages":{NAME:{name, pname, version, meta:{…}}}}`; and
 * `nix search --json`, `{"legacyPackages.SYSTEM.NAME":{pname, version, description}}`.
 */
export class ListReader {
  readonly #kind: ListKind;
  /** What is not read yet, from the beginning of the key or value that is being read. */
  #rest = Buffer.alloc(0);
  #at = 0;
  #depth = 0;
  #inString = false;
  /** Where the string that is open or was last closed begins and ends in `#rest`, quotes included. */
  #string = { from: -1, to: -1 };
  #valueFrom = -1;
  #name = '';
  #isInside = false;
  #isComplete = false;

  constructor(kind: ListKind) {
    this.#kind = kind;
  }

  /** Whether the list came to its proper end. */
  get isComplete(): boolean {
    return this.#isComplete && this.#depth === 0;
  }

  /** Takes the next bytes, and gives the packages that are complete now. Throws a SyntaxError where it is no such list. */
  read(chunk: Uint8Array): PackageEntry[] {
    const entries: PackageEntry[] = [];
    const kept = this.#firstNeeded();
    this.#rest = Buffer.concat([this.#rest.subarray(kept), chunk]);
    this.#at -= kept;
    if (this.#valueFrom >= 0) this.#valueFrom -= kept;
    this.#string = { from: this.#string.from - kept, to: this.#string.to - kept };
    if (this.#rest.length > largestEntry + chunk.length) throw new SyntaxError('an entry is too long');
    const bytes = this.#rest;
    while (this.#at < bytes.length) {
      if (this.#inString) {
        const end = bytes.indexOf(quote, this.#at);
        if (end < 0) {
          this.#at = bytes.length;
          break;
        }
        this.#at = end + 1;
        if (isEscaped(bytes, end)) continue;
        this.#inString = false;
        this.#string.to = this.#at;
        continue;
      }
      const byte = bytes[this.#at];
      if (byte === quote) {
        this.#inString = true;
        this.#string.from = this.#at;
      } else if (byte === open) this.#enter();
      else if (byte === close) {
        const entry = this.#leave();
        if (entry) entries.push(entry);
      } else if (this.#depth === 0 && !isBlank(byte)) throw new SyntaxError('not an object');
      this.#at += 1;
    }
    return entries;
  }

  get #listDepth(): number {
    return this.#kind === 'channel' ? 2 : 1;
  }

  #enter(): void {
    if (this.#isComplete && this.#depth === 0) throw new SyntaxError('more than one object');
    this.#depth += 1;
    if (this.#depth === this.#listDepth)
      this.#isInside = this.#kind === 'nix-search' || this.#key() === 'packages';
    else if (this.#depth === this.#listDepth + 1 && this.#isInside) {
      this.#name = this.#key();
      this.#valueFrom = this.#at;
    }
  }

  #leave(): PackageEntry | null {
    this.#depth -= 1;
    if (this.#depth < 0) throw new SyntaxError('a brace too many');
    if (this.#depth === this.#listDepth - 1 && this.#isInside) {
      this.#isInside = false;
      this.#isComplete = true;
    }
    if (this.#depth !== this.#listDepth || this.#valueFrom < 0) return null;
    const value = JSON.parse(this.#rest.toString('utf8', this.#valueFrom, this.#at + 1)) as unknown;
    this.#valueFrom = -1;
    return this.#kind === 'channel' ? channelEntry(this.#name, value) : searchEntry(this.#name, value);
  }

  #key(): string {
    const { from, to } = this.#string;
    return from < 0 ? '' : String(JSON.parse(this.#rest.toString('utf8', from, to)));
  }

  /** Of what was read, the end is still needed: an open value or string, and a key before its value. */
  #firstNeeded(): number {
    if (this.#valueFrom >= 0) return this.#valueFrom;
    return this.#string.from >= 0 && this.#depth <= 2 ? Math.min(this.#string.from, this.#at) : this.#at;
  }
}

/** Whether the quote at `at` belongs to the string: an odd number of backslashes stands before it. */
function isEscaped(bytes: Buffer, at: number): boolean {
  let before = at - 1;
  while (bytes[before] === backslash) before -= 1;
  return (at - before) % 2 === 0;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The fields by hand and not by schema: there are 150,000 of them, and all that is wanted are texts and yes or no. */
function channelEntry(name: string, value: unknown): PackageEntry | null {
  const entry = object(value);
  const meta = object(entry['meta']);
  if (name === '') return null;
  const last = name.slice(name.lastIndexOf('.') + 1);
  const program = text(meta['mainProgram']);
  return {
    name,
    version: text(entry['version']) || versionOf(text(entry['name'])),
    about: oneLine(text(meta['description'])),
    program: program === last ? '' : program,
    unfree: meta['unfree'] === true,
    broken: meta['broken'] === true,
    insecure: meta['insecure'] === true,
    unsupported: meta['unsupported'] === true,
  };
}

/** `legacyPackages.x86_64-linux.NAME`; what nixpkgs refuses to evaluate is not in there. */
function searchEntry(path: string, value: unknown): PackageEntry | null {
  const name = path.replace(/^(?:legacyPackages|packages)\.[^.]+\./, '');
  const entry = object(value);
  if (name === '') return null;
  return {
    name,
    version: text(entry['version']),
    about: oneLine(text(entry['description'])),
    program: '',
    unfree: false,
    broken: false,
    insecure: false,
    unsupported: false,
  };
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}

/** A derivation's name ends in its version: from the first hyphen that no letter follows (Nix manual, parseDrvName). */
function versionOf(name: string): string {
  return /-([^a-zA-Z].*)$/.exec(name)?.[1] ?? '';
}
