# programs.nixburn.enable: the program, and polkit, which asks for the password before a drive is written.
self:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.nixburn;
in
{
  options.programs.nixburn = {
    enable = lib.mkEnableOption "Nixburn, which makes NixOS installer sticks";
    package = lib.mkOption {
      type = lib.types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.default;
      defaultText = lib.literalExpression "the package of Nixburn's own flake";
      description = "The package to install.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    security.polkit.enable = true;
  };
}
