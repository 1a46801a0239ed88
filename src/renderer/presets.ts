/** Sets of packages for common errands, so that nobody has to remember names. */
import { formatCount } from '../shared/units.ts';

export interface Preset {
  name: string;
  about: string;
  packages: string[];
}

export const presets: Preset[] = [
  {
    name: 'Everyday',
    about: 'An editor, git and what one reaches for first.',
    packages: ['vim', 'git', 'curl', 'htop', 'tmux'],
  },
  {
    name: 'Rescue',
    about: 'Read failing disks and repair file systems.',
    packages: ['ddrescue', 'testdisk', 'smartmontools', 'parted', 'gptfdisk', 'ntfs3g', 'tmux'],
  },
  {
    name: 'Encrypted install',
    about: 'LUKS, LVM and partitioning.',
    packages: ['cryptsetup', 'lvm2', 'parted', 'gptfdisk', 'git', 'vim'],
  },
  {
    name: 'Remote install',
    about: 'Install from afar with git and rsync.',
    packages: ['git', 'rsync', 'tmux', 'disko', 'parted'],
  },
];

/** What choosing a preset would add to what is chosen already. */
export function missingFrom(preset: Preset, chosen: string[]): string[] {
  return preset.packages.filter((name) => !chosen.includes(name));
}

/** The preset's button says how much it would add. */
export function presetWords(preset: Preset, chosen: string[]): string {
  const count = missingFrom(preset, chosen).length;
  return count === 0 ? 'All chosen' : `Adds ${formatCount(count, 'package', 'packages')}`;
}
