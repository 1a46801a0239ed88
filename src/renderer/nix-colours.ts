/** How Nix is coloured: comments, strings, keywords, names before `=`, numbers. */
import type { Language } from './code-colours.ts';

const keywords = new Set([
  'let',
  'in',
  'with',
  'inherit',
  'if',
  'then',
  'else',
  'rec',
  'true',
  'false',
  'null',
  'import',
]);

export const nix: Language = {
  pattern:
    /(?<comment>#[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\[\s\S]|[^"\\])*"|''(?:''['$\\]|'(?!')|[^'])*'')|(?<name>[A-Za-z_][A-Za-z0-9_'.-]*(?=\s*=[^=]))|(?<word>[A-Za-z_][A-Za-z0-9_'.-]*)|(?<number>\b\d+\b)/g,
  kindOf({ comment, string, name, number, word = '' }) {
    if (comment !== undefined) return 'comment';
    if (string !== undefined) return 'string';
    if (number !== undefined) return 'number';
    if (name !== undefined) return 'name';
    return keywords.has(word) ? 'keyword' : 'plain';
  },
};
