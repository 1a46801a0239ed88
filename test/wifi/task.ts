/** Puts together what the guest is given besides its system: the networks of the stick, and those in the air. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { recipeOf } from '../recipes.ts';
import { dnsmasqConf, eapUsers, hostapdConf } from './access-points.ts';
import type { Certificates } from './certificates.ts';
import { packArchive } from './guest-system.ts';
import type { Backend, Network, Place } from './networks.ts';
import { etcOf, nixosConf, type PlacedFile } from './nixos.ts';

/** Few channels are allowed there, so that a scan takes a second. */
export const country = 'BZ';

const backends: Backend[] = ['networkmanager', 'wpa_supplicant'];

/** What NixOS would put below /etc, for one program and for the other, with the networks of all places. */
export async function stickTask(networks: readonly Network[]): Promise<PlacedFile[]> {
  const files: PlacedFile[] = [];
  for (const backend of backends) {
    const wifi = { backend, country, secrets: 'baked', networks: networks.map(({ recipe }) => recipe) };
    for (const file of await etcOf(recipeOf({ wifi }))) {
      // There is one kernel, and it is loaded before either program.
      const folder = file.path.startsWith('modprobe.d/') ? 'etc' : `job/${backend}`;
      const isReadable = networks.some(
        ({ readableByOthers, recipe }) => readableByOthers && file.text.includes(`ssid=${recipe.ssid}\n`),
      );
      files.push({ ...file, path: `${folder}/${file.path}`, mode: isReadable ? 0o644 : file.mode });
    }
  }
  files.push(openFile('job/wpa_supplicant/wpa_supplicant/nixos.conf', nixosConf));
  // In the archive that the kernel reads, everything is root's.
  const owned = files.filter(({ owner }) => owner !== 'root');
  const owners = owned.map(({ owner, path: name }) => `${owner} /${name}\n`).join('');
  return [...files, openFile('job/owners', owners)];
}

/** How many networks wpa_supplicant has to find. */
export function networkCount(stick: readonly PlacedFile[]): number {
  const file = stick.find(({ path: name }) => name.endsWith('/imperative.conf'));
  return (file?.text.split('network={').length ?? 1) - 1;
}

/** What the access points need, and whom NixOS trusts in this world. */
export function airTask(places: readonly Place[], certificates: Certificates): PlacedFile[] {
  return [
    openFile('job/dnsmasq.conf', dnsmasqConf),
    openFile('job/radius/authority.pem', certificates.authority),
    openFile('job/radius/server.pem', certificates.server),
    openFile('job/radius/server.key', certificates.serverKey),
    openFile('etc/ssl/certs/ca-certificates.crt', certificates.authority),
    ...places.flatMap((place, number) => [
      openFile(`job/places/${number}.conf`, hostapdConf(place, number)),
      openFile(`job/places/${number}.users`, eapUsers(place)),
    ]),
  ];
}

function openFile(name: string, text: string): PlacedFile {
  return { path: name, mode: 0o644, owner: 'root', text };
}

/**
 * Adds files to a packed system, and the program with which everything there begins.
 *
 * @param folder for files in between.
 */
export async function addTask(archive: string, folder: string, files: readonly PlacedFile[]): Promise<void> {
  const init = await readFile(new URL('guest.sh', import.meta.url), 'utf8');
  for (const file of [...files, { ...openFile('init', init), mode: 0o755 }]) {
    const full = path.join(folder, 'task', file.path);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, file.text, { mode: file.mode });
  }
  const packed = path.join(folder, 'task.cpio');
  await packArchive(path.join(folder, 'task'), packed);
  // The kernel unpacks one archive after the other.
  await appendFile(archive, await readFile(packed));
}
