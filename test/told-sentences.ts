/** Reads the program's source for the sentences that it says, which the window finds again in a catalogue of their own. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { read, saying, source, walk, type Found, type Node } from './sentences.ts';

/** What is said to a terminal or on the desktop alone, or written into the flake, a report or the page that is printed of a stick. */
const notForTheWindow =
  /^main\/((cli|flake|diagnostics)\/|desktop\/(?!files|keyring)|(cli|electron|window|web-host|stick\/receipt-page)\.ts$)/;

/** Everything that the program may say. */
interface ProgramTexts {
  /** What reads as a sentence, and what stands where a problem or a line of a list has its words. */
  sentences: Found[];
  /** Every text: those that are put into a sentence as a value are among them. */
  texts: Set<string>;
}

/**
 * What the program says, with a placeholder where it puts a value: `There is no drive at {{path}}.` Where it chooses
 * between two texts, both are there. Values that are put in later (`$1`) are placeholders, too.
 */
export function programTexts(): ProgramTexts {
  const sentences = new Map<string, Found>();
  const texts = new Set<string>();
  for (const folder of ['shared', 'main', 'writer', 'renderer'])
    for (const name of readdirSync(path.join(source, folder), { recursive: true, encoding: 'utf8' })) {
      const file = path.posix.join(folder, name.replaceAll('\\', '/'));
      if (!/\.tsx?$/.test(file) || notForTheWindow.test(file)) continue;
      walk(read(path.join(source, file)), (node, text, parents) => {
        if (!isText(node) || isPartOfText(node, parents) || isForNobody(node, parents)) return;
        for (const sentence of variantsOf(node)) {
          texts.add(sentence);
          if (!isSentence(sentence) && !(isPhrase(sentence) && isShown(node, parents))) continue;
          const at = `${file}:${text.slice(0, node.start).split('\n').length}`;
          if (!sentences.has(sentence)) sentences.set(sentence, { sentence, at });
        }
      });
    }
  return { sentences: [...sentences.values()], texts };
}

/** A literal, a template, or some of them in a row. */
function isText(node: Node): boolean {
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string';
    case 'TemplateLiteral':
      return true;
    case 'BinaryExpression':
      return node['operator'] === '+' && isText(node['left'] as Node) && isText(node['right'] as Node);
    default:
      return false;
  }
}

/** A choice between texts. */
function isChoice(node: Node): boolean {
  return node.type === 'ConditionalExpression' && [node['consequent'], node['alternate']].every(isWords);
}

function isWords(node: unknown): boolean {
  return isText(node as Node) || isChoice(node as Node);
}

/** Whether it is said as a part of a longer text only. */
function isPartOfText(node: Node, parents: Node[]): boolean {
  const outer = parents.findLast((parent) => !isChoice(parent));
  const inner = parents[parents.indexOf(outer as Node) + 1] ?? node;
  return outer !== undefined && isText(outer) && isWords(inner);
}

/** A part of a text, or the value that is put there. */
type Piece = string | Node;

function variantsOf(node: Node): string[] {
  return piecesOf(node).flatMap((pieces) => {
    const used = new Map<string, number>();
    const text = pieces
      .map((piece) => {
        if (typeof piece === 'string') return piece;
        const name = placeholderOf(piece);
        const times = (used.get(name) ?? 0) + 1;
        used.set(name, times);
        return `{{${name}${times === 1 ? '' : times}}}`;
      })
      .join('');
    return withAndWithout(text).map(later);
  });
}

/** All the ways to say it. */
function piecesOf(node: Node): Piece[][] {
  if (node.type === 'Literal') return [[node['value'] as string]];
  if (isChoice(node)) return [node['consequent'], node['alternate']].flatMap((one) => piecesOf(one as Node));
  if (node.type === 'BinaryExpression' && isText(node))
    return product([node['left'] as Node, node['right'] as Node]);
  if (node.type !== 'TemplateLiteral') return [[node]];
  const values = node['expressions'] as Node[];
  const texts = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return product(texts.flatMap((text, at) => [text, ...(values[at] ? [values[at]] : [])]));
}

function product(parts: Piece[]): Piece[][] {
  return parts.reduce<Piece[][]>(
    (all, part) => {
      const ways = typeof part === 'string' ? [[part]] : piecesOf(part);
      return all.flatMap((before) => ways.map((way) => [...before, ...way]));
    },
    [[]],
  );
}

/** `{…$1…}` goes where there is no such value. */
function withAndWithout(text: string): string[] {
  const left = /\{([^{}]*\$\d[^{}]*)\}/;
  return left.test(text) ? [text.replace(left, '$1'), text.replace(left, '')] : [text];
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

/** Words between the values. */
function ownWords(text: string): string[] {
  return text
    .replaceAll(/\{\{\w+\}\}/g, '')
    .split(/\s+/)
    .filter((word) => /\p{L}{2,}/u.test(word));
}

/** A word alone has a capital, or it is a name such as `squashfs.` */
function isSentence(text: string): boolean {
  return (
    /^(“?\p{L}|\p{N}|\{\{)/u.test(text) &&
    (/\s/.test(text) || /^\p{Lu}/u.test(text)) &&
    /[.?]( \{\{\w+\}\})?$/.test(text) &&
    ownWords(text).length >= 1 &&
    !/\n|\{,/.test(text)
  );
}

function isPhrase(text: string): boolean {
  return (
    /\s/.test(text) &&
    /^(\p{Lu}|\{\{)/u.test(text) &&
    ownWords(text).length >= 1 &&
    /\p{Ll}/u.test(text.replaceAll(/\{\{\w+\}\}/g, ''))
  );
}

/** Where a problem, a line of a list or a note has its words. */
function isShown(node: Node, parents: Node[]): boolean {
  const above = parents.findLastIndex(
    (one) => !/^(ArrowFunction|Conditional|Logical|TSAs)Expression$/.test(one.type),
  );
  const [parent, child] = [parents[above], parents[above + 1] ?? node];
  const nameOf = (one: unknown): string => String((one as Node | undefined)?.['name']);
  switch (parent?.type) {
    case 'Property':
      return (
        parent['value'] === child &&
        /^(title|detail|remedy|about|label|words|consent|note|text)$/.test(nameOf(parent['key']))
      );
    case 'VariableDeclarator':
      return /^(title|detail|remedy|consent)$/.test(nameOf(parent['id']));
    case 'CallExpression': {
      const at = (parent['arguments'] as Node[]).indexOf(child);
      const callee = nameOf(parent['callee']);
      return (
        (at === 0 && callee === 'note') ||
        (at === 1 && /^(problem|fine|warning|failure)$/.test(callee)) ||
        (at >= 0 && callee === 'bad') ||
        (at >= 2 && /^(rule|logRule|sshRule)$/.test(callee))
      );
    }
    default:
      return false;
  }
}

/** Which arguments from which on describe a field in the schema of recipes. */
const describing: Record<string, number> = {
  fileSource: 2,
  identityText: 1,
  secretSource: 2,
  shaped: 2,
  sourceName: 0,
};

/** What is in the schema, for editors of recipes; a throw, which is a bug; and what the window says by itself. */
function isForNobody(node: Node, parents: Node[]): boolean {
  return parents.some((parent, at) => {
    const child = parents[at + 1] ?? node;
    if (parent.type === 'ThrowStatement' || parent.type.startsWith('TS'))
      return parent.type !== 'TSAsExpression';
    if (parent.type === 'Property')
      return parent['value'] === child && (parent['key'] as Node)['name'] === 'description';
    if (saying(parent)?.[0] === child) return true;
    if (parent.type !== 'CallExpression') return false;
    const callee = parent['callee'] as Node;
    // Of the schema, too.
    if ((callee['property'] as Node | undefined)?.['name'] === 'meta') return true;
    const name = String(callee['name']);
    const from = Object.hasOwn(describing, name) ? describing[name] : undefined;
    return from !== undefined && (parent['arguments'] as Node[]).indexOf(child) >= from;
  });
}
