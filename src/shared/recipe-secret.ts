/** Texts that a recipe may hold, or only say where they stand: a recipe that is kept in git holds no secret. */
import { z } from 'zod';
import { sourceName } from './recipe-text.ts';

/**
 * A secret, or where it stands.
 *
 * @param text the rule for the secret itself.
 * @param what names it in descriptions: `the passphrase`.
 */
export function secretSource(text: z.ZodString, what: string, description: string) {
  return z
    .union([
      text,
      z.strictObject({ env: sourceName(`Environment variable that holds ${what}.`) }),
      z.strictObject({ file: sourceName(`File that holds ${what}, relative to the recipe.`) }),
    ])
    .meta({ description });
}

/** A text that is no secret but too long to be read with pleasure in a recipe. */
export function fileSource(text: z.ZodString, what: string, description: string) {
  return z
    .union([text, z.strictObject({ file: sourceName(`File that holds ${what}, relative to the recipe.`) })])
    .meta({ description });
}

/** Where a secret stands instead of in the recipe: a file (relative to the recipe) or an environment variable. */
export type SecretSource = string | { env: string } | { file: string };
/** The same for what is no secret. */
export type FileSource = string | { file: string };
