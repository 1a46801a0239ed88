/** Says beside a script or module whether what will read it can read it: a moment after the last letter was typed. */
import { useEffect, useState } from 'react';
import { checkText } from '../acts/system.ts';
import type { TextVerdict as Verdict } from '../../shared/choosing.ts';
import type { Problem } from '../../shared/problem.ts';
import { t } from '../words.ts';

/** Long enough that bash and Nix are not started for every letter. */
const settleMillis = 400;

/** The verdict on the text as it stands; null while nobody has answered, and for an empty text. */
export function useTextVerdict(kind: 'script' | 'module', text: string): Verdict | null {
  const [said, setSaid] = useState<{ text: string; verdict: Verdict | null } | null>(null);
  useEffect(() => {
    if (text.trim() === '') return;
    let current = true;
    const timer = setTimeout(async () => {
      const verdict = await checkText(kind, text);
      // An answer about a text that has changed meanwhile says nothing about this one.
      if (current) setSaid({ text, verdict });
    }, settleMillis);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [kind, text]);
  return said?.text === text && text.trim() !== '' ? said.verdict : null;
}

/** What is wrong with it, for the field. */
export function verdictProblems(verdict: Verdict | null): Problem[] {
  return verdict?.state === 'wrong' && verdict.problem !== null ? [verdict.problem] : [];
}

export function VerdictLine(props: { verdict: Verdict | null; who: string }): React.JSX.Element {
  const words = {
    fine: t('{{who}} can read this.', { who: props.who }),
    wrong: '',
    unknown: t('{{who}} is not on this computer, so nobody has read this yet.', { who: props.who }),
  };
  return <output className="field-hint">{props.verdict !== null && words[props.verdict.state]}</output>;
}
