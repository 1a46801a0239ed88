/** Writes announce.nix: the machine says on the network and on its screens how it is reached. */
import { announceScript } from './announce-script.ts';
import type { FlakeFile, ResolvedRecipe } from './flake-file.ts';
import { openFile } from './flake-file.ts';
import { nixString } from './nix-text.ts';
import { releaseFacts } from './release.ts';

/** The module, and the program that writes addresses to the screens. */
export function announceFiles(recipe: ResolvedRecipe): FlakeFile[] {
  return [
    openFile('announce.nix', announceNix(recipe)),
    openFile('announce/show-address.sh', announceScript),
  ];
}

function announceNix({ buildId, wifi, release }: ResolvedRecipe): string {
  // 16 hex digits that name what was built: who looks for the machine recognises it by them.
  const id = Array.from(buildId, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const joinBy = wifi.backend === 'networkmanager' ? 'nmtui' : 'wpa_cli';
  return `# How the machine tells where it is: by its name on the network, and by its addresses on the screen.
{ lib, pkgs, ... }:
{
  # NAME.local, and SSH in the lists of those who look for services. The id is that of this recipe.
  services.avahi = {
    enable = true;
    publish = {
      enable = true;
      addresses = true;
    };
    extraServiceFiles.ssh = ''
      <?xml version="1.0" standalone="no"?>
      <!DOCTYPE service-group SYSTEM "avahi-service.dtd">
      <service-group>
        <name replace-wildcards="yes">%h</name>
        <service>
          <type>_ssh._tcp</type>
          <port>22</port>
          <txt-record>nixburn=${id}</txt-record>
        </service>
      </service-group>
    '';
  };

  # The installer's own text speaks of empty passwords. \\n is the name of the machine (agetty(8)).
  services.getty.helpLine = lib.mkForce ''

    Connect from another computer: ssh root@\\n.local
    Join another wireless network: ${joinBy}
  '';

  # The login screen is shown before there is an address, and is not shown again.
  systemd.services.nixburn-announce = {
    description = "Show on the screens how this machine is reached";
    wantedBy = [ "multi-user.target" ];
    after = [
      "getty@tty1.service"
      "sshd.service"
    ];
    path = [
      pkgs.gawk
      pkgs.iproute2
      pkgs.openssh
      pkgs.qrencode
      pkgs.util-linux
      pkgs.${wifi.backend}
    ];
    environment = {
      WIFI_PROGRAM = ${nixString(wifi.backend)};
      WPA_SUPPLICANT_USER = ${nixString(releaseFacts(release).wpaSupplicantUser)};
    };
    script = builtins.readFile ./announce/show-address.sh;
    serviceConfig = {
      Restart = "always";
      RestartSec = 5;
    };
  };
}
`;
}
