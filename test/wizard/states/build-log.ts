/** What Nix writes during a build, for a build that is watched and for a drive that waits for its image. */

export const logLines = [
  "evaluating derivation 'path:/home/me/.cache/nixburn/flakes/attic#image'",
  'these 14 derivations will be built:',
  'these 512 paths will be fetched (611.42 MiB download, 2380.18 MiB unpacked):',
  ...[
    'linux-6.18.3',
    'systemd-259',
    'openssh-10.2p1',
    'git-2.52.0',
    'vim-9.1.1918',
    'tmux-3.6',
    'parted-3.6',
  ].map((name) => `copying path '/nix/store/…-${name}' from 'https://cache.nixos.org'...`),
  "building '/nix/store/…-nixos-system-attic-26.05.drv'...",
  "building '/nix/store/…-squashfs.img.drv'...",
];
