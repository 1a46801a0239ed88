# A shell in which `npm test` finds everything that it uses.
{
  mkShell,
  chromium,
  dosfstools,
  e2fsprogs,
  gcc,
  git,
  gnumake,
  nix,
  nodejs_22,
  openssh,
  python3,
  qemu,
  util-linux,
  xorriso,
}:
mkShell {
  packages = [
    chromium
    dosfstools
    e2fsprogs
    gcc
    git
    gnumake
    nix
    nodejs_22
    openssh
    python3
    qemu
    util-linux
    xorriso
  ];
  CHROMIUM = "${chromium}/bin/chromium";
}
