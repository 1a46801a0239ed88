/** The certificates and keys of enterprise networks as files of their own: wpa_supplicant reads them by path. */
import type { ResolvedNetwork } from './flake-file.ts';

/**
 * The one folder that wpa_supplicant can read on every release: from 26.05 it runs without privileges and without
 * /home (nixos/modules/services/networking/wpa_supplicant.nix).
 */
const folder = '/etc/wpa_supplicant';

/** What NixOS trusts: the authorities that browsers know. */
export const systemAuthorities = '/etc/ssl/certs/ca-certificates.crt';

/** `ca` vouches for the server, `client` and `key` are the person's own. */
export type CredentialKind = 'ca' | 'client' | 'key';

/**
 * Where on the stick a file lies.
 *
 * @param number that of the network's profile or, where there are none, of the network; both count from 1.
 */
export function credentialPlace(number: number, kind: CredentialKind): string {
  return `${folder}/${credentialName(number, kind)}`;
}

function credentialName(number: number, kind: CredentialKind): string {
  return `${number}-${kind}.pem`;
}

/** One file. */
export interface CredentialFile {
  name: string;
  place: string;
  text: string;
  /** A private key; certificates are for everybody to see. */
  secret: boolean;
}

/** The files of one network. */
export function credentialFiles({ enterprise }: ResolvedNetwork, number: number): CredentialFile[] {
  const texts: [CredentialKind, string | undefined][] = [
    ['ca', enterprise?.caCertificate],
    ['client', enterprise?.clientCertificate],
    ['key', enterprise?.clientKey],
  ];
  return texts.flatMap(([kind, text]) =>
    text === undefined
      ? []
      : [
          {
            name: credentialName(number, kind),
            place: credentialPlace(number, kind),
            text: `${text.replaceAll('\r\n', '\n').trim()}\n`,
            secret: kind === 'key',
          },
        ],
  );
}
