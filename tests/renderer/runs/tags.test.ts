import { expect, it } from 'vitest';
import { withTag } from '../../../src/renderer/runs/tags.ts';

it('a tag is added once, without spaces around it', () => {
  expect(withTag(['a'], '  b   c ')).toEqual(['a', 'b c']);
});

it('nothing, or what is there already, changes nothing', () => {
  const tags = ['a'];
  expect(withTag(tags, ' ')).toBe(tags);
  expect(withTag(tags, 'a')).toBe(tags);
});

it('fifty are enough', () => {
  const tags = Array.from({ length: 50 }, (_, index) => String(index));
  expect(withTag(tags, 'one more')).toBe(tags);
});
