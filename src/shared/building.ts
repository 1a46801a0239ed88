/** The part of the contract that has to do with building: where it is done, what is missing for it, and the images that are kept. */
import { z } from 'zod';
import type { Image, PreflightLine } from './contract.ts';
import type { Outcome } from './problem.ts';
import { shape } from './shape.ts';

const controls = /\p{Cc}/u;
const oneLine = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => !controls.test(text));

/** A Linux machine that builds, as the person saved it. */
const savedBuilder = z.strictObject({
  name: oneLine(40).min(1),
  /** `user@host[:port]`, `ssh://…`, or a name from the ssh configuration. */
  host: oneLine(300).min(1),
  /** What it is: images of this kind are built there first. */
  system: z.enum(['x86_64-linux', 'aarch64-linux']),
  /** Against this computer, which is 1: of several that fit, the fastest is taken. */
  speed: z.number().min(0.1).max(100),
  /** A private key file; null leaves it to ssh and its agent. ssh would put a variable in the place of `${…}`. */
  keyFile: oneLine(1000)
    .refine((text) => !text.includes('${'))
    .nullable(),
  /** Machines on the way, as ssh's ProxyJump takes them; null for none but those of the ssh configuration. */
  jump: oneLine(1000).nullable(),
});
export type SavedBuilder = z.infer<typeof savedBuilder>;

/** Where images are built, and how much of them is kept. */
export const buildingChoices = z.strictObject({
  builders: z.array(savedBuilder).max(50),
  /** The name of a saved builder; `here`; or `auto`: the fastest that needs no emulator. */
  chosen: oneLine(40).min(1),
  /** Nix's own distributed builds (`--builders`), for those who have set them up; null for none. */
  distribute: oneLine(2000).nullable(),
  /** How much room the images may take together; 10^9 bytes. */
  keepGigabytes: z.number().int().min(1).max(10_000),
});
export type BuildingChoices = z.infer<typeof buildingChoices>;

/** The fastest of the saved builders that make images for `system` without an emulator; of equals the first. */
export function fastestFor({ builders }: BuildingChoices, system: string): SavedBuilder | undefined {
  return builders.filter((one) => one.system === system).toSorted((a, b) => b.speed - a.speed)[0];
}

/** A key that a machine has shown and a person has to compare. */
export interface ShownHostKey {
  host: string;
  /** As `ssh-keygen -lf` prints it. */
  fingerprint: string;
  type: string;
  /** The line of known_hosts. */
  line: string;
}

/** The name or address of a builder; absent: the one that is chosen. */
const on = oneLine(300).min(1).optional();

export const building = {
  calls: {
    buildingChoices: { input: z.undefined(), output: shape<BuildingChoices>() },
    changeBuildingChoices: { input: buildingChoices, output: shape<Outcome<BuildingChoices>>() },
    /** `system` is what the image is for: `x86_64-linux`. */
    preflight: {
      input: z.strictObject({ system: z.string().max(40), on }),
      output: shape<PreflightLine[]>(),
    },
    /** Asks a machine that nobody knows yet for its key. Trusts nothing. */
    showHostKey: {
      input: z.strictObject({ on: oneLine(300).min(1) }),
      output: shape<Outcome<ShownHostKey>>(),
    },
    /** Puts the key with this fingerprint among the known ones, as ssh does after a person said yes. */
    trustHost: {
      input: z.strictObject({
        on: oneLine(300).min(1),
        fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
      }),
      output: shape<Outcome<ShownHostKey>>(),
    },
    images: { input: z.undefined(), output: shape<Image[]>() },
    removeImage: { input: z.strictObject({ imageId: z.string().min(1).max(200) }), output: shape<Image[]>() },
  },
  jobs: {
    /** Removes from the Nix store of a builder what nothing needs any more. */
    collectGarbage: {
      input: z.strictObject({ on }),
      event: shape<{ kind: 'log'; line: string }>(),
      output: shape<{ freed: string }>(),
    },
  },
} as const;
