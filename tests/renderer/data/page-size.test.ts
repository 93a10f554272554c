import { expect, it } from 'vitest';
import { pageSizeFor } from '../../../src/renderer/data/page-size.ts';

it('asks for fewer images the larger they are, within bounds', () => {
  const of = (...shape: number[]): number =>
    pageSizeFor({ features: [{ name: 'image', shape, dtype: 'uint8' }] as never });
  expect(of(28, 28)).toBe(250); // 784 bytes: 255 would fit
  expect(of(32, 32, 3)).toBe(65); // 3,072 bytes
  expect(of(512, 512, 3)).toBe(16); // 786 kB each
});
