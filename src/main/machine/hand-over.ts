/** What comes after the stick: the ways to install NixOS on the machine, as commands to copy and steps to tick off. Pure. */
import type { HandOver, HandOverStep } from '../../shared/reaching.ts';

/**
 * The three usual ways, the one that needs least on the machine first. Options and modes as nixos-anywhere (--help), disko
 * (its README) and the NixOS manual ("Manual installation") name them.
 *
 * @param name host name; also the name of the configuration, as most people have it
 * @param address what ssh reaches the machine by
 */
export function handOvers(name: string, address: string): HandOver[] {
  const target = `root@${address}`;
  return [
    {
      id: 'nixos-anywhere',
      title: 'From here, with nixos-anywhere',
      about:
        'Your computer has a flake with a NixOS configuration and a disko layout, and installs it on the machine over SSH.',
      steps: [
        here('Try the layout in a virtual machine first.', [
          ...nixRun('github:nix-community/nixos-anywhere'),
          ...words(`--flake .#${name} --vm-test`),
        ]),
        here(
          'Install. This erases the disks that the layout names. nixos-anywhere does not compare host keys: begin when this window says that the machine is the right one.',
          [
            ...nixRun('github:nix-community/nixos-anywhere'),
            ...words(`--flake .#${name} --target-host ${target}`),
            ...words('--generate-hardware-config nixos-generate-config ./hardware-configuration.nix'),
          ],
          true,
        ),
      ],
    },
    {
      id: 'disko',
      title: 'On the machine, with disko',
      about:
        'A disko file says how the disks are divided; disko does it, and you install what you like on them.',
      steps: [
        there('See which disks there are.', [
          'lsblk',
          '--paths',
          '--output',
          'NAME,SIZE,MODEL,SERIAL,MOUNTPOINTS',
        ]),
        there(
          'Divide, format and mount below /mnt. This erases the disks that the file names.',
          [...nixRun('github:nix-community/disko/latest'), '--mode', 'destroy,format,mount', './disko.nix'],
          true,
        ),
        there('Write the configuration of the hardware.', [
          'nixos-generate-config',
          ...words('--no-filesystems --root /mnt'),
        ]),
        there('Install.', ['nixos-install', '--root', '/mnt', '--flake', `/mnt/etc/nixos#${name}`]),
        there('Take the stick out when the screen goes dark, and start from the disk.', ['reboot']),
      ],
    },
    {
      id: 'by-hand',
      title: 'On the machine, by hand',
      about: 'Every step by itself, for one disk and UEFI. Replace /dev/DISK by the disk you mean.',
      steps: [
        there('See which disks there are.', [
          'lsblk',
          '--paths',
          '--output',
          'NAME,SIZE,MODEL,SERIAL,MOUNTPOINTS',
        ]),
        there(
          'Divide it: 1 GiB to start from, the rest for the system. This erases it.',
          [
            ...words('parted --script /dev/DISK mklabel gpt'),
            ...words('mkpart ESP fat32 1MiB 1GiB set 1 esp on mkpart root ext4 1GiB 100%'),
          ],
          true,
        ),
        there(
          'Format the first part.',
          ['mkfs.fat', '-F', '32', '-n', 'BOOT', '/dev/disk/by-partlabel/ESP'],
          true,
        ),
        there('Format the second.', ['mkfs.ext4', '-L', 'nixos', '/dev/disk/by-partlabel/root'], true),
        there('Mount the second.', ['mount', '/dev/disk/by-label/nixos', '/mnt']),
        there('Mount the first inside.', [
          'mount',
          '--mkdir',
          '-o',
          'umask=077',
          '/dev/disk/by-label/BOOT',
          '/mnt/boot',
        ]),
        there('Write a first configuration.', ['nixos-generate-config', '--root', '/mnt']),
        there('Change it: name, users, your SSH key, what is to be installed.', [
          'nano',
          '/mnt/etc/nixos/configuration.nix',
        ]),
        there('Install. It asks for root’s password at the end.', ['nixos-install']),
        there('Take the stick out when the screen goes dark, and start from the disk.', ['reboot']),
      ],
    },
  ];
}

function here(text: string, command: string[], erases = false): HandOverStep {
  return { where: 'here', text, command, erases };
}

function there(text: string, command: string[], erases = false): HandOverStep {
  return { where: 'machine', text, command, erases };
}

/** A command of words without spaces in them. */
function words(text: string): string[] {
  return text.split(' ');
}

/** Flakes may be switched off on this computer. */
function nixRun(flake: string): string[] {
  return ['nix', '--extra-experimental-features', 'nix-command flakes', 'run', flake, '--'];
}
