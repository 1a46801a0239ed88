/** The part of the contract that has to do with choosing: keys, packages, networks, the system, and recipes to keep. */
import { z } from 'zod';
import type { PublicKey } from './contract.ts';
import type { Outcome, Problem } from './problem.ts';
import { shape } from './shape.ts';

// ---- keys ----

/** A place where people publish their public keys under their user name. */
export type KeyService = 'github' | 'gitlab' | 'codeberg';
/** A list of keys on the web. */
export type KeyList = { service: KeyService; user: string } | { url: string };

export interface FetchedKeys {
  /** Where the list was. */
  address: string;
  keys: PublicKey[];
  /** Lines of the list that can not be used, counted from 1, and why. */
  leftOut: { line: number; problem: Problem }[];
}

export interface MadeKey {
  key: PublicKey;
  /** The private half. */
  file: string;
  /** Something to know about a key that was made all the same. */
  warning: Problem | null;
}

const keyList = z.union([
  z.strictObject({ service: z.enum(['github', 'gitlab', 'codeberg']), user: z.string().min(1).max(255) }),
  z.strictObject({ url: z.string().min(1).max(2000) }),
]);

export const choosing = {
  calls: {
    /** The only call here that goes to the web: to the service or address that the person named. */
    fetchKeys: { input: keyList, output: shape<Outcome<FetchedKeys>>() },
    /** Makes a key pair in the person's .ssh folder; nothing is ever written over. */
    makeKey: {
      input: z.strictObject({
        /** A file name without folders. */
        name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/),
        type: z.enum(['ed25519', 'rsa']),
        comment: z.string().max(1000),
        passphrase: z.string().max(4000),
      }),
      output: shape<Outcome<MadeKey>>(),
    },
  },
  jobs: {},
} as const;
