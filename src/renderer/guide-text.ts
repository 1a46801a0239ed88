/** Reads the little of Markdown that the guide is written in, so that it can be shown without a reader of all of it. */

export type Inline = { kind: 'text' | 'code' | 'strong'; text: string };

export type Block =
  | { kind: 'heading'; level: 1 | 2; text: Inline[] }
  | { kind: 'paragraph'; text: Inline[] }
  | { kind: 'list'; isNumbered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

/** Headings, paragraphs, lists, tables and code; of what stands in a line, code, emphasis, and links by their words. */
export function readGuide(markdown: string): Block[] {
  // An indented block is code, unless it goes on with the item of a list.
  const parts = markdown.replaceAll('\r\n', '\n').split(/\n{2,}/);
  return parts.flatMap((part) => (part.trim() === '' ? [] : [readBlock(part.replace(/^\n+|\n+$/g, ''))]));
}

function readBlock(part: string): Block {
  const lines = part.split('\n');
  const [first = ''] = lines;
  const heading = /^(#{1,3}) (.*)$/.exec(first);
  if (heading)
    return { kind: 'heading', level: heading[1] === '#' ? 1 : 2, text: readInline(heading[2] ?? '') };
  if (lines.every((line) => line.startsWith('    ')))
    return { kind: 'code', text: lines.map((line) => line.slice(4)).join('\n') };
  if (first.startsWith('```')) return { kind: 'code', text: lines.slice(1, -1).join('\n') };
  if (first.startsWith('|')) {
    const [head = [], , ...rows] = lines.map(readRow);
    return { kind: 'table', head, rows };
  }
  if (/^(?:[-*]|\d+\.) /.test(first)) {
    const items: string[] = [];
    for (const line of lines) {
      const item = /^(?:[-*]|\d+\.) (.*)$/.exec(line);
      if (item) items.push(item[1] ?? '');
      else items.push(`${items.pop() ?? ''} ${line.trim()}`);
    }
    return { kind: 'list', isNumbered: /^\d/.test(first), items: items.map(readInline) };
  }
  return { kind: 'paragraph', text: readInline(lines.map((line) => line.trim()).join(' ')) };
}

function readRow(line: string): Inline[][] {
  return line
    .replace(/^\||\|\s*$/g, '')
    .split('|')
    .map((cell) => readInline(cell.trim()));
}

function readInline(text: string): Inline[] {
  const plain = text.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
  const pieces = plain.matchAll(/`([^`]+)`|\*\*(.+?)\*\*|[^`*]+|[`*]/g);
  return Array.from(pieces, ([whole, code, strong]): Inline => {
    if (code !== undefined) return { kind: 'code', text: code };
    if (strong !== undefined) return { kind: 'strong', text: strong.replaceAll('`', '') };
    return { kind: 'text', text: whole };
  });
}
