/** Takes the secrets out of a network, for everything that may be kept, shown or built without them. */
import type { ResolvedNetwork } from './flake-file.ts';

/** The network without passphrase, derived key, password, private key and its password. Certificates are no secrets. */
export function withoutSecrets({
  passphrase: _passphrase,
  pmk: _pmk,
  enterprise,
  ...network
}: ResolvedNetwork): ResolvedNetwork {
  if (!enterprise) return network;
  const { password: _password, clientKey: _key, clientKeyPassword: _keyPassword, ...open } = enterprise;
  return { ...network, enterprise: open };
}

/** Whether the network holds any. */
export function hasSecret({ passphrase, enterprise }: ResolvedNetwork): boolean {
  const secrets = [passphrase, enterprise?.password, enterprise?.clientKey, enterprise?.clientKeyPassword];
  return secrets.some((secret) => secret !== undefined);
}
