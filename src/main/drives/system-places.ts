/** Knows which mount points are a part of a running system and which are where people and desktops put sticks. */

/** Where desktops and people mount sticks: volumes there are unmounted before writing. macOS: /Volumes. */
const mediaPlaces = ['/media', '/run/media', '/mnt', '/Volumes'];
const systemPlaces = '/nix /gnu /home /var /usr /etc /opt /srv /root /tmp /efi'.split(' ');
/** File System Programming Guide, "macOS Standard Directories", and what APFS adds to them. */
const macPlaces = '/System /Library /Applications /Users /private /cores'.split(' ');

/** Whether a volume mounted there may be unmounted for the sake of writing its drive. */
export function isMediaPlace(mountPoint: string): boolean {
  // Windows gives each volume a letter, sticks too; which of them are its own it says itself.
  return isLetter(mountPoint) || mediaPlaces.some((place) => isAtOrBelow(mountPoint, place));
}

/** Whether something mounted there makes its drive a part of the running system. */
export function isSystemPlace(mountPoint: string): boolean {
  if (mountPoint === '/' || mountPoint.startsWith('/boot')) return true;
  return [...systemPlaces, ...macPlaces].some((place) => isAtOrBelow(mountPoint, place));
}

/** Whether a path is that place or lies in it. Windows' paths are compared as Windows does, whatever the case. */
export function isAtOrBelow(path: string, place: string): boolean {
  const [one, other] = [comparable(path), comparable(place)];
  return one === other || one.startsWith(other === '/' ? '/' : `${other}/`);
}

function isLetter(mountPoint: string): boolean {
  return /^[A-Za-z]:\\/.test(mountPoint);
}

function comparable(path: string): string {
  if (!isLetter(path)) return path;
  return path.toLowerCase().replaceAll('\\', '/').replace(/\/$/, '');
}
