/** One machine that may be the one that is looked for: where it was seen, and whether it has proved who it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../shared/problem.ts';
import type { Machine } from '../../shared/reaching.ts';
import { proveHost } from './ssh.ts';

export type Seen = Pick<Machine, 'addresses' | 'port' | 'buildId' | 'how'>;

/** ms. A machine that is starting announces itself before its sshd listens. */
const retryMillis = 2000;

/** Problems that time does not mend; a new address may. */
const final = new Set(['ssh-host-key-differs', 'ssh-host-key-unknown', 'ssh-missing']);

export class Candidate {
  /** As it was told last. */
  machine: Machine | null = null;
  readonly #name: string;
  readonly #knownHosts: string;
  readonly #signal: AbortSignal;
  readonly #tell: (machine: Machine) => void;
  #seen: Seen | null = null;
  #proven: string | null = null;
  #running: Promise<void> | null = null;
  /** Called once the addresses that are known now have been asked. */
  #settle: (() => void)[] = [];
  #isAsking = false;
  /** Ends the wait before the next try: something is new. */
  #news = new AbortController();

  /** @param tell is called whenever something about the machine has changed. */
  constructor(name: string, knownHosts: string, signal: AbortSignal, tell: (machine: Machine) => void) {
    this.#name = name;
    this.#knownHosts = knownHosts;
    this.#signal = signal;
    this.#tell = tell;
  }

  /** The machine was seen there, now. */
  sight(seen: Seen): void {
    // What it says of itself is newer than where a sweep met it.
    if (this.#seen?.how === 'mdns' && seen.how === 'sweep') return;
    const before = this.#seen;
    this.#seen = { ...seen, buildId: seen.buildId ?? before?.buildId ?? null };
    if (before && JSON.stringify(before) === JSON.stringify(this.#seen)) return;
    if (this.#proven !== null && !seen.addresses.includes(this.#proven)) this.#proven = null;
    this.#news.abort();
    if (this.#proven === null) this.#isAsking = true;
    if (this.#proven !== null) this.#report(null);
    else this.#running ??= this.#prove().finally(() => (this.#running = null));
  }

  /** Resolves once nothing of it runs any more; to be awaited after the signal has aborted. */
  async ended(): Promise<void> {
    await this.#running;
  }

  /** Resolves once every address that is known has been asked, or one of them has proved it. */
  async settled(): Promise<void> {
    if (this.#isAsking) await new Promise<void>((resolve) => this.#settle.push(resolve));
  }

  /** Asks at one address after another, until one of them proves it or nothing but news could help. */
  async #prove(): Promise<void> {
    try {
      await this.#askUntilProven();
    } finally {
      this.#hasSettled();
    }
  }

  async #askUntilProven(): Promise<void> {
    while (!this.#signal.aborted && this.#seen && this.#proven === null) {
      this.#isAsking = true;
      this.#news = new AbortController();
      const wake = AbortSignal.any([this.#signal, this.#news.signal]);
      const { addresses, port } = this.#seen;
      let first: Problem | null = null;
      for (const host of addresses) {
        const proof = await proveHost({ name: this.#name, host, port }, this.#knownHosts, this.#signal);
        if (this.#signal.aborted) return;
        if (proof.ok) {
          this.#proven = host;
          break;
        }
        first ??= proof.problem;
        if (this.#news.signal.aborted) break;
      }
      // What was proved counts only where the machine still says that it is there.
      if (this.#proven !== null && !this.#seen.addresses.includes(this.#proven)) this.#proven = null;
      if (this.#proven !== null) first = null;
      if (this.#proven === null && this.#news.signal.aborted) continue;
      this.#report(first);
      if (this.#proven !== null) return;
      this.#hasSettled();
      const wait = first !== null && final.has(first.code) ? 2 ** 30 : retryMillis;
      await sleep(wait, undefined, { signal: wake }).catch(() => undefined);
    }
  }

  #hasSettled(): void {
    this.#isAsking = false;
    for (const settle of this.#settle.splice(0)) settle();
  }

  #report(problem: Problem | null): void {
    if (!this.#seen) return;
    const proven = this.#proven;
    const { addresses, ...seen } = this.#seen;
    const machine: Machine = {
      name: this.#name,
      ...seen,
      // The one that works stands first.
      addresses: proven === null ? addresses : [proven, ...addresses.filter((one) => one !== proven)],
      hostKey: proven === null ? 'unproven' : 'proven',
      problem,
    };
    if (JSON.stringify(machine) === JSON.stringify(this.machine)) return;
    this.machine = machine;
    this.#tell(machine);
  }
}
