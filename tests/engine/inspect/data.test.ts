import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataSet } from '../../../src/engine/data/index.ts';
import { binding, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { errorOf, noise } from '../data/helpers.ts';
import { blobSplits, Lab, type Splits } from './helpers.ts';

let lab: Lab;
const uneven: Splits = {
  train: { images: noise(13 * 9), labels: Uint8Array.from([2, 0, 2, 2, 0, 4, 2, 0, 0, 2, 2, 2, 0]) },
  validation: { images: noise(3 * 9, 2), labels: Uint8Array.from([4, 1, 1]) },
  test: { images: noise(2 * 9, 3), labels: Uint8Array.from([0, 3]) },
};
beforeAll(async () => {
  startRuntime();
  lab = new Lab();
  await lab.import('blobs', blobSplits(), 8);
  await lab.import('uneven', uneven, 3, ['a', 'b', 'c', 'd', 'e']);
});
afterAll(() => lab.remove());

describe('statistics of a data set', () => {
  it('count the classes of each split, those without examples too', async () => {
    const { classCounts, shape } = await lab.inspect['data.statistics']({ id: 'uneven' });
    expect(
      Object.fromEntries(Object.entries(classCounts).map(([name, counts]) => [name, [...counts]])),
    ).toEqual({
      train: [5, 0, 7, 0, 1],
      validation: [0, 2, 0, 0, 1],
      test: [1, 0, 0, 1, 0],
    });
    expect(shape).toEqual([3, 3, 1]);
  });

  it('agree with plain loops over the training images', async () => {
    const { images, labels } = blobSplits()['train'] as Splits[string];
    const statistics = await lab.inspect['data.statistics']({ id: 'blobs' });
    const mean = images.reduce((sum, value) => sum + value, 0) / images.length;
    const variance = images.reduce((sum, value) => sum + (value - mean) ** 2, 0) / images.length;
    expect(statistics.mean).toBeCloseTo(mean, 10);
    expect(statistics.deviation).toBeCloseTo(Math.sqrt(variance), 10);
    for (const value of [0, 1, 79, 200, 255]) {
      expect(statistics.valueCounts[value]).toBe(images.filter((pixel) => pixel === value).length);
    }
    expect(statistics.valueCounts.reduce((a, b) => a + b)).toBe(600 * 64);
    expect(statistics.classMeans).toHaveLength(10 * 64);
    for (const [label, pixel] of [
      [0, 0],
      [3, 25],
      [9, 63],
    ] as const) {
      let sum = 0;
      for (let i = 0; i < 600; i++) if (labels[i] === label) sum += images[i * 64 + pixel] as number;
      expect(statistics.classMeans[label * 64 + pixel]).toBe(Math.round(sum / 60));
    }
    // Class "b" of the other set has no training image: its mean is black.
    const { classMeans } = await lab.inspect['data.statistics']({ id: 'uneven' });
    expect([...classMeans.subarray(9, 18)]).toEqual(new Array(9).fill(0));
  });

  it('are worked out once, stop when nobody wants them, and say what cannot be had', async () => {
    const first = await lab.inspect['data.statistics']({ id: 'blobs' });
    expect(await lab.inspect['data.statistics']({ id: 'blobs' })).toBe(first);
    await lab.import('waste', blobSplits(), 8);
    const cancelled = await errorOf(() =>
      lab.inspect['data.statistics']({ id: 'waste' }, AbortSignal.abort()),
    );
    expect(cancelled.code).toBe('call/cancelled');
    expect((await errorOf(() => lab.inspect['data.statistics']({ id: 'nothing' }))).code).toBe(
      'data/unknown',
    );
    expect((await errorOf(() => lab.inspect['data.statistics']({ id: 'mnist' }))).code).toBe('data/absent');
  });
});

describe('pages of examples', () => {
  const { images, labels } = blobSplits()['train'] as Splits[string];
  const page = (offset: number, count: number, label: number | null = null, dataSet = 'blobs') =>
    lab.inspect['data.examples']({ dataSet, split: 'train', label, offset, count });

  it('hold images and labels in the order of the split', async () => {
    const result = await page(590, 20);
    expect(result.total).toBe(600);
    expect([...result.indices]).toEqual([590, 591, 592, 593, 594, 595, 596, 597, 598, 599]);
    expect([...result.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(result.images).toEqual(images.slice(590 * 64));
    expect(result.shape).toEqual([8, 8, 1]);
  });

  it('hold those of one class alone, as a filter in a plain loop does', async () => {
    const fitting = [...labels.keys()].filter((i) => labels[i] === 7);
    const result = await page(50, 1000, 7);
    expect(result.total).toBe(fitting.length);
    expect([...result.indices]).toEqual(fitting.slice(50));
    expect(result.images.subarray(64, 128)).toEqual(
      images.slice((fitting[51] as number) * 64).subarray(0, 64),
    );
    expect(result.labels.every((label) => label === 7)).toBe(true);
  });

  it('are empty beyond the last example, and for a class without any', async () => {
    expect(await page(600, 10)).toMatchObject({
      total: 600,
      indices: new Int32Array(0),
      images: new Uint8Array(0),
    });
    expect(await page(0, 10, 3, 'uneven')).toMatchObject({ total: 0, indices: new Int32Array(0) });
  });

  it('refuse what is not there, and say what is', async () => {
    const unknownClass = await errorOf(() => page(0, 10, 10));
    expect(unknownClass.code).toBe('data/class');
    expect(unknownClass.message).toBe('Expected a class from 0 to 9 of "blobs", got 10.');
    for (const [offset, count] of [
      [-1, 10],
      [0.5, 10],
      [0, 0],
      [0, 1001],
    ] as const) {
      expect((await errorOf(() => page(offset, count))).code).toBe('data/page');
    }
    const query = { dataSet: 'blobs', split: 'validation', label: null, offset: 0, count: 1 } as const;
    const noSplit = await errorOf(() => lab.inspect['data.examples'](query));
    expect([noSplit.code, noSplit.message, noSplit.hint]).toEqual([
      'data/no-split',
      'The data set "blobs" has no validation split.',
      'It has train and test.',
    ]);
  });

  it('follow the disk: a set that is gone is gone, and one that has come back is the new one', async () => {
    await lab.import('changing', uneven, 3);
    expect((await page(0, 1, null, 'changing')).images).toEqual(noise(13 * 9).subarray(0, 9));
    await removeDataSet('changing');
    expect((await errorOf(() => page(0, 1, null, 'changing'))).code).toBe('data/unknown');
    const { train, ...others } = uneven;
    const other = { images: noise(13 * 9, 9), labels: (train as Splits[string]).labels };
    await lab.import('changing', { train: other, ...others }, 3);
    expect((await page(0, 1, null, 'changing')).images).toEqual(noise(13 * 9, 9).subarray(0, 9));
  });
});

describe('one example', () => {
  const detail = (index: number, lab_ = 'mnist-mlp') =>
    lab.inspect['data.example']({ dataSet: 'blobs', split: 'test', index, lab: lab_ as 'mnist-mlp' });

  it('comes with the tensor that the model gets', async () => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    const result = await detail(42);
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
    const image = (blobSplits()['test'] as Splits[string]).images.subarray(42 * 64, 43 * 64);
    expect(result).toMatchObject({ index: 42, label: 2, shape: [8, 8, 1], tensorShape: [64] });
    expect(result.image).toEqual(Uint8Array.from(image));
    expect(result.tensor).toHaveLength(64);
    // The sentence that describes it is what was done.
    expect(result.preparation).toBe('(pixel / 255 - 0.1307) / 0.3081');
    result.tensor.forEach((value, i) => {
      expect(value).toBeCloseTo(((image[i] as number) / 255 - 0.1307) / 0.3081, 5);
    });
  });

  it('is one of those that are there, as a lab that is there gets it', async () => {
    for (const index of [-1, 100, 1.5]) {
      const error = await errorOf(() => detail(index));
      expect(error.code).toBe('data/index');
      expect(error.message).toBe(
        `Expected an example from 0 to 99 of the test split of "blobs", got ${index}.`,
      );
    }
    expect((await errorOf(() => detail(0, 'translation'))).code).toBe('lab/unknown');
  });
});
