/** One NixOS module of the person's own, taken over word for word. */
import { changeRecipe } from '../acts/recipe.ts';
import { useRecipe } from '../store.ts';
import { nix } from '../nix-colours.ts';
import { CodeInput } from './CodeInput.tsx';
import { Disclosure } from './Disclosure.tsx';
import { Field, useProblems } from './Field.tsx';
import { useTextVerdict, VerdictLine, verdictProblems } from './TextVerdict.tsx';
import { t } from '../words.ts';

export function ExtraModule(): React.JSX.Element {
  const { module } = useRecipe();
  const problems = useProblems('module');
  const verdict = useTextVerdict('module', module ?? '');
  return (
    <Disclosure
      title={t('Extra NixOS module')}
      summary={
        module === null ? t('None') : t('{{count}} lines', { count: module.trimEnd().split('\n').length })
      }
      hasProblem={problems.length > 0 || verdict?.state === 'wrong'}
    >
      <Field
        wide
        label={t('Module')}
        hint={t('Anything that a configuration.nix may hold. It is added to the flake word for word.')}
        problems={[...problems, ...verdictProblems(verdict)]}
      >
        {(tied) => (
          <CodeInput
            tied={tied}
            language={nix}
            rows={8}
            placeholder={'{ pkgs, ... }:\n{\n  services.tailscale.enable = true;\n}'}
            value={module ?? ''}
            onChange={(text) => changeRecipe((recipe) => ({ ...recipe, module: text === '' ? null : text }))}
          />
        )}
      </Field>
      <VerdictLine verdict={verdict} who="Nix" />
    </Disclosure>
  );
}
