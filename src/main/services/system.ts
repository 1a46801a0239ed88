/** The part of the services for network and system: what this computer knows already, and what can be chosen. */
import { knownNetworks, knownPassphrase } from '../network/known.ts';
import { checkModule, checkScript } from '../system/check-text.ts';
import { choices } from '../system/choices.ts';
import { hashPassword } from '../system/password-hash.ts';
import type { Calls } from './part.ts';

export function systemServices(): {
  calls: Pick<
    Calls,
    'knownNetworks' | 'knownPassphrase' | 'choices' | 'checkScript' | 'checkModule' | 'hashPassword'
  >;
} {
  return {
    calls: {
      knownNetworks: () => knownNetworks(),
      knownPassphrase: ({ id }) => knownPassphrase(id),
      choices: () => choices(),
      checkScript,
      checkModule,
      hashPassword,
    },
  };
}
