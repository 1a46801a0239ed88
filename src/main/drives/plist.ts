/** Reads the XML property lists that macOS's tools print: the few elements of Apple's PropertyList-1.0 DTD, and no other XML. */

export type Plist = string | number | boolean | Plist[] | { [key: string]: Plist };

/**
 * The value of a property list. Dates and data are left as the text they are written in.
 *
 * @returns null where the text is no property list.
 */
export function parsePlist(text: string): Plist | null {
  const tokens = tokensOf(text);
  const start = tokens.findIndex((token) => token.open === 'plist');
  if (start < 0) return null;
  const reader = { tokens, at: start + 1 };
  const value = readValue(reader, 0);
  return value === undefined || reader.tokens[reader.at]?.close !== 'plist' ? null : value;
}

/** One tag with the text in front of it. */
interface Token {
  text: string;
  open: string;
  close: string;
  /** `<true/>` */
  isWhole: boolean;
}

interface Reader {
  tokens: Token[];
  at: number;
}

/** Nothing that diskutil prints is nearly as deep; what is would end in a full stack. */
const deepest = 100;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const found of text.matchAll(/<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([A-Za-z]+)[^>]*?(\/?)>/g)) {
    const [all, slash, name = '', whole] = found;
    const before = text.slice(end, found.index);
    end = found.index + all.length;
    if (slash === undefined) continue;
    tokens.push({
      text: before,
      open: slash === '' ? name : '',
      close: slash === '' ? '' : name,
      isWhole: whole === '/',
    });
  }
  return tokens;
}

function readValue(reader: Reader, depth: number): Plist | undefined {
  const token = reader.tokens[reader.at];
  if (token === undefined || token.open === '' || depth > deepest) return undefined;
  reader.at += 1;
  switch (token.open) {
    case 'true':
    case 'false':
      if (!token.isWhole && readText(reader, token.open) === undefined) return undefined;
      return token.open === 'true';
    case 'dict':
      return token.isWhole ? {} : readDict(reader, depth);
    case 'array':
      return token.isWhole ? [] : readArray(reader, depth);
    case 'integer':
    case 'real': {
      const number = Number(token.isWhole ? '' : readText(reader, token.open));
      return Number.isNaN(number) ? undefined : number;
    }
    case 'string':
    case 'date':
    case 'data':
      return token.isWhole ? '' : readText(reader, token.open);
    default:
      return undefined;
  }
}

function readDict(reader: Reader, depth: number): Plist | undefined {
  const entries: [string, Plist][] = [];
  while (reader.tokens[reader.at]?.close !== 'dict') {
    const key = reader.tokens[reader.at];
    if (key?.open !== 'key') return undefined;
    reader.at += 1;
    const name = key.isWhole ? '' : readText(reader, 'key');
    const value = readValue(reader, depth + 1);
    if (name === undefined || value === undefined) return undefined;
    entries.push([name, value]);
  }
  reader.at += 1;
  return Object.fromEntries(entries);
}

function readArray(reader: Reader, depth: number): Plist | undefined {
  const values: Plist[] = [];
  while (reader.tokens[reader.at]?.close !== 'array') {
    const value = readValue(reader, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  reader.at += 1;
  return values;
}

/** The text up to the end of that element, which has no others in it. */
function readText(reader: Reader, name: string): string | undefined {
  const token = reader.tokens[reader.at];
  if (token?.close !== name) return undefined;
  reader.at += 1;
  return unescape(token.text);
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return entities[name] ?? all;
      const code = Number.parseInt(hex ?? decimal ?? '', hex === undefined ? 10 : 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}
