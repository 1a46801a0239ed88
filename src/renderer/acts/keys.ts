/** Who may log in: keys found, pasted, fetched, made and removed. */
import type { FetchedKeys, KeyList, MadeKey } from '../../shared/choosing.ts';
import type { CallInput, PublicKey } from '../../shared/contract.ts';
import type { Outcome } from '../../shared/problem.ts';
import { known, loaded, program, set } from './program.ts';
import { changeRecipe } from './recipe.ts';

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
  changeRecipe((recipe) => ({ ...recipe, keys: [...new Set([...recipe.keys, ...lines])] }));
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
export async function addListedKeys(list: KeyList): Promise<Outcome<AddedList>> {
  const answer = await program.call('fetchKeys', list);
  if (!answer.ok) return answer;
  if (!answer.value.ok) return answer.value;
  const { address, keys, leftOut } = answer.value.value;
  const before = known().recipe?.keys.length ?? 0;
  addKeys(keys);
  return { ok: true, value: { added: (known().recipe?.keys.length ?? 0) - before, address, leftOut } };
}

/** Makes a key pair in the person's own folder and lets its holder in. */
export async function makeKey(wanted: CallInput<'makeKey'>): Promise<Outcome<MadeKey>> {
  const answer = await program.call('makeKey', wanted);
  if (!answer.ok) return answer;
  if (answer.value.ok) addKeys([answer.value.value.key]);
  return answer.value;
}
