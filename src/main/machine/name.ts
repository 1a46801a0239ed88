/** Reads the name of a machine as people write it: `attic`, `Attic`, `attic.local`. */
import { done, failed, problem, type Outcome } from '../../shared/problem.ts';
import { hostName, quoted } from '../../shared/recipe-text.ts';

/** The name in lower case, without `.local`; `bad-host-name` where it can be none. */
export function machineName(text: string): Outcome<string> {
  const name = text.replace(/\.local\.?$/i, '').toLowerCase();
  if (hostName.safeParse(name).success) return done(name);
  return failed(
    problem('bad-host-name', `${quoted(text)} can not be the name of a machine.`, {
      remedy: 'Use the name in the recipe, such as attic.',
    }),
  );
}
