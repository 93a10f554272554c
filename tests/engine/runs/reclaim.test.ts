import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { LoadedDataSet } from '../../../src/engine/data/index.ts';
import { reclaim } from '../../../src/engine/runs/reclaim.ts';
import { putOnDevice, type DeviceData } from '../../../src/engine/training/index.ts';
import { textsData } from '../../support/texts.ts';

/** Rows of numbers in the form in which a lab of texts has them, and what tells whether they are still in memory. */
function rowsOfWords(): { data: LoadedDataSet; isHeld: () => boolean } {
  const held: WeakRef<Int32Array>[] = [];
  const split = (examples: number) => {
    const tokens = new Int32Array(examples * 1000);
    held.push(new WeakRef(tokens));
    return {
      examples,
      features: { tokens: { dtype: 'int32' as const, shape: [examples, 1000], data: tokens } },
    };
  };
  const { info, sha256 } = textsData({ train: [[0, 'a']], test: [[1, 'b']] });
  const data = { info, sha256, splits: { train: split(20), test: split(10) } };
  return { data, isHeld: () => held.some((ref) => ref.deref() !== undefined) };
}

/** In a function of its own, so that no local variable holds the data. */
function place(): { placed: DeviceData; isHeld: () => boolean } {
  const { data, isHeld } = rowsOfWords();
  return { placed: putOnDevice(data, { validationShare: 0.1, seed: 1, integers: [] }), isHeld };
}

it('frees the arrays of a data set that is on the device', async () => {
  const { placed, isHeld } = place();
  await nextTurn(); // what was just made is held until the turn ends
  reclaim();
  expect(isHeld()).toBe(false);
  expect(placed.splits.train.rows).toHaveLength(18);
  placed.dispose();
});
