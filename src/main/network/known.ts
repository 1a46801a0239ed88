/** Finds the WiFi networks that this computer knows, and reads the passphrase of one where the person agrees to it. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { KnownNetwork, KnownNetworks, KnownSecret } from '../../shared/choosing.ts';
import { done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { quoted } from '../../shared/recipe-text.ts';
import { ask as askProgram } from '../build/process.ts';
import { readKeychain, readPreferred, readWifiDevice } from './keychain.ts';
import { readProfile, readProfileNames } from './netsh.ts';
import { profileFields, readIds, readKeyfile, readProfiles } from './networkmanager.ts';
import type { WifiProfile } from './profile.ts';
import { readSupplicant } from './wpa-supplicant.ts';

/** How the reading programs are run; never logged. */
type Ask = (
  program: string,
  args: string[],
  millis: number,
) => Promise<{ exitCode: number | null; missing: boolean; stdout: string; stderr: string }>;

export interface KnownSurroundings {
  platform: NodeJS.Platform;
  ask: Ask;
  /** Where NetworkManager and wpa_supplicant keep their files: the system's root folder. */
  root: string;
}

/** ms. Listing asks nobody; for a passphrase, the system may ask the person. */
const quick = 10_000;
const patient = 120_000;

const thisComputer: KnownSurroundings = {
  platform: process.platform,
  // UTF-8, and English where a program has nothing else to say.
  ask: (program, args, millis) => askProgram(program, args, { LC_ALL: 'C.UTF-8' }, millis),
  root: '/',
};

const keyfiles = 'etc/NetworkManager/system-connections';
const supplicantFiles = ['etc/wpa_supplicant/wpa_supplicant.conf', 'etc/wpa_supplicant.conf'];

/**
 * Names and kinds of the networks; no passphrase is read. Each says which command will read its passphrase, for the
 * person to agree to. Never fails: a computer without WiFi knows none.
 */
export async function knownNetworks(here: KnownSurroundings = thisComputer): Promise<KnownNetworks> {
  switch (here.platform) {
    case 'linux':
      return linuxNetworks(here);
    case 'darwin':
      return { networks: await macNetworks(here), note: null };
    case 'win32':
      return { networks: await windowsNetworks(here), note: null };
    default:
      return { networks: [], note: null };
  }
}

/**
 * The passphrase of one network that `knownNetworks` listed. Runs the command that was shown, for which the system may
 * ask for an administrator's password.
 *
 * @returns what goes into a recipe, or `network-gone`, `rights-refused`, `passphrase-not-given`, `enterprise-network`.
 */
export async function knownPassphrase(
  id: string,
  here: KnownSurroundings = thisComputer,
): Promise<Outcome<KnownSecret>> {
  const [source = '', rest = ''] = splitOnce(id);
  const found = await readOne(source, rest, here);
  if (!found.ok) return found;
  const profile = found.value;
  if (profile === null) return failed(gone);
  const { ssid, security, hidden, priority, passphrase } = profile;
  if (security === 'enterprise') return failed(enterprise(ssid));
  if (security !== 'open' && passphrase === undefined) return failed(notGiven(ssid, source));
  return done({
    ssid,
    security,
    hidden,
    priority,
    passphrase: security === 'open' ? null : (passphrase ?? null),
  });
}

async function readOne(
  source: string,
  rest: string,
  here: KnownSurroundings,
): Promise<Outcome<WifiProfile | null>> {
  switch (source) {
    case 'nm': {
      if (!/^[0-9a-f-]{36}$/.test(rest)) return done(null);
      const { stdout } = await here.ask('nmcli', nmcliSecret(rest), patient);
      return done(readProfiles(stdout)[0] ?? null);
    }
    case 'keyfile':
    case 'wpa': {
      const read = source === 'wpa' ? await supplicantNetworks(here) : await keyfileNetworks(here);
      return done(read.find(({ ssid }) => ssid === fromId(rest)) ?? null);
    }
    case 'mac': {
      const ssid = fromId(rest);
      const { exitCode, stderr } = await here.ask('security', keychainArgs(ssid), patient);
      // errSecUserCanceled and errSecAuthFailed, as far as an exit status can hold them; 44: there is no such item.
      if (exitCode === 128 || exitCode === 51) return failed(rightsRefused);
      const passphrase = exitCode === 0 ? readKeychain(stderr) : null;
      const about = { ssid, security: 'wpa2-wpa3', hidden: false, priority: 0 } as const;
      return done(passphrase === null ? about : { ...about, passphrase });
    }
    case 'win': {
      const { stdout } = await here.ask('netsh', netshArgs(fromId(rest)), patient);
      return done(readProfile(stdout));
    }
    default:
      return done(null);
  }
}

// ---- Linux ----

async function linuxNetworks(here: KnownSurroundings): Promise<KnownNetworks> {
  const listed = await here.ask(
    'nmcli',
    ['--terse', '--fields', 'UUID,TYPE,NAME', 'connection', 'show'],
    quick,
  );
  const networks: KnownNetwork[] = [];
  if (!listed.missing && listed.exitCode === 0) {
    const ids = readIds(listed.stdout);
    const show = ['--terse', '--mode', 'multiline', '--fields', profileFields, 'connection', 'show', ...ids];
    const profiles = ids.length === 0 ? [] : readProfiles((await here.ask('nmcli', show, quick)).stdout);
    for (const { uuid, ...profile } of profiles) {
      const consent = `NetworkManager may ask for your password. The command is: nmcli ${nmcliSecret(uuid).join(' ')}`;
      networks.push(network(`nm:${uuid}`, profile, 'NetworkManager', consent));
    }
  } else {
    for (const profile of await keyfileNetworks(here)) {
      const consent = `It is read from the files in /${keyfiles}.`;
      networks.push(network(`keyfile:${toId(profile.ssid)}`, profile, 'NetworkManager', consent));
    }
  }
  for (const profile of await supplicantNetworks(here)) {
    const consent = `It is read from /${supplicantFiles.join(' or /')}.`;
    networks.push(network(`wpa:${toId(profile.ssid)}`, profile, 'wpa_supplicant', consent));
  }
  return { networks: withoutDoubles(networks), note: await lockedFile(here) };
}

function nmcliSecret(uuid: string): string[] {
  return [
    '--show-secrets',
    '--terse',
    '--mode',
    'multiline',
    '--fields',
    profileFields,
    'connection',
    'show',
    'uuid',
    uuid,
  ];
}

async function keyfileNetworks({ root }: KnownSurroundings): Promise<WifiProfile[]> {
  const folder = path.join(root, keyfiles);
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.sort().map((name) => readFile(path.join(folder, name), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => readKeyfile(text) ?? []);
}

async function supplicantNetworks({ root }: KnownSurroundings): Promise<WifiProfile[]> {
  for (const name of supplicantFiles) {
    const text = await readFile(path.join(root, name), 'utf8').catch(() => null);
    if (text !== null) return readSupplicant(text);
  }
  return [];
}

/** There is a file that only the administrator may read: Nixburn does not ask for that much power for it. */
async function lockedFile({ root }: KnownSurroundings): Promise<Problem | null> {
  for (const name of supplicantFiles) {
    const trouble = await readFile(path.join(root, name)).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (trouble === 'EACCES') {
      return problem('networks-locked', `Only the administrator may read the networks in /${name}.`, {
        remedy: `Type the name and the passphrase, or look them up with: sudo cat /${name}`,
      });
    }
  }
  return null;
}

// ---- macOS ----

async function macNetworks({ ask }: KnownSurroundings): Promise<KnownNetwork[]> {
  const device = readWifiDevice((await ask('networksetup', ['-listallhardwareports'], quick)).stdout);
  if (device === null) return [];
  const { stdout } = await ask('networksetup', ['-listpreferredwirelessnetworks', device], quick);
  return readPreferred(stdout).map((ssid) => {
    const consent = `macOS asks for an administrator’s password. The command is: security ${shown(keychainArgs(ssid))}`;
    const profile = { ssid, security: 'wpa2-wpa3', hidden: false, priority: 0 } as const;
    return network(`mac:${toId(ssid)}`, profile, 'Keychain', consent);
  });
}

function keychainArgs(ssid: string): string[] {
  return ['find-generic-password', '-D', 'AirPort network password', '-a', ssid, '-g'];
}

// ---- Windows ----

async function windowsNetworks({ ask }: KnownSurroundings): Promise<KnownNetwork[]> {
  const { stdout } = await ask('netsh', ['wlan', 'show', 'profiles'], quick);
  return readProfileNames(stdout).map((name) => {
    const consent = `Windows shows it to administrators. The command is: netsh ${shown(netshArgs(name))}`;
    const profile = { ssid: name, security: 'wpa2-wpa3', hidden: false, priority: 0 } as const;
    return network(`win:${toId(name)}`, profile, 'Windows', consent);
  });
}

function netshArgs(name: string): string[] {
  return ['wlan', 'show', 'profile', `name=${name}`, 'key=clear'];
}

// ---- words ----

function network(
  id: string,
  { ssid, security, hidden, priority }: WifiProfile,
  from: string,
  consent: string,
): KnownNetwork {
  return { id, ssid, security, hidden, priority, from, consent };
}

/** A network that several programs know is shown once, as the first of them knows it. */
function withoutDoubles(networks: KnownNetwork[]): KnownNetwork[] {
  return networks.filter(({ ssid }, at) => networks.findIndex((other) => other.ssid === ssid) === at);
}

/** For reading, and never for a shell. */
function shown(args: string[]): string {
  return args.map((arg) => (/\s/.test(arg) ? `“${arg}”` : arg)).join(' ');
}

/** A name as part of an id: it may have any characters in it. */
function toId(ssid: string): string {
  return Buffer.from(ssid).toString('base64url');
}

function fromId(id: string): string {
  return Buffer.from(id, 'base64url').toString();
}

function splitOnce(id: string): [string, string] {
  const at = id.indexOf(':');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}

const gone = problem('network-gone', 'This computer does not know this network any more.', {
  remedy: 'Look at the list again.',
});

const rightsRefused = problem('rights-refused', 'The passphrase was not read.', {
  detail: 'You did not allow it, or the password was not right.',
  remedy: 'Try again, or type the passphrase of the network.',
});

const enterprise = (ssid: string): Problem =>
  problem('enterprise-network', `${quoted(ssid)} asks who you are.`, {
    detail: 'Such a network has a user name and often a certificate, which are not taken over.',
    remedy: 'Add it by hand.',
  });

/** Nothing tells a refusal from a passphrase that is kept elsewhere. */
function notGiven(ssid: string, source: string): Problem {
  const why: Record<string, string> = {
    nm: 'You did not allow it, or it is kept in the keyring of your desktop.',
    mac: 'The keychain has none for it.',
    win: 'Windows shows it to administrators only.',
  };
  const remedy: Record<string, string> = {
    win: 'Start Nixburn as administrator, or type the passphrase of the network.',
  };
  return problem('passphrase-not-given', `The passphrase of ${quoted(ssid)} was not given.`, {
    detail: why[source] ?? 'It is not kept here.',
    remedy: remedy[source] ?? 'Type the passphrase of the network.',
  });
}
