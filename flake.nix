{
  description = "Makes a NixOS installer stick that lets you in over SSH";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      forEach = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];
      pkgsOf = system: nixpkgs.legacyPackages.${system};
    in
    {
      packages = forEach (system: {
        default = (pkgsOf system).callPackage ./packaging/nix/package.nix { };
      });

      # nix run github:…/nixburn
      apps = forEach (system: {
        default = {
          type = "app";
          program = "${self.packages.${system}.default}/bin/nixburn-window";
        };
      });

      # Everything that `npm test` uses.
      devShells = forEach (system: {
        default = (pkgsOf system).callPackage ./packaging/nix/shell.nix { };
      });

      nixosModules.default = import ./packaging/nix/module.nix self;
    };
}
