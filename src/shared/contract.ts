/**
 * The one table of what a window may ask of the program: calls (a question, an answer) and jobs (a long act with
 * events). Preload, IPC, web host, renderer and test doubles all derive their names and types from it.
 */
import { z } from 'zod';
import { building } from './building.ts';
import { choosing } from './choosing.ts';
import { desktop } from './desktop.ts';
import type { Outcome, Problem } from './problem.ts';
import { reaching } from './reaching.ts';
import type { Recipe } from './recipe.ts';
import { settingsChanges, type Settings } from './settings.ts';
import { shape, type Shape } from './shape.ts';

/** A public key that was found or given, named as `ssh-keygen -lf` names it. */
export interface PublicKey {
  /** The key as one OpenSSH line: type, base64, comment. */
  line: string;
  /** e.g. `ssh-ed25519`. */
  type: string;
  bits: number;
  /** `SHA256:` and 43 characters of unpadded base64. */
  fingerprint: string;
  comment: string;
  /** Where it came from: `agent`, a file path, an address, or `pasted`. */
  source: string;
  /** When the file that it was found in was last changed (ISO 8601, UTC). */
  changedAt?: string | undefined;
  /** Something a person should know about a key that is accepted all the same. */
  note?: string | undefined;
}

/** One sentence about one field of a recipe. `path` is dotted: `wifi.networks.0.ssid`. */
export interface RecipeProblem {
  path: string;
  problem: Problem;
}

/** One file of a generated flake, as shown to a person: secrets are replaced by a note. */
export interface FlakeFileView {
  path: string;
  text: string;
  secret: boolean;
}

/** A built ISO. */
export interface Image {
  id: string;
  path: string;
  fileName: string;
  bytes: number;
  /** 64 lower-case hex digits. */
  sha256: string;
  volumeId: string;
  bootModes: ('bios' | 'uefi')[];
  /** The host name of the recipe it was built from; null for an image that somebody else made. */
  name: string | null;
  /** A file of the person's own that was opened, and whether it has a place for secrets. Left out: Nixburn built and keeps it. */
  opened?: { slot: boolean } | undefined;
}

/** What is written on a stick: an image that Nixburn built, or a file of somebody else's whose checksum nobody knows yet. */
export type SourceImage = Pick<Image, 'path' | 'fileName' | 'bytes' | 'volumeId' | 'name'> & {
  sha256: string | null;
};

export type BuildPhase = 'flake' | 'evaluate' | 'fetch' | 'build' | 'image' | 'copy';
export type BuildEvent =
  | { kind: 'phase'; phase: BuildPhase }
  /**
   * `fraction` is 0…1 of the whole build and never runs backwards; null where nobody can know. `label` names what is
   * being done now. `remainingMillis` is known where earlier builds of the kind have taught it.
   */
  | {
      kind: 'progress';
      phase: BuildPhase;
      fraction: number | null;
      label: string;
      remainingMillis?: number | undefined;
      /** What is being downloaded or copied now. */
      bytesPerSecond?: number | undefined;
    }
  | { kind: 'log'; line: string }
  | { kind: 'note'; text: string };

/** A stick that is written while its image arrives: a build, and then what befalls the stick. */
export type MakingEvent = BuildEvent | { kind: 'stick'; event: StickEvent };

/** What the program can do itself about a line of the pre-flight list, after the person said so. */
type PreflightFix = 'trust-host' | 'collect-garbage';
/** A revision of nixpkgs. */
export interface PinnedNixpkgs {
  /** 40 hex digits; for a nixpkgs that is no git repository the hash of its contents. */
  revision: string;
  /** Of its last change, `2026-05-30`; null where Nix does not say. */
  date: string | null;
}

/** What an update of nixpkgs did. `before` is null where nothing was locked yet. */
export interface NixpkgsUpdate {
  before: PinnedNixpkgs | null;
  after: PinnedNixpkgs;
}

/** One line of the pre-flight list. */
export interface PreflightLine {
  id: string;
  title: string;
  state: 'ok' | 'warning' | 'failed';
  problem?: Problem | undefined;
  /** The remedy as a command for a terminal on that machine, to be copied. */
  command?: string | undefined;
  fix?: PreflightFix | undefined;
}

/** A partition, a file system or another block device that lives on a drive. */
export interface Volume {
  path: string;
  label: string;
  fileSystem: string;
  bytes: number;
  /** What files take up of it; null where the system does not say. */
  usedBytes: number | null;
  mountPoints: string[];
}

/** A drive that is plugged in now, and whether it may be written. */
export interface Drive {
  /** Opaque; changes when another drive takes the same path. */
  id: string;
  path: string;
  kind: 'usb' | 'sd' | 'disk' | 'loop' | 'file';
  vendor: string;
  model: string;
  serial: string;
  /** As the system names it: `usb`, `nvme`, `sata`, `mmc`, `loop`, `file`. */
  bus: string;
  bytes: number;
  blockSize: number;
  removable: boolean;
  readOnly: boolean;
  /** The kernel's running number of this device node (Linux 5.15+); null elsewhere. */
  diskSequence: string | null;
  /** `gpt`, `dos` …; empty for none. */
  partitionTable: string;
  volumes: Volume[];
  /** What has been put together from it and is in use: `/dev/mapper/root (crypt)`. */
  heldBy: string[];
  /** Why it may not be written. Empty: it may. */
  refusals: Problem[];
}

export type StickPhase = 'check' | 'unmount' | 'write' | 'flush' | 'verify' | 'finish';
export type StickEvent =
  | { kind: 'phase'; phase: StickPhase }
  /** Durable bytes, not submitted ones. `remainingMillis` is null until it can be known. */
  | {
      kind: 'progress';
      phase: StickPhase;
      bytes: number;
      total: number;
      bytesPerSecond: number;
      remainingMillis: number | null;
    }
  | { kind: 'note'; text: string };

/** Of several sticks at once: what befalls one of them, and in the end how it ended. */
export type DriveEvent = { drive: number; event: StickEvent } | { drive: number; outcome: Outcome<Receipt> };

/** What was on a drive, as a file. */
export interface SavedStick {
  path: string;
  bytes: number;
  sha256: string;
}

/** What a success left behind: proof of what is on the stick. */
export interface Receipt {
  schema: 1;
  action: 'write' | 'verify';
  /** `name` is that of the recipe; null where nobody knows it. */
  image: { fileName: string; bytes: number; sha256: string; volumeId: string; name: string | null };
  drive: { path: string; vendor: string; model: string; serial: string; bytes: number; bus: string };
  /** ISO 8601, UTC. */
  startedAt: string;
  finishedAt: string;
  bytesWritten: number;
  /** Found on the drive already, and therefore not written again. */
  bytesKept: number;
  bytesVerified: number;
  writeMillis: number;
  verifyMillis: number;
  /** Bytes a second; null where nothing was done or it took no time worth measuring. */
  writeRate: number | null;
  verifyRate: number | null;
  /** Chunks that had to be written again before they read back right. */
  repairs: number;
  /** Nixburn's version. */
  version: string;
  /** What was put into the slot; left out where nothing was. */
  slot?: StickSlot | undefined;
}

/** What is in the slot of a stick, without any secret. */
export interface StickSlot {
  /** The host name that the stick got. */
  name: string;
  /** Fingerprint of its host key. */
  hostKey: string;
  /** Names of the entries. */
  entries: string[];
  /** ISO 8601, UTC. */
  filledAt: string;
}

/** A stick, or an image, whose slot was filled and read back. */
export interface Personalised {
  /** As it was named: a device path or a file. */
  path: string;
  volumeId: string;
  /** 16 hex digits that name the image. */
  slotId: string;
  slot: StickSlot;
  writeMillis: number;
  verifyMillis: number;
  /** The receipt of this stick with its new slot; null where no receipt of it is kept here. */
  receipt: Receipt | null;
}

/** A flake that was written into a folder of the person's. */
export interface SavedFlakeFolder {
  folder: string;
  /** Files that were written or removed; empty where the folder held just this flake already. */
  changed: string[];
  /** Sentences to know before it is built or shown around. */
  notes: string[];
  /** Whether `openSavedFlake` can show it. */
  canOpen: boolean;
}

const nothing = z.undefined();
/** Anything at all: a recipe's own check says what is wrong with it, in words. */
const anyRecipe = z.unknown();
const id = z.string().min(1).max(200);

export const contract = {
  calls: {
    about: {
      input: nothing,
      output: shape<{
        version: string;
        platform: string;
        host: 'electron' | 'web';
        nixpkgs: string | null;
      }>(),
    },
    emptyRecipe: { input: nothing, output: shape<Recipe>() },
    checkRecipe: { input: anyRecipe, output: shape<RecipeProblem[]>() },
    foundKeys: { input: nothing, output: shape<PublicKey[]>() },
    readKeys: { input: z.string().max(1_000_000), output: shape<Outcome<PublicKey[]>>() },
    catalogue: {
      input: nothing,
      /** `from` is the first release that has a package; absent where all have it. */
      output:
        shape<{ group: string; packages: { name: string; about: string; from?: string | undefined }[] }[]>(),
    },
    previewFlake: { input: anyRecipe, output: shape<Outcome<FlakeFileView[]>>() },
    /**
     * Writes the flake into a folder, as `nixburn flake` does. The desktop app asks for the folder itself, and `folder` is
     * null; in a browser the person names it. Null: the person has thought better of it.
     */
    saveFlake: {
      input: z.strictObject({ recipe: anyRecipe, folder: z.string().max(4000).nullable() }),
      output: shape<Outcome<SavedFlakeFolder | null>>(),
    },
    /** Shows the folder of the flake that was saved last to the person, in their file manager. */
    openSavedFlake: { input: nothing, output: shape<Outcome<null>>() },
    settings: { input: nothing, output: shape<Settings>() },
    changeSettings: { input: settingsChanges, output: shape<Settings>() },
    /** What became of settings that nobody could read. */
    settingsTrouble: { input: nothing, output: shape<Problem | null>() },
    receipts: { input: nothing, output: shape<Receipt[]>() },
    ejectDrive: { input: z.strictObject({ driveId: id }), output: shape<Outcome<null>>() },
    ...building.calls,
    ...choosing.calls,
    ...reaching.calls,
    ...desktop.calls,
  },
  jobs: {
    ...building.jobs,
    ...choosing.jobs,
    ...reaching.jobs,
    ...desktop.jobs,
    build: { input: anyRecipe, event: shape<BuildEvent>(), output: shape<Image>() },
    /** Moves what this recipe is built from to the newest revision of its nixpkgs. */
    updateNixpkgs: { input: anyRecipe, event: shape<BuildEvent>(), output: shape<NixpkgsUpdate>() },
    watchDrives: {
      input: nothing,
      event: shape<{ kind: 'drives'; drives: Drive[] }>(),
      output: shape<null>(),
    },
    /** With a recipe the slot of the stick is filled: its secrets, its name and a new host key. */
    writeStick: {
      input: z.strictObject({ imageId: id, driveId: id, recipe: anyRecipe.optional() }),
      event: shape<StickEvent>(),
      output: shape<Receipt>(),
    },
    /** Several at once; `drive` is the place in `driveIds`, and so is that of each end. */
    writeSticks: {
      input: z.strictObject({
        imageId: id,
        driveIds: z.array(id).min(1).max(32),
        recipe: anyRecipe.optional(),
      }),
      event: shape<DriveEvent>(),
      output: shape<Outcome<Receipt>[]>(),
    },
    /** Builds, and writes the image while it arrives from where it was built; no copy of it stays on this computer. */
    makeStick: {
      input: z.strictObject({ driveId: id, recipe: anyRecipe }),
      event: shape<MakingEvent>(),
      output: shape<Receipt>(),
    },
    /** Fills the slot of a finished stick anew. */
    personaliseStick: {
      input: z.strictObject({ driveId: id, recipe: anyRecipe }),
      event: shape<StickEvent>(),
      output: shape<Personalised>(),
    },
    /** Gives a drive one empty partition that every computer reads. */
    restoreStick: {
      input: z.strictObject({ driveId: id, label: z.string().max(100) }),
      event: shape<StickEvent>(),
      output: shape<null>(),
    },
    /** Copies all of a drive into a file among Nixburn's own. */
    saveStick: {
      input: z.strictObject({ driveId: id }),
      event: shape<StickEvent>(),
      output: shape<SavedStick>(),
    },
    verifyStick: {
      input: z.strictObject({ imageId: id, driveId: id }),
      event: shape<StickEvent>(),
      output: shape<Receipt>(),
    },
  },
} as const;

type Contract = typeof contract;
type Inner<S> = S extends Shape<infer T> ? T : never;

export type CallName = keyof Contract['calls'];
export type CallInput<N extends CallName> = z.infer<Contract['calls'][N]['input']>;
export type CallOutput<N extends CallName> = Inner<Contract['calls'][N]['output']>;

export type JobName = keyof Contract['jobs'];
export type JobInput<N extends JobName> = z.infer<Contract['jobs'][N]['input']>;
export type JobEvent<N extends JobName> = Inner<Contract['jobs'][N]['event']>;
export type JobOutput<N extends JobName> = Inner<Contract['jobs'][N]['output']>;

/** What travels from the window to the program. `run` is chosen by the window and names one run of a job. */
export type Request =
  | { kind: 'call'; id: number; name: string; input: unknown }
  | { kind: 'start'; run: number; name: string; input: unknown }
  | { kind: 'cancel'; run: number };

/** What travels back. */
export type Reply =
  | { kind: 'answer'; id: number; outcome: Outcome<unknown> }
  | { kind: 'events'; run: number; events: unknown[] }
  | { kind: 'ended'; run: number; outcome: Outcome<unknown> };

/** What the page is given in place of any power of its own: one way out, one way in. */
export interface Door {
  send(request: Request): void;
  /** Calls back for every reply, in order, and returns how to stop that. */
  onReply(listener: (reply: Reply) => void): () => void;
  /** Hands over a file that the person dropped on the window, for the desktop to open. Absent in a browser. */
  give?(file: File): void;
}
