/** Boots the guest with a recipe for each program, goes from place to place, and prints what was joined. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCertificates } from './certificates.ts';
import { prepareGuestSystem } from './guest-system.ts';
import { startGuest, type Guest } from './guest.ts';
import { ask, Journey, type Row } from './joins.ts';
import { placesWith, type Place } from './networks.ts';
import { addTask, airTask, country, networkCount, stickTask } from './task.ts';

/**
 * @param wanted a word: only the networks are joined whose description contains it. The stick knows all of them.
 * @returns how many results were as expected, and how many were not.
 */
export async function run(wanted: string): Promise<{ passed: number; failed: number }> {
  const began = Date.now();
  const folder = await mkdtemp(path.join(tmpdir(), 'nixburn-wifi-'));
  const count = { passed: 0, failed: 0 };
  const tell = (row: Row) => {
    count[row.expected === row.got ? 'passed' : 'failed'] += 1;
    console.log(lineOf(row));
  };
  try {
    const system = await prepareGuestSystem();
    console.log(`${system.versions}; there after ${secondsSince(began)} s\n`);
    const certificates = await makeCertificates();
    const places = placesWith(certificates);
    const chosen = places.filter((place) => place.some(({ what }) => what.includes(wanted)));
    if (chosen.length === 0) throw new Error(`No network is described with “${wanted}”.`);
    const stick = await stickTask(places.flat());
    const archive = path.join(folder, 'system.cpio');
    await copyFile(system.archive, archive);
    await addTask(archive, folder, [...stick, ...airTask(chosen, certificates)]);
    const guest = startGuest(system.kernel, archive, folder);
    try {
      console.log(inColumns('', 'network', 'joined by', 'expected', 'got', 'seconds', 'name'));
      await visitAll(guest, chosen, networkCount(stick), tell);
      if (count.failed > 0) await keepLogs(guest, folder);
    } finally {
      await guest.end();
    }
  } catch (error) {
    // What was joined until then has been printed, and counts.
    count.failed += 1;
    console.log(`FAILED  ${error instanceof Error ? error.message : String(error)}`);
  }
  if (count.failed === 0) await rm(folder, { recursive: true, force: true });
  else console.log(`\nWhat was said in the guest is in ${folder}.`);
  console.log(`\nEnded after ${secondsSince(began)} s.`);
  return count;
}

function secondsSince(began: number): number {
  return Math.round((Date.now() - began) / 1000);
}

async function visitAll(
  guest: Guest,
  places: readonly Place[],
  networksInFile: number,
  tell: (row: Row) => void,
): Promise<void> {
  const [booted] = await Promise.all([guest.next('country '), guest.next('ready')]);
  const tellOf = (what: string, by: string, expected: string, line: string) =>
    tell({ what, by, expected, got: line.split(' ')[1] ?? '', seconds: null, ssid: '' });
  tellOf('country, before a program has started', 'kernel', country, booted.text);
  const journey = new Journey(guest, tell);
  for (const [number, place] of places.entries()) await journey.visit(place, number);
  const { text } = await ask(guest, 'known', 'known ');
  tellOf('networks read from the file', 'wpa_supplicant', String(networksInFile), text);
}

/** Everything that was logged in the guest, for whoever looks for the reason. */
async function keepLogs(guest: Guest, folder: string): Promise<void> {
  const { text } = await ask(guest, 'logs', 'logs ');
  await writeFile(path.join(folder, 'logs.tar.gz'), Buffer.from(text.slice('logs '.length), 'base64'));
}

function lineOf({ what, by, expected, got, seconds, ssid }: Row): string {
  const verdict = expected === got ? 'ok' : 'FAILED';
  return inColumns(verdict, what, by, expected, got, seconds === null ? '' : seconds.toFixed(1), ssid);
}

/** The name of the network comes last, because nobody knows how wide a terminal shows it. */
function inColumns(...cells: [string, string, string, string, string, string, string]): string {
  const widths = [6, 50, 14, 18, 18, 7, 0];
  return cells
    .map((cell, at) => (at === 5 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
    .join('  ')
    .trimEnd();
}
