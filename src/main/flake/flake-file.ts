/** What goes into the generator and what comes out of it. */
import type { Recipe } from '../../shared/recipe.ts';

type Wifi = Recipe['wifi'];

/** A network with its passphrase as text, and the WPA2 key that was derived from it, where it is needed. */
export type ResolvedNetwork = Omit<Wifi['networks'][number], 'passphrase'> & {
  passphrase?: string;
  /** 64 hex digits. */
  pmk?: string;
};

/**
 * A checked recipe with everything in it that has to be fetched or computed elsewhere. Where passphrases go into the
 * slot, there are none in here.
 */
export type ResolvedRecipe = Omit<Recipe, 'wifi'> & {
  wifi: Omit<Wifi, 'networks'> & { networks: ResolvedNetwork[] };
  /** 8 bytes that name the image in its slot. */
  slotId: Uint8Array;
};

/** One file of a flake: text, or bytes where it is none. */
export type FlakeFile = {
  /** Relative, with `/`. */
  path: string;
  mode: 0o600 | 0o644 | 0o755;
  /** Holds a passphrase or a key derived from one. */
  secret: boolean;
} & ({ text: string; bytes?: undefined } | { bytes: Uint8Array; text?: undefined });

/** A file that anybody may read. */
export function openFile(path: string, text: string): FlakeFile {
  return { path, text, mode: 0o644, secret: false };
}

/** A file that only its owner may read. */
export function secretFile(path: string, text: string): FlakeFile {
  return { path, text, mode: 0o600, secret: true };
}
