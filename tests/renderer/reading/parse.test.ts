import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MathElement } from '../../../src/renderer/reading/document.ts';
import { parseLabText } from '../../../src/renderer/reading/parse.ts';

const tags = (math: MathElement): string[] => [
  math.tag,
  ...math.children.flatMap((child) => (typeof child === 'string' ? [] : tags(child))),
];

describe('a lab text', () => {
  it('is headings, paragraphs, lists and tables', () => {
    const { blocks } = parseLabText(
      '## The *model*\n\nOne.\n\n- a\n- b\n\n| x | n |\n| --- | ---: |\n| `w` | 2 |\n',
    );
    expect(blocks.map((block) => block.kind)).toEqual(['heading', 'paragraph', 'list', 'table']);
    expect(blocks[0]).toMatchObject({ level: 2, id: 'the-model' });
    expect(blocks[3]).toMatchObject({
      align: ['left', 'right'],
      rows: [[[{ kind: 'code', text: 'w' }], ['2']]],
    });
  });

  it('keeps Markdown away from formulas, and formulas away from code', () => {
    const { blocks } = parseLabText('Let $a_1 * b_1 * c$ be, in `$HOME`.');
    const [paragraph] = blocks;
    if (paragraph?.kind !== 'paragraph') throw new Error('Expected a paragraph.');
    const [before, formula, between, code] = paragraph.content;
    expect(before).toBe('Let ');
    if (typeof formula !== 'object' || formula.kind !== 'formula') throw new Error('Expected a formula.');
    expect(tags(formula.math)).toContain('msub');
    expect(formula.math.attributes['aria-label']).toBe('a_1 * b_1 * c');
    expect(between).toBe(' be, in ');
    expect(code).toEqual({ kind: 'code', text: '$HOME' });
  });

  it('sets a formula that stands alone in a block of its own', () => {
    const { blocks } = parseLabText('So:\n\n$$\n\\frac{1}{n} \\sum_i x_i\n$$\n\nEnd.');
    expect(blocks.map((block) => block.kind)).toEqual(['paragraph', 'formula', 'paragraph']);
    const math = blocks[1]?.kind === 'formula' ? blocks[1].math : null;
    expect(math?.attributes['display']).toBe('block');
    expect(math && tags(math)).toContain('mfrac');
  });

  it('refuses what the window cannot show', () => {
    expect(() => parseLabText('Hello <b>you</b>')).toThrow('cannot have "html"');
    expect(() => parseLabText('[x](javascript:alert(1))')).toThrow('must begin with https:// or #/');
    expect(() => parseLabText('![x](https://example.org/x.png)')).toThrow('cannot have "image"');
    expect(() => parseLabText('$\\frac{1$')).toThrow();
  });

  it('of every lab can be read', () => {
    const folder = new URL('../../../resources/labs/', import.meta.url);
    const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
    expect(names).toContain('mnist-mlp.md');
    for (const name of names) {
      const { blocks } = parseLabText(readFileSync(new URL(name, folder), 'utf8'));
      const ids = blocks.flatMap((block) => (block.kind === 'heading' ? [block.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
      expect(blocks.length).toBeGreaterThan(5);
    }
  });
});
