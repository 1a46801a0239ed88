/** The guide as the window reads it: nothing of it is lost, and no mark is left over. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGuide, type Inline } from '../../src/renderer/guide-text.ts';

const said = (pieces: Inline[]) => pieces.map(({ text }) => text).join('');

describe('The guide', () => {
  test('is headings, paragraphs, lists, tables and code', () => {
    const text = [
      '# Title',
      'One `line`\nand **another**, see [the guide](guide.md).',
      '- a\n- b\n  goes on\n- c',
      '1. first\n2. second',
      '    nixburn help',
      '| you see | do |\n| ------- | -- |\n| **x** | `y` |',
    ].join('\n\n');
    const blocks = readGuide(text);
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list', 'list', 'code', 'table']);
    expect(blocks[1]).toEqual({
      kind: 'paragraph',
      text: [
        { kind: 'text', text: 'One ' },
        { kind: 'code', text: 'line' },
        { kind: 'text', text: ' and ' },
        { kind: 'strong', text: 'another' },
        { kind: 'text', text: ', see the guide.' },
      ],
    });
    expect(blocks[2]).toMatchObject({ isNumbered: false, items: [{}, [{ text: 'b goes on' }], {}] });
    expect(blocks[5]).toMatchObject({
      rows: [[[{ kind: 'strong', text: 'x' }], [{ kind: 'code', text: 'y' }]]],
    });
  });

  test('that is in the documents has no mark left in it', () => {
    const file = new URL('../../docs/guide.md', import.meta.url);
    const blocks = readGuide(readFileSync(file, 'utf8'));
    expect(blocks.length).toBeGreaterThan(20);
    const texts = blocks.flatMap((block) => {
      if (block.kind === 'code') return [];
      if (block.kind === 'list') return block.items.flat();
      if (block.kind === 'table') return [...block.head, ...block.rows.flat()].flat();
      return block.text;
    });
    const left = texts.filter(({ kind, text }) => kind !== 'code' && /[`|]|\*\*|\]\(|^#/.test(text));
    expect(left).toEqual([]);
    expect(said(texts)).toContain('When it does not work');
  });

  test('can be any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readGuide(text).length > 0).toBe(text.trim() !== '');
      }),
    );
  });
});
