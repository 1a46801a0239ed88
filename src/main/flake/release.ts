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
  /** From 26.05 wpa_supplicant reads what was added by hand from a folder of its own. */
  wpaSupplicantFile: string;
}

/** Looks up what the generator has to know of a release. */
export function releaseFacts(release: string): ReleaseFacts {
  return {
    imageName: isFrom(release, '25.05') ? 'image.baseName' : 'isoImage.isoName',
    installerUses: isFrom(release, '25.11') ? 'networkmanager' : 'wpa_supplicant',
    wpaSupplicantFile: isFrom(release, '26.05')
      ? '/etc/wpa_supplicant/imperative.conf'
      : '/etc/wpa_supplicant.conf',
  };
}

/** Where nixpkgs comes from unless somebody names another place: the release's branch, tested and cached. */
export function defaultNixpkgs(release: Recipe['release']): string {
  return `github:NixOS/nixpkgs/nixos-${release}`;
}
