/** Reads the window's source for the sentences it says, and for those that it says without asking the catalogue. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, type ESTree } from 'vite';

export const source = path.join(import.meta.dirname, '../src');
export const renderer = path.join(source, 'renderer');

/** A sentence and the first place where it stands, as `file:line`. */
export interface Found {
  sentence: string;
  at: string;
}

export interface Node {
  type: string;
  start: number;
  [field: string]: unknown;
}

/** Every file of the window that may say something. */
export function sourceFiles(): string[] {
  return readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .sort();
}

/** The sentences that go through the catalogue: the first arguments of `t`, `msg` and `rich`. */
export function saidSentences(file: string): Found[] {
  const found: Found[] = [];
  walk(read(file), (node, text) => {
    const first = saying(node)?.[0];
    if (first !== undefined && typeof first['value'] === 'string')
      found.push({ sentence: first['value'], at: place(file, text, first) });
  });
  return found;
}

/**
 * Texts that look like something a person reads and are in no catalogue: texts of elements, and literals of more than one
 * word or with a capital letter that are no style and no key.
 */
export function unsaidTexts(file: string, isStyle: (name: string) => boolean): Found[] {
  const found: Found[] = [];
  walk(read(file), (node, text, parents) => {
    const words = wordsOf(node);
    if (words === null || !/\p{L}/u.test(words)) return;
    const at = { sentence: words.trim(), at: place(file, text, node) };
    if (node.type === 'JSXText') return void found.push(at);
    const isCovered = parents.some((parent, index) => {
      const child = parents[index + 1] ?? node;
      if (parent.type === 'JSXAttribute')
        return /^(className|key|id|type|name|role|list|data-.*)$/.test(nameOf(parent));
      if (parent.type.startsWith('TS') && parent.type !== 'TSAsExpression') return true;
      if (/^(Import|Export(All|Named))/.test(parent.type)) return parent['source'] === child;
      return saying(parent)?.[0] === child;
    });
    const looksSaid = /\p{L}\S*\s+\S*\p{L}/u.test(words) || /^\p{Lu}\p{Ll}/u.test(words.trim());
    if (!isCovered && looksSaid && !words.trim().split(/\s+/).every(isStyle)) found.push(at);
  });
  return found;
}

export function read(file: string): { program: Node; text: string } {
  const text = readFileSync(path.resolve(renderer, file), 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} can not be parsed: ${errors[0]?.message}`);
  return { program: program as ESTree.Program & Node, text };
}

/** Visits every node, each with those around it from the outermost on. */
export function walk(
  { program, text }: { program: Node; text: string },
  visit: (node: Node, text: string, parents: Node[]) => void,
): void {
  const enter = (node: Node, parents: Node[]): void => {
    visit(node, text, parents);
    const inside = [...parents, node];
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) enter(child, inside);
  };
  enter(program, []);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The arguments of a call that says something; null for any other node. */
export function saying(node: Node): Node[] | null {
  if (node.type !== 'CallExpression') return null;
  const callee = node['callee'] as Node;
  return /^(t|msg|rich)$/.test(String(callee['name'])) ? (node['arguments'] as Node[]) : null;
}

/** The text that a node stands for: of a template what is between its values. */
function wordsOf(node: Node): string | null {
  if (node.type === 'JSXText') return String(node['value']);
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type !== 'TemplateLiteral') return null;
  return (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('…');
}

function nameOf(attribute: Node): string {
  return String((attribute['name'] as Node)['name']);
}

function place(file: string, text: string, node: Node): string {
  return `${file}:${text.slice(0, node.start).split('\n').length}`;
}
