/**
 * Reads what Nix says while it builds (`--log-format internal-json`), one line of its stderr at a time, as phases,
 * progress and log lines for people. The format: `src/libutil/include/nix/util/logging.hh` and `progress-bar.cc` of
 * Nix 2.8 to 2.36, and recorded logs of 2.8, 2.26 and 2.34.
 */
import type { BuildEvent, BuildPhase } from '../../shared/contract.ts';
import { hideSecrets } from './hide-secrets.ts';

/** What is known when a build failed. */
export interface NixFailure {
  /** What Nix called an error, at most 20, without traces and lines of source code. The cause comes first. */
  errors: string[];
  /** The cause as Nix said it, trace and all. Empty where there is none. */
  full: string;
  /** The last lines that the builder of the cause wrote, at most 50. */
  tail: string[];
  /** The last lines of the whole log, at most 200. */
  lines: string[];
}

/** Activity types. Numbers that are not named here are ignored: newer versions of Nix add some. */
const activity = { copyPath: 100, fileTransfer: 101, realise: 102, copyPaths: 103, builds: 104, build: 105 };
const fetchTree = 112;
const result = { buildLogLine: 101, progress: 105, setExpected: 106, postBuildLogLine: 107 };

const limits = { activities: 2_000, tails: 64, tailLines: 50, lines: 200, errors: 20, text: 16_000 };

/** Also what a cut-off escape sequence leaves behind; tabs stay. */
// oxlint-disable-next-line no-control-regex
const escapes = /\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?|[\x00-\x08\x0b-\x1f\x7f]/g;

// oxlint-disable-next-line no-control-regex
const control = /[\x00-\x08\x0b-\x1f\x7f]/;

const phases: BuildPhase[] = ['evaluate', 'fetch', 'build', 'image'];

interface Activity {
  type: number;
  parent: string;
  /** What people call the thing it works on. */
  name: string;
  /** The derivation it builds; empty for any other activity. */
  drv: string;
  /**
   * Belongs to the "realise" activity of a remote builder. Such a builder reports its own totals and its own builds
   * underneath ours: counting them too would double everything.
   */
  nested: boolean;
  done: number;
  expected: number;
  announced: Map<number, number>;
}

/** Sums over all activities of one type, running and stopped. */
interface Total {
  done: number;
  expected: number;
  announced: number;
}

/** Folds the lines of one run of Nix. Never throws, whatever the line; holds a bounded amount of memory. */
export class NixLog {
  #activities = new Map<string, Activity>();
  #totals = new Map<number, Total>();
  /** From "these 12 derivations will be built": known long before the counters have grown that far. */
  #promised = new Map<number, number>();
  #tails = new Map<string, string[]>();
  #errors: { gist: string; full: string }[] = [];
  #lines: string[] = [];
  #realising = false;
  #phase: BuildPhase = 'evaluate';
  #fraction = 0;
  #shown = '';
  /** Something that phases and progress are computed from has changed: most lines are of a log and change nothing. */
  #changed = true;

  /** Takes one line of stderr, without its end, and returns what it changed. */
  read(line: string): BuildEvent[] {
    const events: BuildEvent[] = [];
    const message = line.startsWith('@nix ') ? parse(line.slice(5)) : null;
    if (message) this.#follow(message, events);
    else if (!line.startsWith('@nix ')) this.#plain(line, events);
    if (this.#changed) this.#report(events);
    return events;
  }

  /** How many builds and downloads (store paths) are done, and are known of, now. */
  counts(): { builds: { done: number; expected: number }; fetches: { done: number; expected: number } } {
    return { builds: this.#count(activity.builds), fetches: this.#count(activity.copyPaths) };
  }

  /** What there is to say about a failure, after the last line. */
  failure(): NixFailure {
    const cause = this.#errors.findIndex(({ gist }) => !isConsequence(gist));
    const all = [...this.#errors];
    if (cause > 0) all.unshift(...all.splice(cause, 1));
    const errors = all.map(({ gist }) => gist);
    const drv = /\/nix\/store\/[^'"\s]+\.drv/.exec(errors[0] ?? '')?.[0] ?? '';
    const tail = [...(this.#tails.get(drv) ?? [])];
    return { errors, full: all[0]?.full ?? '', tail, lines: [...this.#lines] };
  }

  #follow(message: Record<string, unknown>, events: BuildEvent[]): void {
    const id = String(message['id']);
    const type = number(message['type']);
    const fields = Array.isArray(message['fields']) ? (message['fields'] as unknown[]) : [];
    switch (message['action']) {
      case 'start':
        return this.#start(id, type, String(message['parent'] ?? '0'), fields, text(message['text']));
      case 'stop':
        return this.#stop(id);
      case 'result':
        return this.#result(this.#activities.get(id), type, fields, events);
      case 'msg':
        return this.#message(number(message['level']), text(message['msg']), events);
      default:
        return;
    }
  }

  #start(id: string, type: number, parent: string, fields: unknown[], words: string): void {
    this.#changed = true;
    if (type === activity.realise) this.#realising = true;
    const subject = text(fields[0]);
    const drv = type === activity.build ? subject : '';
    const name = nameOf(subject) || (type === activity.fileTransfer || type === fetchTree ? words : '');
    const nested = type >= activity.realise && type <= activity.build && this.#isRealising(parent);
    this.#stop(id);
    this.#activities.set(id, {
      type,
      parent,
      name,
      drv,
      nested,
      done: 0,
      expected: 0,
      announced: new Map(),
    });
    dropOldest(this.#activities, limits.activities);
    if (drv && !this.#tails.has(drv)) {
      this.#tails.set(drv, []);
      dropOldest(this.#tails, limits.tails);
    }
  }

  #stop(id: string): void {
    const stopped = this.#activities.get(id);
    if (!stopped) return;
    this.#activities.delete(id);
    this.#changed = true;
    if (stopped.nested) return;
    // What was expected and never came is expected no more.
    this.#total(stopped.type).expected += stopped.done - stopped.expected;
    for (const [type, count] of stopped.announced) this.#total(type).announced -= count;
  }

  #result(of: Activity | undefined, type: number, fields: unknown[], events: BuildEvent[]): void {
    if (!of) return;
    if (type === result.buildLogLine || type === result.postBuildLogLine) {
      const line = clean(text(fields[0]));
      const tail = this.#tails.get(of.drv);
      if (tail) keepLast(tail, line, limits.tailLines);
      this.#say(of.name ? `${of.name}> ${line}` : line, events);
    } else if (type === result.progress && !of.nested) {
      this.#changed = true;
      const [done, expected] = [number(fields[0]), number(fields[1])];
      const total = this.#total(of.type);
      total.done += done - of.done;
      total.expected += expected - of.expected;
      of.done = done;
      of.expected = expected;
    } else if (type === result.setExpected && !of.nested) {
      const [counted, expected] = [number(fields[0]), number(fields[1])];
      if (counted < activity.copyPath || counted > activity.build) return;
      this.#changed = true;
      this.#total(counted).announced += expected - (of.announced.get(counted) ?? 0);
      of.announced.set(counted, expected);
    }
  }

  #message(level: number, raw: string, events: BuildEvent[]): void {
    const said = clean(raw);
    const promise = /^(?:these (\d+)|this) (derivation|path)s? will be (?:built|fetched)/.exec(said);
    if (promise) {
      this.#changed = true;
      this.#promised.set(
        promise[2] === 'path' ? activity.copyPaths : activity.builds,
        number(Number(promise[1] ?? 1)),
      );
    }
    // Nix gives some warnings the level of an error.
    if (level === 0 && !said.startsWith('warning:')) this.#fail(said);
    if (level <= 3) for (const line of said.split('\n')) this.#say(line, events);
  }

  #plain(raw: string, events: BuildEvent[]): void {
    const said = raw.replace(/\r+$/, '');
    const line = clean(said.slice(said.lastIndexOf('\r') + 1));
    // Before its logger stands, and when it crashes, Nix writes as it does for people.
    if (line.startsWith('error:')) this.#fail(line);
    this.#say(line, events);
  }

  #fail(said: string): void {
    const gist = gistOf(said);
    if (gist && this.#errors.length < limits.errors) this.#errors.push({ gist, full: said });
  }

  #say(line: string, events: BuildEvent[]): void {
    if (!line.trim()) return;
    keepLast(this.#lines, line, limits.lines);
    events.push({ kind: 'log', line });
  }

  #report(events: BuildEvent[]): void {
    this.#changed = false;
    const phase = this.#nextPhase();
    if (phase !== this.#phase) {
      this.#phase = phase;
      events.push({ kind: 'phase', phase });
    }
    const fraction = this.#measure();
    const label = this.#label();
    const shown = `${phase} ${fraction?.toFixed(3)} ${label}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    events.push({ kind: 'progress', phase, fraction, label });
  }

  /** Phases only go forward. Builds that run while paths are still being fetched are part of the fetching. */
  #nextPhase(): BuildPhase {
    const builds = [...this.#activities.values()].filter((one) => one.type === activity.build);
    const fetches = this.#count(activity.copyPaths);
    let now: BuildPhase = 'evaluate';
    if (builds.some((one) => isImage(one.name))) now = 'image';
    else if (this.#realising && fetches.done < fetches.expected) now = 'fetch';
    else if (builds.length > 0) now = 'build';
    return phases.indexOf(now) > phases.indexOf(this.#phase) ? now : this.#phase;
  }

  /**
   * 0…1, or null. Every build and every fetched path counts one; a path counts by its bytes where Nix knows them.
   * Expectations grow while Nix discovers the graph, so the largest value so far stands. Packing the image is one
   * build of many minutes without any sign of progress: nobody can know.
   */
  #measure(): number | null {
    if (this.#phase === 'evaluate' || this.#phase === 'image') return null;
    const builds = this.#count(activity.builds);
    const fetches = this.#count(activity.copyPaths);
    const bytes = this.#count(activity.fileTransfer);
    const fetched =
      bytes.expected > 0
        ? (fetches.expected * bytes.done) / bytes.expected
        : Math.min(fetches.done, fetches.expected);
    const expected = builds.expected + fetches.expected;
    if (expected > 0)
      this.#fraction = Math.max(
        this.#fraction,
        Math.min(1, (builds.done + Math.min(fetched, fetches.expected)) / expected),
      );
    return this.#fraction;
  }

  /** What is being done now: the thing that was started last and still runs; builds before downloads. */
  #label(): string {
    let label = '';
    let building = false;
    for (const one of this.#activities.values()) {
      if (one.name === '' || (building && one.type !== activity.build)) continue;
      if (one.type === activity.build) building = true;
      label = one.name;
    }
    return label;
  }

  #count(type: number): { done: number; expected: number } {
    const { done, expected, announced } = this.#total(type);
    return { done, expected: Math.max(done, expected, announced, this.#promised.get(type) ?? 0) };
  }

  #total(type: number): Total {
    let total = this.#totals.get(type);
    if (!total) this.#totals.set(type, (total = { done: 0, expected: 0, announced: 0 }));
    return total;
  }

  #isRealising(id: string): boolean {
    // Bounded: a broken log could make a ring of parents.
    for (let depth = 0, at = id; depth < 32; depth++) {
      const one = this.#activities.get(at);
      if (!one) return false;
      if (one.type === activity.realise) return true;
      at = one.parent;
    }
    return false;
  }
}

/** Null for what is no JSON object: a line that a signal has cut. */
function parse(json: string): Record<string, unknown> | null {
  try {
    // An id is the process id shifted left by 32 and so exceeds 2^53, where JSON.parse would make neighbours equal.
    const value: unknown = JSON.parse(json.replace(/"(id|parent)":(\d+)/g, '"$1":"$2"'));
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** `/nix/store/hash-linux-6.6.drv` → `linux-6.6`; empty for anything that is no store path. */
function nameOf(storePath: string): string {
  return clean(/^\/nix\/store\/[0-9a-z]{32}-(.+?)(?:\.drv)?$/.exec(storePath)?.[1] ?? '');
}

/** The derivations in which NixOS packs an image: `make-squashfs.nix` and `make-iso9660-image.nix`. */
function isImage(name: string): boolean {
  return name.endsWith('.iso') || name.startsWith('squashfs.');
}

/**
 * What went wrong, without the road there: newer versions of Nix put their trace in front, and all of them show lines
 * of source code, whose words are nobody's message.
 */
function gistOf(said: string): string {
  const lines = said
    .split('\n')
    .filter((line) => !/^\s*\d*\|/.test(line) && !/^\s*\((?:stack trace|use '--show-trace')/.test(line));
  const from = lines.findLastIndex((line) => /^\s*error:/.test(line));
  // Nix sets what follows the first line in by seven.
  const own = lines
    .slice(Math.max(0, from))
    .join('\n')
    .replace(/^ {1,7}|[ \t]+$/gm, '');
  return own.replace(/^error:\s*/, '').trim();
}

/** Errors that only say that another one happened: up to Nix 2.29, and from 2.30 on. */
function isConsequence(error: string): boolean {
  return (
    /^\d+ dependenc(?:y|ies) of derivation .* failed/.test(error) ||
    /^build of .* failed$/.test(error) ||
    /Reason: \d+ dependenc(?:y|ies) failed/.test(error)
  );
}

function clean(raw: string): string {
  const kept = raw.length > limits.text ? raw.slice(0, limits.text) : raw;
  return hideSecrets(control.test(kept) ? kept.replace(escapes, '') : kept);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Counts and sizes: never negative, never so large that sums lose their meaning. */
function number(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER / 65_536 ? value : 0;
}

function keepLast(lines: string[], line: string, limit: number): void {
  lines.push(line);
  if (lines.length > limit) lines.shift();
}

function dropOldest(map: Map<string, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
