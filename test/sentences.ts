/** Reads the window's source for the sentences it says, and for those that it says without asking the catalogue. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync, type ESTree } from 'vite';

const source = path.join(import.meta.dirname, '../src');
export const renderer = path.join(source, 'renderer');

/** A sentence and the first place where it stands, as `file:line`. */
export interface Found {
  sentence: string;
  at: string;
}

interface Node {
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

/** What is said to a terminal alone, or written into the flake. */
const notForTheWindow = /^(cli|flake|desktop|diagnostics)\/|^(cli|electron|window|web-host)\.ts$/;

/**
 * The sentences that the program says, with a placeholder where it puts a value: every literal that reads as a sentence, and
 * what is named a title. Values that are put in later (`$1`) are placeholders, too.
 */
export function toldSentences(): Set<string> {
  const found = new Set<string>();
  for (const folder of ['shared', 'main', 'writer', 'renderer'])
    for (const file of readdirSync(path.join(source, folder), { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(file) || (folder === 'main' && notForTheWindow.test(file))) continue;
      walk(read(path.join(source, folder, file)), (node, _, parents) => {
        const sentence = toldIn(node);
        const parent = parents.at(-1);
        if (
          sentence !== null &&
          (isSentence(sentence) || (parent !== undefined && isTitle(sentence, node, parent)))
        )
          found.add(sentence);
      });
    }
  return found;
}

function toldIn(node: Node): string | null {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return later(node['value']);
  if (node.type !== 'TemplateLiteral') return null;
  const values = node['expressions'] as Node[];
  const used = new Map<string, number>();
  const names = values.map((value) => {
    const name = placeholderOf(value);
    const times = (used.get(name) ?? 0) + 1;
    used.set(name, times);
    return times === 1 ? name : `${name}${times}`;
  });
  const texts = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return later(texts.map((text, at) => `${text}${at < names.length ? `{{${names[at]}}}` : ''}`).join(''));
}

function later(text: string): string {
  return text.replaceAll(/\$(\d)(?!\$(?!\d))/g, '{{part$1}}');
}

/** A value is called what the code calls it; `count` would ask for a plural. */
function placeholderOf(value: Node): string {
  const named = (one: Node | undefined): string => String(one?.['name'] ?? 'value');
  const callee = value['callee'] as Node | undefined;
  const name =
    value.type === 'Identifier'
      ? named(value)
      : value.type === 'MemberExpression' && value['computed'] !== true
        ? named(value['property'] as Node)
        : value.type === 'CallExpression'
          ? named(callee?.['name'] === undefined ? (callee?.['property'] as Node | undefined) : callee)
          : 'value';
  return name === 'count' ? 'number' : name;
}

function isSentence(text: string): boolean {
  const own = text
    .replaceAll(/\{\{\w+\}\}/g, '')
    .split(/\s+/)
    .filter((word) => /\p{L}{2,}/u.test(word));
  return (
    /^(\p{L}|\p{N}|\{\{)/u.test(text) &&
    /[.?]( \{\{\w+\}\})?$/.test(text) &&
    own.length >= 1 &&
    !/\n|\{,/.test(text)
  );
}

function isTitle(text: string, node: Node, parent: Node): boolean {
  if (!/\s/.test(text) || !/^(\p{Lu}|\{\{)/u.test(text)) return false;
  const key = String((parent['key'] as Node | undefined)?.['name']);
  if (parent.type === 'Property')
    return parent['value'] === node && /^(title|about|label|words|consent|note)$/.test(key);
  if (parent.type === 'VariableDeclarator') return (parent['id'] as Node)['name'] === 'title';
  const called = String((parent['callee'] as Node | undefined)?.['name']);
  return /^(fine|warning|failure)$/.test(called) && (parent['arguments'] as Node[])[1] === node;
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

function read(file: string): { program: Node; text: string } {
  const text = readFileSync(path.resolve(renderer, file), 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} can not be parsed: ${errors[0]?.message}`);
  return { program: program as ESTree.Program & Node, text };
}

/** Visits every node, each with those around it from the outermost on. */
function walk(
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
function saying(node: Node): Node[] | null {
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
