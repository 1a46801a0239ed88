/** How bash is coloured: comments, strings, reserved words, variables and what is assigned to, numbers. */
import type { Language } from './code-colours.ts';

/** The reserved words, and the builtins that steer: bash(1), RESERVED WORDS and SHELL BUILTIN COMMANDS. */
const keywords = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'for',
  'in',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  'select',
  'function',
  'time',
  'break',
  'continue',
  'return',
  'exit',
  'export',
  'local',
  'readonly',
  'declare',
  'set',
  'shift',
  'source',
  'trap',
]);

export const shell: Language = {
  // A word begins a comment only at its own beginning: `a#b` is none. What is quoted by a backslash begins nothing.
  pattern:
    /(?<plain>\\[\s\S])|(?<comment>(?<![^\s;|&()])#[^\n]*)|(?<string>\$?'[^']*'|"(?:\\[\s\S]|[^"\\])*")|(?<variable>\$(?:\{[^}\n]*\}|[A-Za-z_]\w*|[\d@*#?$!-]))|(?<assigned>[A-Za-z_]\w*(?=\+?=))|(?<word>[A-Za-z_][\w.-]*)|(?<number>\b\d+\b)/g,
  kindOf({ comment, string, variable, assigned, number, word = '' }) {
    if (comment !== undefined) return 'comment';
    if (string !== undefined) return 'string';
    if (variable !== undefined || assigned !== undefined) return 'name';
    if (number !== undefined) return 'number';
    return keywords.has(word) ? 'keyword' : 'plain';
  },
};
