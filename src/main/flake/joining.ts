/** The files that join wireless networks: the same, under the same names, in the flake and in the slot of a stick. */
import { assertNever } from '../../shared/problem.ts';
import { credentialFiles } from './credentials.ts';
import type { ResolvedNetwork, ResolvedRecipe } from './flake-file.ts';
import { networkProfiles } from './keyfile.ts';
import { releaseFacts } from './release.ts';
import { wpaSupplicantConf } from './wpa-supplicant.ts';

/** One file. */
export interface JoiningFile {
  /** Below wifi/, in the flake and in the slot. */
  name: string;
  /** Where it has to lie on the stick; absolute. */
  place: string;
  text: string;
  /** Holds a passphrase, a password or a key: for its owner alone. */
  secret: boolean;
  /** Who reads it. NetworkManager ignores a profile that is not root's. */
  owner: 'root' | 'wpa_supplicant';
}

/** All files that the recipe's networks need, secrets included. */
export function joiningFiles({ release, wifi }: Pick<ResolvedRecipe, 'release' | 'wifi'>): JoiningFile[] {
  switch (wifi.backend) {
    case 'networkmanager':
      return networkManagerFiles(wifi.networks, release);
    case 'wpa_supplicant':
      return wpaSupplicantFiles(wifi.networks, release);
    default:
      return assertNever(wifi.backend);
  }
}

/**
 * The files of networks that have nothing to hide. They are built in where secrets go into the slot: a stick whose slot is
 * still empty joins an open network all the same. They have the names that the slot has for them.
 */
export function openJoiningFiles({ release, wifi }: Pick<ResolvedRecipe, 'release' | 'wifi'>): JoiningFile[] {
  switch (wifi.backend) {
    case 'networkmanager':
      return networkManagerFiles(wifi.networks, release).filter(
        ({ name, secret }) => isProfile(name) && !secret,
      );
    case 'wpa_supplicant':
      return wpaSupplicantFiles(
        wifi.networks.filter(({ security }) => security === 'open'),
        release,
      );
    default:
      return assertNever(wifi.backend);
  }
}

/** Whether it is a profile of NetworkManager, which is for that program alone even where there is nothing to hide in it. */
export function isProfile(name: string): boolean {
  return name.endsWith('.nmconnection');
}

/** Whether it is the file in which wpa_supplicant has its networks. */
export function isSupplicantConf(name: string): boolean {
  return name === 'wpa_supplicant.conf';
}

function networkManagerFiles(networks: readonly ResolvedNetwork[], release: string): JoiningFile[] {
  const profiles: JoiningFile[] = [];
  const credentials: JoiningFile[] = [];
  for (const network of networks) {
    const number = profiles.length + 1;
    for (const text of networkProfiles(network, number)) {
      const name = `${profiles.length + 1}.nmconnection`;
      const place = `/etc/NetworkManager/system-connections/${name}`;
      profiles.push({ name, place, text, secret: network.security !== 'open', owner: 'root' });
    }
    credentials.push(...ownedFiles(network, number, release));
  }
  return [...profiles, ...credentials];
}

function wpaSupplicantFiles(networks: readonly ResolvedNetwork[], release: string): JoiningFile[] {
  if (networks.length === 0) return [];
  const { wpaSupplicantFile, wpaSupplicantUser } = releaseFacts(release);
  return [
    {
      name: 'wpa_supplicant.conf',
      place: wpaSupplicantFile,
      text: wpaSupplicantConf(networks),
      secret: networks.some(({ security }) => security !== 'open'),
      owner: wpaSupplicantUser,
    },
    ...networks.flatMap((network, at) => ownedFiles(network, at + 1, release)),
  ];
}

/** With either program it is wpa_supplicant that reads certificates and keys. */
function ownedFiles(network: ResolvedNetwork, number: number, release: string): JoiningFile[] {
  const owner = releaseFacts(release).wpaSupplicantUser;
  return credentialFiles(network, number).map((file) => ({ ...file, owner }));
}
