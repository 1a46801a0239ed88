/** Finds what a network can not be joined without, and which is kept nowhere: the person types it again. */
import type { WifiNetwork } from '../shared/recipe.ts';
import { msg, type Message } from './words.ts';

type Secret = 'passphrase' | 'client-key' | 'password';

/** Says of a network what it lacks. */
export const missingWords: Record<Secret, Message> = {
  passphrase: msg('Its passphrase is missing.'),
  'client-key': msg('Its client key is missing.'),
  password: msg('Its password is missing.'),
};

/** Says what to do about it. */
export const typeItWords: Record<Secret, Message> = {
  passphrase: msg('Type the passphrase'),
  'client-key': msg('Type the client key'),
  password: msg('Type the password'),
};

/** A recipe that was kept has no secrets: what is to be typed before the network can be joined. */
export function missingSecret({ security, passphrase, enterprise }: WifiNetwork): Secret | null {
  if (security === 'open') return null;
  if (security !== 'enterprise') return passphrase === undefined ? 'passphrase' : null;
  if (enterprise?.method === 'tls') return enterprise.clientKey === undefined ? 'client-key' : null;
  return enterprise?.password === undefined ? 'password' : null;
}
