/** What goes into the generator and what comes out of it. */
import type { Recipe } from '../../shared/recipe.ts';
import type { Enterprise } from '../../shared/recipe-enterprise.ts';

type Wifi = Recipe['wifi'];
type Network = Wifi['networks'][number];

/** How to sign in to an enterprise network, with everything as text: certificates and keys in PEM form. */
export type PlainEnterprise = { [Field in keyof Enterprise]: Exclude<Enterprise[Field], object> };

/** A network whose secrets, where there are any, and certificates are all there as text. */
export type PlainNetwork = Omit<Network, 'passphrase' | 'enterprise'> & {
  passphrase?: string | undefined;
  enterprise?: PlainEnterprise | undefined;
};

/** The same with the WPA2 key that was derived from the passphrase, where it is needed. */
export type ResolvedNetwork = PlainNetwork & {
  /** 64 hex digits. */
  pmk?: string;
};

/**
 * A checked recipe with everything in it that has to be fetched or computed elsewhere. Where secrets go into the slot,
 * there are none in here.
 */
export type ResolvedRecipe = Omit<Recipe, 'wifi'> & {
  wifi: Omit<Wifi, 'networks'> & { networks: ResolvedNetwork[] };
  /** 8 bytes that name what is built: in the header of its slot, and in what the booted machine announces. */
  buildId: Uint8Array;
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
