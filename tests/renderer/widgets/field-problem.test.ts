import { describe, expect, it } from 'vitest';
import { numberProblem, parseNumber } from '../../../src/renderer/widgets/field-problem.ts';

const rate = { kind: 'number', label: 'Learning rate', min: 0.00001, max: 10 } as const;
const epochs = { kind: 'integer', label: 'Epochs', min: 1, max: 1000 } as const;

describe('a field', () => {
  it('says its bounds and what was written', () => {
    expect(numberProblem(rate, '50')).toBe('Learning rate must be between 0.00001 and 10. You wrote 50.');
  });

  it('wants a number, and a whole one where it counts', () => {
    expect(numberProblem(rate, 'fast')).toBe('Learning rate must be a number. You wrote "fast".');
    expect(numberProblem(epochs, '2.5')).toBe('Epochs must be a whole number. You wrote 2.5.');
    expect(numberProblem(epochs, ' ')).toBe('Epochs needs a whole number between 1 and 1,000.');
  });

  it('is content inside the bounds, ends included', () => {
    for (const text of ['0.00001', '10', '1e-3']) expect(numberProblem(rate, text)).toBeNull();
  });
});

describe('numbers as people write them', () => {
  it('are read with thousands, a decimal comma, or an exponent', () => {
    expect(parseNumber('60,000')).toBe(60_000);
    expect(parseNumber('0,5')).toBe(0.5);
    expect(parseNumber('0,001')).toBe(0.001);
    expect(parseNumber('−1e-4')).toBe(-1e-4);
    expect(parseNumber('.5')).toBe(0.5);
  });

  it('are not guessed', () => {
    for (const text of ['', '1.2.3', '0x10', 'NaN', 'Infinity', '1 000', '1e999']) {
      expect(parseNumber(text)).toBeNull();
    }
  });
});
