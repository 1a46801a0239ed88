/** Puts together what somebody who helps has to know, and takes out of it what is nobody's business. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { cpus, hostname, release, totalmem, userInfo } from 'node:os';
import path from 'node:path';
import type { Diagnostics } from '../shared/desktop.ts';
import type { Drive } from '../shared/contract.ts';
import { formatBytes } from '../shared/units.ts';
import { readChoices } from './build/choices.ts';
import { localBuilder } from './build/here.ts';
import { preflight } from './build/preflight.ts';
import { listDrives } from './drives/list.ts';
import { keptImages } from './image/store.ts';
import { knownNetworks } from './network/known.ts';
import type { Places } from './places.ts';
import { programLogFiles } from './program-log.ts';
import { redact, type Personal } from './redact.ts';
import { readSettings } from './settings.ts';
import { keptReceipts, receiptsFolder } from './stick/receipts.ts';
import { version } from './version.ts';

/** Characters from the end of each log. */
const logLength = 20_000;

/**
 * Gathers a report, and redacts it: version, system, Nix, settings, drives, the last logs. Nothing is sent or kept. What can
 * not be had is said to be so; never rejects for it.
 */
export async function gatherDiagnostics(
  { places, host, home }: { places: Places; host: string; home: string },
  now: Date,
): Promise<Diagnostics> {
  const [choices, drives, networks, receipts] = await Promise.all([
    readChoices(places.config),
    listDrives({ loops: false }).catch(() => null),
    knownNetworks().catch(() => null),
    keptReceipts(receiptsFolder(places.data)).catch(() => []),
  ]);
  const found = drives?.ok ? drives.value : [];
  const sections: [title: string, text: string][] = [
    ['Nixburn', `${version}, ${host}, ${process.platform} ${process.arch}, Node ${process.versions.node}`],
    ['System', await systemText()],
    ['Nix', await nixText()],
    ['Settings', JSON.stringify(await readSettings(places.config).catch(() => null))],
    [
      'Builders',
      `${choices.builders.length} saved, ${choices.chosen === 'here' || choices.chosen === 'auto' ? choices.chosen : 'one of them'} chosen, at most ${choices.keepGigabytes} GB of images`,
    ],
    ['Images', (await keptImages(places.images)).map(({ bytes }) => formatBytes(bytes)).join(', ') || 'none'],
    ['Drives', drives?.ok ? found.map(driveText).join('\n') || 'none' : 'could not be listed'],
    ...(await logTexts(places)),
  ];
  const whole = sections.map(([title, text]) => `== ${title} ==\n${text.trim()}\n`).join('\n');
  const personal = personalWords({
    home,
    user: ownName(),
    computer: hostname(),
    builders: choices.builders.flatMap(({ name, host: address }) => [name, address]),
    serials: [...found.map(({ serial }) => serial), ...receipts.map(({ drive }) => drive.serial)],
    labels: found.flatMap(({ volumes }) => volumes.map(({ label }) => label)),
    ssids: [...(networks?.networks.map(({ ssid }) => ssid) ?? []), ...(await recipeNetworks(places))],
  });
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[:T]/g, '-');
  return { fileName: `nixburn-diagnostics-${stamp}.txt`, text: redact(whole, personal) };
}

interface Names {
  home: string;
  user: string;
  computer: string;
  builders: string[];
  serials: string[];
  labels: string[];
  ssids: string[];
}

/** Everything on this computer that names it, its person or what belongs to them. */
export function personalWords(names: Names): Personal {
  return [
    ...as([names.home], '~'),
    ...as([names.user], '[user]'),
    ...as([names.computer, names.computer.split('.')[0] ?? ''], '[computer]'),
    ...as(names.builders, '[builder]'),
    ...as(names.serials, '[serial]'),
    ...as(names.labels, '[label]'),
    ...as(names.ssids, '[network]'),
  ];
}

function as(words: string[], shown: string): [string, string][] {
  return words.map((word) => [word.trim(), shown]);
}

async function systemText(): Promise<string> {
  const lines = [`kernel ${release()}`, `${cpus().length} processors, ${formatBytes(totalmem())} of memory`];
  if (process.platform === 'linux') {
    const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
    lines.unshift(/^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? 'Linux');
    const { XDG_CURRENT_DESKTOP: desktop, XDG_SESSION_TYPE: session } = process.env;
    lines.push(`desktop ${desktop ?? 'none'}, session ${session ?? 'none'}`);
  }
  return lines.join('\n');
}

async function nixText(): Promise<string> {
  try {
    const lines = await preflight(
      process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux',
      localBuilder({}),
    );
    return lines
      .map(({ title, state, problem }) => [state, title, problem?.raw].filter(Boolean).join(': '))
      .join('\n');
  } catch {
    return 'could not be asked';
  }
}

/** The names of networks in recipes that are kept; a recipe that can not be read names none. */
async function recipeNetworks(places: Places): Promise<string[]> {
  const folder = path.join(places.data, 'recipes');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(
    names.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => {
    try {
      const { wifi } = JSON.parse(text) as { wifi?: { networks?: { ssid?: string }[] } };
      return (wifi?.networks ?? []).flatMap(({ ssid }) => (typeof ssid === 'string' ? [ssid] : []));
    } catch {
      return [];
    }
  });
}

/** What a drive is and why it may not be written; not which one it is. */
function driveText({
  path: at,
  kind,
  bus,
  vendor,
  model,
  bytes,
  blockSize,
  volumes,
  refusals,
}: Drive): string {
  const what = [at, kind, bus, `${vendor} ${model}`.trim(), formatBytes(bytes), `blocks of ${blockSize}`];
  const holds = volumes.map(({ fileSystem }) => fileSystem || 'unknown').join(' ');
  return [...what, `holds ${holds || 'nothing'}`, ...refusals.map(({ code }) => code)].join(', ');
}

async function logTexts(places: Places): Promise<[string, string][]> {
  const [newest = ''] = programLogFiles(places.logs);
  const builds = path.join(places.logs, 'builds');
  const names = (await readdir(builds).catch(() => [])).filter((name) => name.endsWith('.log')).toSorted();
  const last = names.at(-1);
  return [
    ['Log of the program', (await endOf(newest)) ?? 'none'],
    [
      'Log of the last build',
      last === undefined ? 'none' : ((await endOf(path.join(builds, last))) ?? 'none'),
    ],
  ];
}

async function endOf(file: string): Promise<string | null> {
  try {
    const { size } = await stat(file);
    if (size > 20_000_000) return null;
    return (await readFile(file, 'utf8')).slice(-logLength);
  } catch {
    return null;
  }
}

/** A user without an entry in the list of users has no name. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
