/** `nixburn builders`: the Linux machines that images can be built on, by name, and whether their host keys are known. */
import { homedir } from 'node:os';
import path from 'node:path';
import { buildingChoices, type BuildingChoices, type SavedBuilder } from '../../shared/building.ts';
import { cancelled, done, failed, problem, type Outcome, type Problem } from '../../shared/problem.ts';
import { readChoices, sshTargetFor, writeChoices } from '../build/choices.ts';
import { readHostKey, trustHostKey } from '../build/host-key.ts';
import { findPlaces } from '../places.ts';
import { usageProblem } from './arguments.ts';
import { badInput, finished, type Call, type Command, type Ending } from './command.ts';

export const command: Command = {
  options: {
    host: 'string',
    system: 'string',
    speed: 'string',
    key: 'string',
    jump: 'string',
    fingerprint: 'string',
    json: 'boolean',
  },
  takes: { least: 0, most: 3, what: '' },
  async run(call) {
    const [act, name = '', host, ...surplus] = call.positionals;
    const needs = (what: string) =>
      failed(usageProblem(`nixburn builders ${act} needs ${what}.`, 'builders'));
    if (surplus.length > 0 || (host !== undefined && act !== 'add')) return needs('one name');
    switch (act) {
      case undefined:
        return list(call);
      case 'add':
        return host === undefined ? needs('a name and a host') : add(call, name, host);
      case 'change':
        return name === '' ? needs('the name of a builder') : change(call, name);
      case 'remove':
        return name === '' ? needs('the name of a builder') : remove(call, name);
      case 'trust':
        return name === '' ? needs('the name of a builder, or a host') : trust(call, name);
      default:
        return failed(
          usageProblem(`nixburn builders can add, change, remove or trust, and not ${act}.`, 'builders'),
        );
    }
  },
};

const configFolder = () =>
  findPlaces({ platform: process.platform, env: process.env, home: homedir() }).config;

async function list({ terminal, json, event }: Call): Promise<Ending> {
  const { builders, chosen } = await readChoices(configFolder());
  for (const builder of builders) {
    event({ kind: 'builder', builder });
    if (!json) terminal.print(builderText(builder));
  }
  if (!json && builders.length === 0)
    terminal.tell('No builder is saved. Add one with nixburn builders add NAME user@host.');
  if (!json && builders.length > 0) terminal.tell(`The window builds on: ${chosen}.`);
  return finished({ builders, chosen });
}

function builderText({ name, host, system, speed, keyFile, jump }: SavedBuilder): string {
  const more = [keyFile !== null && `key ${keyFile}`, jump !== null && `through ${jump}`].filter(Boolean);
  return [name, host, system, `speed ${speed}`, ...more].join('  ');
}

async function add(call: Call, name: string, host: string): Promise<Ending> {
  const fresh = { name, host, system: 'x86_64-linux', speed: 1, keyFile: null, jump: null };
  const builder = withOptions(call, fresh);
  if (!builder.ok) return badInput(builder.problem);
  return save(
    call,
    (choices) => ({ ...choices, builders: [...choices.builders, builder.value] }),
    builder.value,
  );
}

async function change(call: Call, name: string): Promise<Ending> {
  const { builders } = await readChoices(configFolder());
  const before = builders.find((one) => one.name === name);
  if (!before) return badInput(unknown(name));
  const builder = withOptions(call, before);
  if (!builder.ok) return badInput(builder.problem);
  const changed = (choices: BuildingChoices) => ({
    ...choices,
    builders: choices.builders.map((one) => (one.name === name ? builder.value : one)),
  });
  return save(call, changed, builder.value);
}

async function remove(call: Call, name: string): Promise<Ending> {
  const { builders } = await readChoices(configFolder());
  const builder = builders.find((one) => one.name === name);
  if (!builder) return badInput(unknown(name));
  const without = (choices: BuildingChoices) => ({
    ...choices,
    builders: choices.builders.filter((one) => one.name !== name),
    chosen: choices.chosen === name ? 'here' : choices.chosen,
  });
  return save(call, without, builder);
}

async function save(
  { terminal, json }: Call,
  next: (choices: BuildingChoices) => BuildingChoices,
  builder: SavedBuilder,
): Promise<Ending> {
  const folder = configFolder();
  const saved = await writeChoices(folder, next(await readChoices(folder)));
  if (!saved.ok) return badInput(saved.problem);
  if (!json) terminal.print(builderText(builder));
  return finished({ builder });
}

/** What the options say, over what was there; `none` for `--key` or `--jump` takes back what was said before. */
function withOptions(
  { value }: Call,
  before: Omit<SavedBuilder, 'system'> & { system: string },
): Outcome<SavedBuilder> {
  const speed = value('speed');
  const key = value('key');
  const jump = value('jump');
  const wanted = {
    ...before,
    host: value('host') ?? before.host,
    system: value('system') ?? before.system,
    speed: speed === undefined ? before.speed : Number(speed),
    keyFile: key === undefined ? before.keyFile : key === 'none' ? null : absolute(key),
    jump: jump === undefined ? before.jump : jump === 'none' ? null : jump,
  };
  const parsed = buildingChoices.shape.builders.element.safeParse(wanted);
  if (parsed.success) return done(parsed.data);
  const [field = ''] = parsed.error.issues[0]?.path ?? [];
  return failed(usageProblem(fieldWords[String(field)] ?? 'This is no builder.', 'builders'));
}

const fieldWords: Record<string, string> = {
  name: 'The name of a builder has 1 to 40 characters, all on one line.',
  host: 'The host of a builder is user@host, with :port where needed, or a name from your ssh configuration.',
  system: 'What a builder is: --system x86_64-linux or --system aarch64-linux.',
  speed: 'The speed is a number from 0.1 to 100; 2 means twice as fast as this computer.',
  keyFile: 'The name of the key file must not hold ${: ssh would put a variable in its place.',
  jump: 'Jump hosts are names with commas between them.',
};

/** ssh reads `~` itself, and a relative name from wherever it is started. */
function absolute(file: string): string {
  return file.startsWith('~') ? file : path.resolve(file);
}

/** Shows the fingerprint and asks; a script says which one it has compared. Nothing else makes a key known. */
async function trust(call: Call, on: string): Promise<Ending> {
  const { terminal, json, event, value } = call;
  const target = sshTargetFor(await readChoices(configFolder()), '', on);
  if (target === null) return badInput(unknown(on));
  if (!target.ok) return badInput(target.problem);
  const given = value('fingerprint');
  const key = await readHostKey(target.value);
  if (!key.ok) return key;
  event({ kind: 'host-key', key: key.value });
  if (given === undefined) {
    terminal.tell(`${key.value.host} shows this ${key.value.type} key:\n${key.value.fingerprint}`);
    if (!terminal.canAsk) return { ok: false, problem: notConfirmed(key.value.fingerprint), exit: 3 };
    const answer = await terminal.ask('Type yes if whoever runs the machine told you the same: ');
    if (terminal.signal.aborted) return failed(cancelled);
    if (answer?.trim().toLowerCase() !== 'yes')
      return { ok: false, problem: notConfirmed(key.value.fingerprint), exit: 3 };
  }
  const trusted = await trustHostKey(target.value, given ?? key.value.fingerprint);
  if (!trusted.ok) return { ok: false, problem: trusted.problem, exit: 3 };
  if (!json) terminal.print(`${trusted.value.host} ${trusted.value.fingerprint}`);
  return finished({ key: trusted.value });
}

function notConfirmed(fingerprint: string): Problem {
  return problem('host-key-not-confirmed', 'The key was not confirmed, and nothing was trusted.', {
    remedy: `Once you have compared it, answer yes, or add --fingerprint ${fingerprint}.`,
  });
}

function unknown(name: string): Problem {
  return problem('builder-unknown', `There is no builder “${name}”.`, {
    remedy: 'Run nixburn builders to see those that are saved.',
  });
}
