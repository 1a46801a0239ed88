/** What NixOS makes of a recipe's WiFi: the files below /etc, from the generated Nix files as Nix reads them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { saveFlake } from '../../src/main/flake-folder.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { nix } from '../nix.ts';
import { flakeOf } from '../recipes.ts';

/** A text file of the stick. */
export interface PlacedFile {
  /** Without the slash that it begins with; below /etc where it comes from NixOS. */
  path: string;
  mode: number;
  owner: string;
  text: string;
}

/**
 * What the module of NixOS itself writes for wpa_supplicant where, as in the generated flake, `networks` is empty and
 * `userControlled` is on (nixos/modules/services/networking/wpa_supplicant.nix, release 26.05).
 */
export const nixosConf = `ctrl_interface=/run/wpa_supplicant/control
ctrl_interface_group=wpa_supplicant
update_config=1
pmf=1
bgscan="simple:30:-70:3600"`;

/** Of lib, wifi.nix uses what sets priorities, and those do not matter here. */
const question = (folder: string) => `
  let
    module = import (/. + ${JSON.stringify(folder)} + "/wifi.nix");
    wifi = if builtins.isFunction module then module { lib.mkForce = value: value; } else module;
  in
  {
    failed = map (one: one.message) (builtins.filter (one: !one.assertion) (wifi.assertions or [ ]));
    modprobe = wifi.boot.extraModprobeConfig or "";
    etc = builtins.mapAttrs (_: file: {
      mode = file.mode or "symlink";
      owner = file.user or "root";
      text = builtins.readFile file.source;
    }) (wifi.environment.etc or { });
  }
`;

interface Answer {
  failed: string[];
  modprobe: string;
  etc: Record<string, { mode: string; owner: string; text: string }>;
}

/** The files of /etc that the recipe's flake brings about to join networks. */
export async function etcOf(recipe: Recipe): Promise<PlacedFile[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-wifi-'));
  try {
    const saved = await saveFlake(await flakeOf(recipe), folder);
    if (!saved.ok) throw new Error(saved.problem.title);
    const args = ['--eval', '--strict', '--json', '--expr', question(folder)];
    const { stdout } = await nix('nix-instantiate', args);
    const { failed, modprobe, etc } = JSON.parse(stdout) as Answer;
    if (failed.length > 0) throw new Error(failed.join('\n'));
    return [
      ...Object.entries(etc).map(([name, { mode, owner, text }]) => ({
        path: name,
        // Without a mode, NixOS links to the file in the store.
        mode: mode === 'symlink' ? 0o444 : Number.parseInt(mode, 8),
        owner,
        text,
      })),
      { path: 'modprobe.d/nixos.conf', mode: 0o444, owner: 'root', text: modprobe },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
