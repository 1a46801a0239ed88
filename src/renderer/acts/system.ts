/** What System asks the program about: passwords to be hashed, and texts to be read by what will read them later. */
import type { TextVerdict } from '../../shared/choosing.ts';
import { done, type Outcome } from '../../shared/problem.ts';
import { program } from './program.ts';
import { changeRecipe } from './recipe.ts';

/** Hashes a password and takes the hash into the recipe; the password itself is kept nowhere. */
export async function setConsolePassword(password: string): Promise<Outcome<null>> {
  const answer = await program.call('hashPassword', password);
  if (!answer.ok) return answer;
  if (!answer.value.ok) return answer.value;
  const hashed = answer.value.value;
  changeRecipe((recipe) => ({ ...recipe, console: { password: { hashed } } }));
  return done(null);
}

/** What bash or Nix says about a text; null where nobody answers. */
export async function checkText(kind: 'script' | 'module', text: string): Promise<TextVerdict | null> {
  const answer = await program.call(kind === 'script' ? 'checkScript' : 'checkModule', text);
  return answer.ok ? answer.value : null;
}
