/** The part of the contract that has to do with the booted stick: finding the machine, logging in, what comes after. */
import { z } from 'zod';
import type { Outcome, Problem } from './problem.ts';
import { hostName } from './recipe-text.ts';
import { shape } from './shape.ts';

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

const machine = z.strictObject({ name: hostName });
/** An address as `Machine` has it, or a name: nothing that ssh could take for an option. */
const address = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.:%_-]{0,254}$/);

export const reaching = {
  calls: {
    /** Names of the machines whose host keys are known here, the one pinned last at the end. */
    knownMachines: { input: z.undefined(), output: shape<string[]>() },
    /** The command that logs in there, as one line for a POSIX shell. */
    loginCommand: {
      input: z.strictObject({ name: hostName, address, port: z.number().int().min(1).max(65_535) }),
      output: shape<string>(),
    },
    /** Opens the person's own terminal with that command in it. */
    openTerminal: {
      input: z.strictObject({ name: hostName, address, port: z.number().int().min(1).max(65_535) }),
      output: shape<Outcome<null>>(),
    },
    /** Asks once who is there, for first aid: nothing where it is the machine, otherwise why not. */
    checkMachine: { input: machine, output: shape<Outcome<null>>() },
    /** Writes the machine into `~/.ssh/config`. */
    saveMachine: { input: machine, output: shape<Outcome<{ file: string; block: string }>>() },
    handOvers: { input: z.strictObject({ name: hostName, address }), output: shape<HandOver[]>() },
  },
  jobs: {
    /** Looks until cancelled, and tells when something has changed. `name` null looks for all. */
    findMachines: {
      input: z.strictObject({ name: hostName.nullable(), sweep: z.boolean() }),
      event: shape<FindEvent>(),
      output: shape<Machine[]>(),
    },
  },
} as const;
