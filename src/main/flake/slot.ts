/** Makes the slot: room on the image for what is put on the stick after the build, so that no secret is built in. */
import type { FlakeFile, ResolvedRecipe } from './flake-file.ts';
import { openFile } from './flake-file.ts';
import { nixString } from './nix-text.ts';
import { readSlotScript } from './read-slot.ts';
import { releaseFacts, type ReleaseFacts } from './release.ts';

/** Bytes of the file on the image. */
const slotBytes = 262_144;

/** `NIXBURN` and a zero byte. */
const magic = [0x4e, 0x49, 0x58, 0x42, 0x55, 0x52, 0x4e, 0];
/** SHA-256 of nothing (FIPS 180-4): what the header says of an empty payload. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The module, the empty slot and what reads it at boot. */
export function slotFiles({ release, buildId }: ResolvedRecipe): FlakeFile[] {
  return [
    openFile('slot.nix', slotNix(releaseFacts(release))),
    { path: 'slot/slot', bytes: emptySlot(buildId), mode: 0o644, secret: false },
    openFile('slot/read-slot.sh', readSlotScript),
  ];
}

/**
 * An empty slot, version 1. Header of 64 bytes, little endian: magic (8), version, flags, payload length and a reserved
 * number (4 each), the slot's id (8), SHA-256 of the payload (32). Then the payload, a POSIX ustar archive, and zeros.
 */
export function emptySlot(id: Uint8Array): Uint8Array {
  if (id.length !== 8) throw new Error('a slot id has 8 bytes');
  const slot = new Uint8Array(slotBytes);
  slot.set(magic, 0);
  new DataView(slot.buffer).setUint32(8, 1, true);
  slot.set(id, 24);
  slot.set(emptyHash.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [], 32);
  return slot;
}

function slotNix({ wpaSupplicantFile, wpaSupplicantUser }: ReleaseFacts): string {
  return `# Room for what is put on the stick after it was built: WiFi passphrases, keys. Empty in the Nix store.
{ pkgs, ... }:
{
  # The file is neither packed nor split on the image, so that it can be overwritten in place.
  isoImage.contents = [
    {
      source = ./slot/slot;
      target = "/nixburn/slot";
    }
  ];

  systemd.services.nixburn-slot = {
    description = "Read what was put on this stick after it was built";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-pre.target" ];
    before = [
      "avahi-daemon.service"
      "network-pre.target"
      "NetworkManager.service"
      "sshd-keygen.service"
      "sshd.service"
      "wpa_supplicant.service"
    ];
    unitConfig.RequiresMountsFor = "/iso";
    path = [
      pkgs.gnutar
      pkgs.util-linux
    ];
    environment = {
      WPA_SUPPLICANT_FILE = ${nixString(wpaSupplicantFile)};
      WPA_SUPPLICANT_USER = ${nixString(wpaSupplicantUser)};
    };
    script = builtins.readFile ./slot/read-slot.sh;
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      StandardOutput = "journal+console";
    };
  };

  # The slot may bring another name than the one that is built in: what is announced is the one that the machine has.
  services.avahi.hostName = "";
}
`;
}
