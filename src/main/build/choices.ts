/** Keeps what a person chose about building, and finds the builder for an image by it. */
import path from 'node:path';
import { z } from 'zod';
import {
  buildingChoices,
  fastestFor,
  type BuildingChoices,
  type SavedBuilder,
} from '../../shared/building.ts';
import { failed, problem, type Outcome } from '../../shared/problem.ts';
import { readKept, writeKept } from '../kept-file.ts';
import type { Builder } from './builder.ts';
import { localBuilder } from './here.ts';
import { parseHost } from './host.ts';
import { sshTarget, sshWord, type SshTarget } from './ssh.ts';
import { sshBuilder } from './there.ts';

const fields = buildingChoices.shape;
/** A field that is missing or makes no sense gets its default. */
const choicesFile = z.object({
  builders: fields.builders.catch([]),
  chosen: fields.chosen.catch('here'),
  distribute: fields.distribute.catch(null),
  keepGigabytes: fields.keepGigabytes.catch(20),
});

/** Reads `building.json` in `folder`. Never rejects: without a file that can be read, all has its default. */
export async function readChoices(folder: string): Promise<BuildingChoices> {
  return readKept(fileIn(folder), choicesFile).catch(() => choicesFile.parse({}));
}

/** Saves the choices, after a look at what ssh would be given of them. */
export async function writeChoices(
  folder: string,
  choices: BuildingChoices,
): Promise<Outcome<BuildingChoices>> {
  for (const builder of choices.builders) {
    const target = targetOf(builder);
    if (!target.ok) return target;
  }
  const names = [...choices.builders.map(({ name }) => name), 'here', 'auto'];
  if (new Set(names).size < names.length)
    return failed(
      problem('builder-name-taken', 'Two builders have the same name.', {
        detail: '“here” and “auto” are names that Nixburn uses itself.',
        remedy: 'Give each builder a name of its own.',
      }),
    );
  if (!names.includes(choices.chosen)) return failed(unknownBuilder(choices.chosen));
  await writeKept(fileIn(folder), choices, choicesFile);
  return { ok: true, value: choices };
}

const fileIn = (folder: string) => path.join(folder, 'building.json');

/** What this computer is, as far as choosing is concerned. */
interface Here {
  /** As Nix names it: `x86_64-linux`, `aarch64-darwin`. */
  native: string;
}

/**
 * Which builder makes an image for `system`, by the person's choice. `auto` takes the fastest of those that need no
 * emulator; this computer has speed 1 and wins a tie, because nothing has to be copied.
 *
 * @returns null for this computer.
 */
export function chooseBuilder(choices: BuildingChoices, system: string, here: Here): SavedBuilder | null {
  if (choices.chosen !== 'auto') return choices.builders.find(({ name }) => name === choices.chosen) ?? null;
  const fastest = fastestFor(choices, system);
  if (here.native === system && (!fastest || fastest.speed <= 1)) return null;
  if (fastest) return fastest;
  // Nobody is of that kind: an emulator here needs at least no copying, but only Linux can have one.
  return here.native.endsWith('-linux') ? null : (choices.builders[0] ?? null);
}

function thisComputer(): Here {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;
  return { native: `${machine}-${process.platform}` };
}

/**
 * The builder for an image.
 *
 * @param on the name of a saved builder, `here`, `auto`, or anything that ssh can reach; absent: the person's choice.
 */
export function builderFor(choices: BuildingChoices, system: string, on?: string): Outcome<Builder> {
  const target = sshTargetFor(choices, system, on);
  if (target === null)
    return {
      ok: true,
      value: localBuilder(choices.distribute === null ? {} : { distribute: choices.distribute }),
    };
  if (!target.ok) return target;
  // A builder is nearly always of the kind that it builds for, and the fastest ciphers differ between kinds.
  const aes = system.startsWith('x86_64') && process.arch === 'x64';
  return sshBuilder(target.value.name, target.value.options, aes);
}

/** As `builderFor`, down to how ssh reaches it; null for this computer. */
export function sshTargetFor(
  choices: BuildingChoices,
  system: string,
  on?: string,
): Outcome<SshTarget> | null {
  const saved = choices.builders.find(({ name }) => name === on);
  if (saved) return targetOf(saved);
  if (on !== undefined && on !== 'here' && on !== 'auto') return sshTarget(on);
  const chosen = chooseBuilder({ ...choices, chosen: on ?? choices.chosen }, system, thisComputer());
  return chosen && targetOf(chosen);
}

function targetOf({ host, keyFile, jump }: SavedBuilder): Outcome<SshTarget> {
  const options: string[] = [];
  if (keyFile !== null) options.push('-o', `IdentityFile=${sshWord(keyFile)}`);
  if (jump !== null) {
    for (const hop of jump.split(',')) {
      const parsed = parseHost(hop.trim());
      if (!parsed.ok) return parsed;
    }
    options.push('-J', jump.replaceAll(' ', ''));
  }
  return sshTarget(host, options);
}

function unknownBuilder(name: string) {
  return problem('builder-unknown', `There is no builder “${name}”.`, {
    remedy: 'Choose one of the list.',
  });
}
