import { expect, it } from 'vitest';
import { beginningOf } from '../../../../src/renderer/labs/text/beginning.ts';

it('puts the beginning of a text on one line', () => {
  expect(beginningOf(' So<br /><br />good.\n\nReally\tso.')).toBe('So good. Really so.');
  expect(beginningOf('x'.repeat(1000)).length).toBe(240);
  expect(beginningOf('')).toBe('');
});
