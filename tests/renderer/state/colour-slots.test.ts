import { expect, it } from 'vitest';
import { ColourSlots } from '../../../src/renderer/state/colour-slots.ts';

it('a run keeps its colour, and a free one goes to the next run', () => {
  const slots = new ColourSlots();
  expect(slots.colourOf(41)).toEqual({ token: '--run-1', dash: '' });
  expect(slots.colourOf(40)).toEqual({ token: '--run-2', dash: '' });
  slots.release(41);
  expect(slots.colourOf(40).token).toBe('--run-2');
  expect(slots.colourOf(39).token).toBe('--run-1');
});

it('the ninth run starts again with a dash, the seventeenth with another', () => {
  const slots = new ColourSlots();
  const all = Array.from({ length: 17 }, (_, run) => slots.colourOf(run));
  expect(all[7]).toEqual({ token: '--run-8', dash: '' });
  expect(all[8]).toEqual({ token: '--run-1', dash: '6 3' });
  expect(all[16]).toEqual({ token: '--run-1', dash: '2 2' });
});
