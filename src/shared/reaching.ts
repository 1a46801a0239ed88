/** The part of the contract that has to do with the booted stick: finding the machine, logging in, what comes after. */
import type { Problem } from './problem.ts';

/** A computer that was started from a stick, as far as it can be told from here. */
export interface Machine {
  /** Host name. */
  name: string;
  /** IP addresses, the best first; a link-local one has its zone behind it: `fe80::1%eth0`. */
  addresses: string[];
  port: number;
  /**
   * `proven`: what answers holds the host key that was put on the stick. `unproven`: it does not, or not yet, see
   * `problem`.
   */
  hostKey: 'proven' | 'unproven';
  /** Why it is not proven; null where it is. */
  problem: Problem | null;
  /** The build it was started from, as it says itself: 16 hex digits. Null where it does not say. */
  buildId: string | null;
  how: 'mdns' | 'sweep';
}

export type FindEvent =
  /** Found, or something about it has changed. */
  | { kind: 'machine'; machine: Machine }
  /** What is being tried, as a sentence. */
  | { kind: 'note'; text: string }
  /** How far the sweep is, in addresses. */
  | { kind: 'progress'; tried: number; total: number };

/** A way to install NixOS on the machine. */
export interface HandOver {
  id: 'nixos-anywhere' | 'disko' | 'by-hand';
  title: string;
  about: string;
  steps: HandOverStep[];
}

export interface HandOverStep {
  /** Where it is run: on this computer, or on the machine over SSH. */
  where: 'here' | 'machine';
  text: string;
  /** Program and arguments, for a copy button: to be quoted for a shell when shown. */
  command: string[];
  /** It destroys what is on disks of the machine. */
  erases: boolean;
}
