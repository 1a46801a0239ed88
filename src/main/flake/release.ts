/** Knows what changed between NixOS releases, so that what is generated has nothing in it that the chosen one refuses. */
import type { Recipe } from '../../shared/recipe.ts';

/** Whether a release is this one or a later one. `unstable` is later than all. */
function isFrom(release: string, first: string): boolean {
  return release === 'unstable' || release >= first;
}

export interface ReleaseFacts {
  /**
   * Up to 24.11 `isoImage.isoName` names the file; from 25.05 it is renamed to an option that does not, and
   * `image.baseName` does (nixos/modules/image/file-options.nix).
   */
  imageName: 'isoImage.isoName' | 'image.baseName';
  /**
   * Up to 25.05 the installer profile turns wpa_supplicant on by itself, which excludes NetworkManager. From 25.11 it
   * uses NetworkManager, which from 26.05 needs `networking.wireless.enable` on: forcing it off there kills WiFi.
   */
  installerUses: 'wpa_supplicant' | 'networkmanager';
  /**
   * What lets wpa_cli reach wpa_supplicant. Up to 25.05 the installer profile sets it; from 26.05 it is no set of
   * options any more but one of its own.
   */
  wpaCliOption: null | 'networking.wireless.userControlled.enable' | 'networking.wireless.userControlled';
  /** What wpa_supplicant reads besides what NixOS generates: from 26.05 in a folder of its own. */
  wpaSupplicantFile: string;
  /** From 26.05 wpa_supplicant runs without privileges, and can not read what is root's alone. */
  wpaSupplicantUser: 'root' | 'wpa_supplicant';
}

/** Looks up what the generator has to know of a release. */
export function releaseFacts(release: string): ReleaseFacts {
  const userControlled = isFrom(release, '26.05')
    ? 'networking.wireless.userControlled'
    : 'networking.wireless.userControlled.enable';
  return {
    imageName: isFrom(release, '25.05') ? 'image.baseName' : 'isoImage.isoName',
    installerUses: isFrom(release, '25.11') ? 'networkmanager' : 'wpa_supplicant',
    wpaCliOption: isFrom(release, '25.11') ? userControlled : null,
    wpaSupplicantFile: isFrom(release, '26.05')
      ? '/etc/wpa_supplicant/imperative.conf'
      : '/etc/wpa_supplicant.conf',
    wpaSupplicantUser: isFrom(release, '26.05') ? 'wpa_supplicant' : 'root',
  };
}

/** Where nixpkgs comes from unless somebody names another place: the release's branch, tested and cached. */
export function defaultNixpkgs(release: Recipe['release']): string {
  return `github:NixOS/nixpkgs/nixos-${release}`;
}
