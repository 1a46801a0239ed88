# Nixburn as a package: the command line, and the window in the Electron that nixpkgs has.
{
  lib,
  buildNpmPackage,
  electron,
  importNpmLock,
  makeWrapper,
  nodejs_22,
  openssh,
  util-linux,
}:
let
  lock = lib.importJSON ../../package-lock.json;
  # The lock file names packages and no server, and importNpmLock fetches only what has an address: the registry's own.
  addressed =
    path: package:
    let
      # An alias says what it stands for.
      name = package.name or (builtins.head (builtins.match ".*node_modules/(.*)" path));
      resolved = "https://registry.npmjs.org/${name}/-/${baseNameOf name}-${package.version}.tgz";
    in
    package // (if path == "" then { } else { inherit resolved; });
in
buildNpmPackage {
  pname = "nixburn";
  inherit (lib.importJSON ../../package.json) version;
  src = lib.cleanSource ../..;
  nodejs = nodejs_22;

  npmDeps = importNpmLock {
    npmRoot = ../..;
    packageLock = lock // {
      packages = builtins.mapAttrs addressed lock.packages;
    };
  };
  inherit (importNpmLock) npmConfigHook;
  nativeBuildInputs = [ makeWrapper ];
  # Electron's own program comes from nixpkgs.
  env.ELECTRON_SKIP_BINARY_DOWNLOAD = "1";

  installPhase = ''
    runHook preInstall
    npm prune --omit=dev --ignore-scripts
    mkdir -p "$out/lib/nixburn" "$out/bin"
    cp -r bin dist node_modules package.json "$out/lib/nixburn"
    rm -f "$out"/lib/nixburn/dist/*.stamp
    makeWrapper ${lib.getExe nodejs_22} "$out/bin/nixburn" \
      --add-flags "$out/lib/nixburn/bin/nixburn" \
      --suffix PATH : ${
        lib.makeBinPath [
          openssh
          util-linux
        ]
      }
    makeWrapper ${lib.getExe electron} "$out/bin/nixburn-window" \
      --add-flags "$out/lib/nixburn" \
      --suffix PATH : ${
        lib.makeBinPath [
          openssh
          util-linux
        ]
      }
    install -Dm644 assets/icon.svg "$out/share/icons/hicolor/scalable/apps/nixburn.svg"
    install -Dm644 packaging/linux/nixburn.desktop "$out/share/applications/nixburn.desktop"
    install -Dm644 packaging/linux/nixburn-mime.xml "$out/share/mime/packages/nixburn.xml"
    runHook postInstall
  '';

  meta = {
    description = "Makes a NixOS installer stick that lets you in over SSH";
    license = lib.licenses.mit;
    mainProgram = "nixburn";
    platforms = lib.platforms.linux;
  };
}
