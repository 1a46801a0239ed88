/** Who may log in: keys found, pasted, fetched, made and removed. */
import type { FetchedKeys, KeyList, MadeKey } from '../../shared/choosing.ts';
import type { JobInput, PublicKey } from '../../shared/contract.ts';
import { cancelled, failed, type Outcome } from '../../shared/problem.ts';
import type { RunningJob } from '../backend.ts';
import { withKeys } from '../key-blob.ts';
import { known, loaded, program, set } from './program.ts';
import { changeRecipe, whichRecipe } from './recipe.ts';

export async function loadFoundKeys(): Promise<void> {
  set({ foundKeys: { state: 'loading' } });
  const outcome = await program.call('foundKeys', undefined);
  if (outcome.ok) remember(outcome.value);
  set({ foundKeys: loaded(outcome) });
}

function remember(keys: PublicKey[]): void {
  const byLine = Object.fromEntries(keys.map((key) => [key.line, key]));
  set({ keysByLine: { ...known().keysByLine, ...byLine } });
}

/** Reads pasted text and lets in whoever it names. @returns how many were new, or why the text was refused. */
export async function addPastedKeys(text: string): Promise<Outcome<number>> {
  const answer = await program.call('readKeys', text);
  if (!answer.ok) return answer;
  if (!answer.value.ok) return answer.value;
  const before = known().recipe?.keys.length ?? 0;
  addKeys(answer.value.value);
  return { ok: true, value: (known().recipe?.keys.length ?? 0) - before };
}

export function addKeys(keys: PublicKey[]): void {
  remember(keys);
  const lines = keys.map((key) => key.line);
  changeRecipe((recipe) => ({ ...recipe, keys: withKeys(recipe.keys, lines) }));
}

export function removeKey(line: string): void {
  changeRecipe((recipe) => ({ ...recipe, keys: recipe.keys.filter((key) => key !== line) }));
}

/** What a list on the web brought: how many keys were new, and what of it can not be used. */
export interface AddedList {
  added: number;
  address: string;
  leftOut: FetchedKeys['leftOut'];
}

/** Asks for a list of keys by name or address and lets in whoever it names. */
export function addListedKeys(list: KeyList): RunningJob<AddedList> {
  const asked = whichRecipe();
  const job = program.startJob('fetchKeys', list, () => undefined);
  const letIn = async (): Promise<Outcome<AddedList>> => {
    const outcome = await job.ended;
    if (!outcome.ok) return outcome;
    // Nobody has said that these people may log in to what another recipe makes.
    if (whichRecipe() !== asked) return failed(cancelled);
    const { address, keys, leftOut } = outcome.value;
    const before = known().recipe?.keys.length ?? 0;
    addKeys(keys);
    return { ok: true, value: { added: (known().recipe?.keys.length ?? 0) - before, address, leftOut } };
  };
  return { ended: letIn(), cancel: job.cancel };
}

/** Makes a key pair in the person's own folder and lets its holder in. */
export function makeKey(wanted: JobInput<'makeKey'>): RunningJob<MadeKey> {
  const job = program.startJob('makeKey', wanted, () => undefined);
  const letIn = async (): Promise<Outcome<MadeKey>> => {
    const outcome = await job.ended;
    if (outcome.ok) addKeys([outcome.value.key]);
    return outcome;
  };
  return { ended: letIn(), cancel: job.cancel };
}
