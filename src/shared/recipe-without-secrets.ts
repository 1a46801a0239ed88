/** Takes the secrets out of a recipe that is kept or shown around. */
import type { Recipe } from './recipe.ts';

/**
 * The same recipe without the texts of its secrets: passphrases, passwords and private keys of networks. Where a secret
 * only says where it stands, it stays, and so does the hash of the console password. Where something was taken out,
 * whoever types it again is also asked again whether it may be readable in the image.
 */
export function withoutSecrets(recipe: Recipe): Recipe {
  const networks = recipe.wifi.networks.map((network) => {
    const { passphrase, enterprise, ...rest } = network;
    return {
      ...rest,
      ...(isText(passphrase) ? {} : { passphrase }),
      ...(enterprise !== undefined && { enterprise: withoutSignIn(enterprise) }),
    };
  });
  const secrets = holdsSecret(recipe) ? 'slot' : recipe.wifi.secrets;
  return { ...recipe, wifi: { ...recipe.wifi, secrets, networks } } as Recipe;
}

/** Whether `withoutSecrets` takes anything out: the person should know. */
export function holdsSecret({ wifi }: Recipe): boolean {
  return wifi.networks.some(
    ({ passphrase, enterprise }) =>
      typeof passphrase === 'string' ||
      Object.entries(enterprise ?? {}).some(([name, value]) => isSecret(name) && typeof value === 'string'),
  );
}

function withoutSignIn<T extends object>(enterprise: T): T {
  return Object.fromEntries(
    Object.entries(enterprise).filter(([name, value]) => !(isSecret(name) && isText(value))),
  ) as T;
}

function isSecret(name: string): boolean {
  return ['password', 'clientKey', 'clientKeyPassword'].includes(name);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || value === undefined;
}
