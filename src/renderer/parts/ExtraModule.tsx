/** One NixOS module of the person's own, taken over word for word. */
import { changeRecipe } from '../acts/recipe.ts';
import { useRecipe } from '../store.ts';
import { Disclosure } from './Disclosure.tsx';
import { Field, useProblems } from './Field.tsx';
import { useTextVerdict, VerdictLine, verdictProblems } from './TextVerdict.tsx';
import { formatCount } from '../../shared/units.ts';

export function ExtraModule(): React.JSX.Element {
  const { module } = useRecipe();
  const problems = useProblems('module');
  const verdict = useTextVerdict('module', module ?? '');
  return (
    <Disclosure
      title="Extra NixOS module"
      summary={module === null ? 'None' : formatCount(module.trimEnd().split('\n').length, 'line', 'lines')}
      hasProblem={problems.length > 0 || verdict?.state === 'wrong'}
    >
      <Field
        wide
        label="Module"
        hint="Anything that a configuration.nix may hold. It is added to the flake word for word."
        problems={[...problems, ...verdictProblems(verdict)]}
      >
        {(tied) => (
          <textarea
            {...tied}
            className="mono"
            rows={8}
            spellCheck={false}
            autoComplete="off"
            placeholder={'{ pkgs, ... }:\n{\n  services.tailscale.enable = true;\n}'}
            value={module ?? ''}
            onChange={(event) => {
              const text = event.target.value;
              changeRecipe((recipe) => ({ ...recipe, module: text === '' ? null : text }));
            }}
          />
        )}
      </Field>
      <VerdictLine verdict={verdict} who="Nix" />
    </Disclosure>
  );
}
