/** Finding booted machines, and opening ways into them. */
import type { CallInput, CallOutput } from '../../shared/contract.ts';
import type { Outcome } from '../../shared/problem.ts';
import type { HandOver, Machine } from '../../shared/reaching.ts';
import type { RunningJob } from '../backend.ts';
import { endedFind, findAfter, notLooked } from '../find-run.ts';
import { known, program, set } from './program.ts';

let finding: RunningJob<unknown> | null = null;

/** Looks for every machine whose stick was made here, until it is stopped. */
export async function findMachines(sweep: boolean): Promise<void> {
  if (known().finding.state === 'running') return;
  set({ finding: { ...notLooked, state: 'running', sweep } });
  const job = program.startJob('findMachines', { name: null, sweep }, (batch) =>
    set({ finding: findAfter(known().finding, batch) }),
  );
  finding = job;
  const outcome = await job.ended;
  finding = null;
  set({ finding: endedFind(known().finding, outcome) });
}

export function stopFinding(): void {
  finding?.cancel();
}

/** What reaches a machine: its best address. */
export function placeOf({ name, addresses, port }: Machine): CallInput<'loginCommand'> {
  return { name, address: addresses[0] ?? `${name}.local`, port };
}

/** The command that logs in there; null where it can not be had. */
export async function loginCommand(place: CallInput<'loginCommand'>): Promise<string | null> {
  const command = await program.call('loginCommand', place);
  return command.ok ? command.value : null;
}

/** Opens the person's own terminal, logged in there. */
export async function connect(machine: Machine): Promise<Outcome<null>> {
  const outcome = await program.call('openTerminal', placeOf(machine));
  return outcome.ok ? outcome.value : outcome;
}

/** Asks once whether it is the machine and lets somebody in. */
export async function checkMachine({ name }: Machine): Promise<Outcome<null>> {
  const outcome = await program.call('checkMachine', { name });
  return outcome.ok ? outcome.value : outcome;
}

/** Writes it into the person's ssh configuration. */
export async function saveMachine({ name }: Machine): Promise<CallOutput<'saveMachine'>> {
  const outcome = await program.call('saveMachine', { name });
  return outcome.ok ? outcome.value : outcome;
}

/** The ways to install NixOS on it. */
export async function handOvers(machine: Machine): Promise<Outcome<HandOver[]>> {
  const { name, address } = placeOf(machine);
  return program.call('handOvers', { name, address });
}
