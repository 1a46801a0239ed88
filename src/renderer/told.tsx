/** What the program says is English; here it is shown in the language of the window where the catalogue has it. */
import type { ReactNode } from 'react';
import type { Problem } from '../shared/problem.ts';
import { sentenceGap, translation } from './words.ts';

/** A sentence of the program's. What stays English says so, and is pronounced as English. */
export function told(text: string): ReactNode {
  const words = translation(text);
  return words ?? <span lang="en">{text}</span>;
}

/** The same where only text can be: what has no translation is pronounced as it may. */
export function toldText(text: string): string {
  return translation(text) ?? text;
}

/** All that a person should read of a problem, one sentence after the other. */
export function problemWords({ title, detail, remedy }: Omit<Problem, 'code' | 'raw'>): ReactNode {
  return [title, detail, remedy]
    .filter((text) => text !== '')
    .map((text, index) => (
      <span key={text}>
        {index > 0 && sentenceGap()}
        {told(text)}
      </span>
    ));
}
