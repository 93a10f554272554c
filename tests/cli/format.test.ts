import { describe, expect, it } from 'vitest';
import { formatNumber } from '../../src/cli/format.ts';

describe('numbers on the terminal', () => {
  it('are short, however large or small', () => {
    const told = [0, 0.20327, 2.5139, 38_232.9, 9_999_999, 90_229_850, 3e38, 0.00012, -1e-9, Number.NaN];
    expect(told.map(formatNumber)).toEqual([
      '0',
      '0.2033',
      '2.514',
      '38,233',
      '9,999,999',
      '9.02e7',
      '3.00e38',
      '1.20e-4',
      '-1.00e-9',
      'NaN',
    ]);
  });
});
