/** The part of the contract that has to do with choosing: keys, packages, networks, the system, and recipes to keep. */
import { z } from 'zod';
import type { PublicKey } from './contract.ts';
import type { Outcome, Problem } from './problem.ts';
import type { RecipeDifference } from './recipe-differences.ts';
import type { RecipeDraft } from './recipe-draft.ts';
import type { WifiNetwork } from './recipe.ts';
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

// ---- packages ----

/** A set of packages for a common errand. */
export interface Preset {
  name: string;
  about: string;
  packages: string[];
}

/** A package that was found by a search. */
export interface FoundPackage {
  /** Attribute path in nixpkgs: what goes into a recipe. */
  name: string;
  /** Empty where it is not known. */
  version: string;
  /** One line; empty where it is not known. */
  about: string;
  /** The program it is mainly known for, where that is not its name; else empty. */
  program: string;
  unfree: boolean;
  broken: boolean;
  insecure: boolean;
  /** Not for x86_64-linux, for which channels list their packages. */
  unsupported: boolean;
}

export interface FoundPackages {
  /** All of nixpkgs, or only the catalogue as long as there is no index. */
  from: 'index' | 'catalogue';
  packages: FoundPackage[];
}

/** The index of a channel's packages that is kept on this computer. */
export interface PackageIndexState {
  /** `nixos-26.05`, or a flake reference. */
  channel: string;
  /** The commit of nixpkgs, or a hash of it. */
  revision: string;
  /** Packages. */
  count: number;
  /** When the channel was last asked for anything newer (ISO 8601, UTC). */
  checkedAt: string;
}

export type IndexEvent =
  | { kind: 'phase'; phase: 'ask' | 'download' | 'read' }
  /** Bytes; `total` is null where the server does not say. */
  | { kind: 'progress'; bytes: number; total: number | null };

/** What Nix says about one chosen name. */
export interface PackageVerdict {
  /** As it was asked for. */
  name: string;
  version: string | null;
  /** nixpkgs' own line. */
  about: string | null;
  licenses: string[];
  program: string | null;
  unfree: boolean;
  broken: boolean;
  insecure: boolean;
  unsupported: boolean;
  /** Why it can not be on the stick as things stand; null: it can. */
  problem: Problem | null;
  /** The name that was probably meant, or that took the place of this one. */
  suggestion: string | null;
}

/** What the image will take up, as far as anybody can say. */
export interface ImageEstimate {
  /** Bytes of the last image of this recipe's name; null where there was none. */
  lastImage: number | null;
  /** Bytes that the packages of known size add to an image, packed. */
  packages: number;
  /** Packages whose size nobody knows before they are downloaded. */
  unknown: string[];
  /** All of this as a sentence. */
  words: string;
}

export interface CheckedPackages {
  /** One a name, in the order in which they were asked for. */
  verdicts: PackageVerdict[];
  /**
   * Who says so: Nix, or, where there is none on this computer, the list of the channel. That one knows no aliases and
   * x86_64-linux only, and may be newer or older than what is built from.
   */
  by: 'nix' | 'list';
  /** Made of what this computer knows already; nobody is asked. */
  size: ImageEstimate;
}

// ---- networks ----

/** A WiFi network that this computer joins by itself. */
export interface KnownNetwork {
  /** For `knownPassphrase`. */
  id: string;
  ssid: string;
  security: WifiNetwork['security'];
  hidden: boolean;
  priority: number;
  /** Who keeps it: `NetworkManager`, `wpa_supplicant`, `Keychain`, `Windows`. */
  from: string;
  /** What happens when its passphrase is read, with the command: for the person to agree to. */
  consent: string;
}

export interface KnownNetworks {
  networks: KnownNetwork[];
  /** There are more, which can not be read. */
  note: Problem | null;
}

export interface KnownSecret {
  ssid: string;
  security: WifiNetwork['security'];
  hidden: boolean;
  priority: number;
  /** Null for an open network. */
  passphrase: string | null;
}

// ---- system ----

/** What a computer's own settings suggest; null where nothing tells. */
export interface PlaceGuess {
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  timeZone: string | null;
  locale: string | null;
  keyMap: string | null;
}

/** Everything that can be chosen where a name must be one of many. */
export interface Choices {
  timeZones: { name: string; country: string | null }[];
  /** As glibc names them: `sv_SE.UTF-8`. */
  locales: string[];
  /** As loadkeys names them, the usual ones first; `words` says for whom a usual one is. */
  keyMaps: { name: string; words: string | null }[];
  /** As setfont names them. */
  consoleFonts: string[];
  guess: PlaceGuess;
}

/** Whether a program that will read a text later can read it. */
export interface TextVerdict {
  /** `unknown`: that program is not on this computer. */
  state: 'fine' | 'wrong' | 'unknown';
  problem: Problem | null;
}

// ---- recipes ----

/** A recipe that is kept on this computer under a name. */
export interface KeptRecipe {
  /** As the person calls it; not the host name. */
  name: string;
  /** ISO 8601, UTC. */
  savedAt: string;
  openedAt: string | null;
  /** Null where the file can not be read any more: `openRecipe` says why. */
  hostName: string | null;
  release: string | null;
  keys: number;
  packages: number;
  networks: number;
}

/** What was being worked on when the window was closed. `name`: the kept recipe that it came from. */
export type UnsavedRecipe = RecipeDraft & { name: string | null };

const recipeName = z.string().max(200);
/** A recipe to look at: one that is kept, or one that the window holds. */
const anyOfRecipes = z.union([z.strictObject({ name: recipeName }), z.strictObject({ recipe: z.unknown() })]);

const longText = z.string().max(1_000_000);
const release = z.string().min(1).max(20);
const packageNames = z.array(z.string().min(1).max(300)).max(2000);
const system = z.enum(['x86_64-linux', 'aarch64-linux']);

const keyList = z.union([
  z.strictObject({ service: z.enum(['github', 'gitlab', 'codeberg']), user: z.string().min(1).max(255) }),
  z.strictObject({ url: z.string().min(1).max(2000) }),
]);

export const choosing = {
  calls: {
    presets: { input: z.undefined(), output: shape<Preset[]>() },
    /** Answers as fast as somebody types. */
    searchPackages: {
      input: z.strictObject({
        words: z.string().max(500),
        release,
        limit: z.int().min(1).max(200).default(50),
      }),
      output: shape<FoundPackages>(),
    },
    /** Null: there is no index for this release yet. */
    packageIndex: { input: z.strictObject({ release }), output: shape<PackageIndexState | null>() },

    /** Names only; no passphrase is read. */
    knownNetworks: { input: z.undefined(), output: shape<KnownNetworks>() },
    /** Only after the person has agreed to what the network's `consent` says. */
    knownPassphrase: {
      input: z.strictObject({ id: z.string().max(200), agreed: z.literal(true) }),
      output: shape<Outcome<KnownSecret>>(),
    },

    choices: { input: z.undefined(), output: shape<Choices>() },
    /** The script is read and never run. */
    checkScript: { input: longText, output: shape<TextVerdict>() },
    /** The module is parsed and never evaluated. */
    checkModule: { input: longText, output: shape<TextVerdict>() },
    /** The hash for `console.password.hashed`; the password is kept nowhere. */
    hashPassword: { input: z.string().max(4000), output: shape<Outcome<string>>() },

    /** The most recently used first. */
    recipes: { input: z.undefined(), output: shape<KeptRecipe[]>() },
    /** Recipes may be unfinished, and are kept without the texts of their secrets. */
    saveRecipe: {
      input: z.strictObject({ name: recipeName, recipe: z.unknown(), replace: z.boolean() }),
      output: shape<Outcome<null>>(),
    },
    openRecipe: { input: z.strictObject({ name: recipeName }), output: shape<Outcome<RecipeDraft>>() },
    duplicateRecipe: {
      input: z.strictObject({ name: recipeName, as: recipeName }),
      output: shape<Outcome<null>>(),
    },
    renameRecipe: {
      input: z.strictObject({ name: recipeName, to: recipeName }),
      output: shape<Outcome<null>>(),
    },
    removeRecipe: { input: z.strictObject({ name: recipeName }), output: shape<Outcome<null>>() },
    /** For what is being worked on: so often as the window likes. */
    keepUnsavedRecipe: {
      input: z.strictObject({ name: recipeName.nullable(), recipe: z.unknown() }),
      output: shape<Outcome<null>>(),
    },
    unsavedRecipe: { input: z.undefined(), output: shape<UnsavedRecipe | null>() },
    /** The file that the window offers for saving; no secret is in it. */
    exportRecipe: { input: z.unknown(), output: shape<Outcome<{ fileName: string; text: string }>>() },
    importRecipe: { input: longText, output: shape<Outcome<RecipeDraft>>() },
    compareRecipes: {
      input: z.strictObject({ before: anyOfRecipes, after: anyOfRecipes }),
      output: shape<Outcome<RecipeDifference[]>>(),
    },
  },
  jobs: {
    /** The only one here that goes to the web: to the service or address that the person named. */
    fetchKeys: { input: keyList, event: shape<never>(), output: shape<FetchedKeys>() },
    /** Makes a key pair in the person's .ssh folder; nothing is ever written over. RSA takes seconds. */
    makeKey: {
      input: z.strictObject({
        /** A file name without folders. */
        name: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/),
        type: z.enum(['ed25519', 'rsa']),
        comment: z.string().max(1000),
        passphrase: z.string().max(4000),
      }),
      event: shape<never>(),
      output: shape<MadeKey>(),
    },
    /**
     * Downloads the list of all packages of a release, if there is a newer one, and makes it searchable. A nixpkgs that no
     * channel lists (`about.nixpkgs`) is listed by Nix, only with `force`: else the answer is `index-on-request`.
     */
    updatePackageIndex: {
      input: z.strictObject({ release, force: z.boolean().default(false) }),
      event: shape<IndexEvent>(),
      output: shape<PackageIndexState>(),
    },
    /** Asks Nix about all chosen names at once. Needs Nix, and the network where nixpkgs is not here yet. */
    checkPackages: {
      input: z.strictObject({
        packages: packageNames,
        release,
        system,
        allowUnfree: z.boolean(),
        /** The recipe's name and how its image is packed: for the estimate. */
        name: z.string().max(100),
        compression: z.enum(['fast', 'balanced', 'small']),
      }),
      event: shape<never>(),
      output: shape<CheckedPackages>(),
    },
  },
} as const;
