/** What the program says is English; here it is shown in the language of the window where the catalogue has it. */
import type { ReactNode } from 'react';
import type { Problem } from '../shared/problem.ts';
import { sentenceGap, translation } from './words.ts';

/** A sentence of the program's. What stays English says so, and is pronounced as English. */
export function told(text: string): ReactNode {
  const words = translation(text);
  return words === null ? <span lang="en">{withCode(text)}</span> : withCode(words);
}

/** What the program puts between backquotes, as a terminal shows it, is code: a window has letters for that. */
function withCode(words: string): ReactNode {
  const parts = words.split(/`([^`]+)`/);
  if (parts.length === 1) return words;
  return parts.map((part, index) =>
    // What was between two backquotes is every second part.
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
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
