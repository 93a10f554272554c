import { expect, it } from 'vitest';
import { labTab, titleOf } from '../../../src/renderer/shell/titles.ts';

it('every place has a title, and an unknown one says so', () => {
  expect(titleOf([])).toBe('Labs');
  expect(titleOf(['labs', 'mnist-mlp'])).toBe('Let the tensors flow: Read');
  expect(titleOf(['labs', 'mnist-mlp', 'train'])).toBe('Let the tensors flow: Train');
  expect(titleOf(['runs', '41'])).toBe('Run 41');
  expect(titleOf(['labs', 'none'])).toBe('Not found');
  expect(titleOf(['nowhere'])).toBe('Not found');
});

it('a lab opens at Read when its address names no tab that there is', () => {
  expect(labTab(undefined)).toBe('read');
  expect(labTab('constructor')).toBe('read');
});
