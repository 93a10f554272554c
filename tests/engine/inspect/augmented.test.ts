import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataSet } from '../../../src/engine/data/index.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { binding, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import type { AugmentationQuery, AugmentedExample } from '../../../src/shared/inspect.ts';
import { errorOf, noise } from '../data/helpers.ts';
import { pngOf } from '../data/readers/png-of.ts';
import { Lab, type Splits } from './helpers.ts';

const SIDE = 8;
const SIZE = SIDE * SIDE;
const images = noise(20 * SIZE);
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 2);
const splits: Splits = { train: { images, labels }, test: { images, labels } };
/** Nothing of all that lab 4 does. */
const NOTHING = { crop: 0, flip: 'no', cutout: 0, brightness: 0, contrast: 0 } as const;
const example = images.subarray(3 * SIZE, 4 * SIZE);

let lab: Lab;
beforeAll(async () => {
  startRuntime();
  lab = new Lab();
  await lab.import('noise', splits, SIDE);
});
afterAll(() => lab.remove());

async function ask(changes: Partial<AugmentationQuery>): Promise<AugmentedExample> {
  const answer = await lab.inspect['data.augmented']({
    lab: 'cifar-resnet',
    dataSet: 'noise',
    split: 'train',
    index: 3,
    settings: NOTHING,
    seed: 1,
    step: 1,
    count: 12,
    ...changes,
  });
  if (answer === null) throw new Error('Expected draws.');
  return answer;
}
const drawsOf = ({ draws }: AugmentedExample): number[][] =>
  Array.from({ length: draws.length / SIZE }, (_, i) => [...draws.subarray(i * SIZE, (i + 1) * SIZE)]);

describe('an augmented example', () => {
  it('stays as it is where the settings change nothing, in each lab that augments', async () => {
    const { image, shape, draws } = await ask({ count: 3 });
    expect(image).toEqual(example);
    expect(shape).toEqual([SIDE, SIDE, 1]);
    expect([...draws]).toEqual([...example, ...example, ...example]);
    const still = await ask({ lab: 'mnist-cnn', settings: { shift: 0, rotation: 0, scaling: 0 }, count: 2 });
    expect([...still.draws]).toEqual([...example, ...example]);
  });

  it('is mirrored in some places of the batch and in others not', async () => {
    const mirrored = Array.from(example, (_, i) => example[i - (i % SIDE) + SIDE - 1 - (i % SIDE)] as number);
    const draws = drawsOf(await ask({ settings: { ...NOTHING, flip: 'yes' } }));
    const kinds = draws.map((draw) =>
      String(draw) === String(mirrored)
        ? 'mirrored'
        : String(draw) === String([...example])
          ? 'same'
          : 'else',
    );
    expect(new Set(kinds)).toEqual(new Set(['mirrored', 'same']));
  });

  it('is one of the 25 pieces that a border of two pixels allows, grey where the border shows', async () => {
    const grey = Math.round(0.4734 * 255);
    const pieces = new Set<string>();
    for (let down = -2; down <= 2; down++) {
      for (let across = -2; across <= 2; across++) {
        const at = (row: number, column: number): number =>
          row < 0 || row >= SIDE || column < 0 || column >= SIDE
            ? grey
            : (example[row * SIDE + column] ?? -1);
        pieces.add(
          String(
            Array.from({ length: SIZE }, (_, i) => at(Math.floor(i / SIDE) + down, (i % SIDE) + across)),
          ),
        );
      }
    }
    const draws = drawsOf(await ask({ settings: { ...NOTHING, crop: 2 }, count: 64 })).map(String);
    expect(draws.filter((draw) => !pieces.has(draw))).toEqual([]);
    expect(new Set(draws).size).toBeGreaterThan(12);
  });

  it('is what the training step of that number makes of it, at its place in the batch', async () => {
    const settings = { ...NOTHING, crop: 2, flip: 'yes', cutout: 3, brightness: 0.3, contrast: 0.2 };
    const { draws } = await ask({ settings, seed: 5, step: 7, count: 4 });
    const { augmentation } = labById('cifar-resnet').inspect;
    const alone = tf.tidy(() => {
      // Other images at the other places change nothing at this one.
      const others = images.slice(0, 4 * SIZE);
      others.set(example, 2 * SIZE);
      const batch = { image: tf.tensor(Float32Array.from(others), [4, SIDE, SIDE]) };
      const changed = augmentation?.augment(batch, settings, 5, tf.scalar(7, 'int32'));
      return augmentation
        ?.toStored(changed as never)
        .dataSync()
        .slice(2 * SIZE, 3 * SIZE);
    }) as Float32Array;
    expect([...draws.subarray(2 * SIZE, 3 * SIZE)]).toEqual(Array.from(Uint8ClampedArray.from(alone)));
  });

  it('depends on seed and step, and on nothing else', async () => {
    const settings = { shift: 2, rotation: 20, scaling: 0.2 };
    const question = { lab: 'mnist-cnn', settings } as const;
    const first = await ask(question);
    expect((await ask(question)).draws).toEqual(first.draws);
    expect((await ask({ ...question, step: 2 })).draws).not.toEqual(first.draws);
    expect((await ask({ ...question, seed: 2 })).draws).not.toEqual(first.draws);
  });

  it('is nothing for a lab that takes its images as they are', async () => {
    const query = { dataSet: 'noise', split: 'train', index: 0, seed: 1, step: 1, count: 1 } as const;
    expect(await lab.inspect['data.augmented']({ ...query, lab: 'mnist-mlp', settings: {} })).toBeNull();
  });

  it('says what is wrong with a question, and leaves no tensor behind', async () => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    await ask({ settings: { crop: 1 } });
    expect((await errorOf(() => ask({ index: 20 }))).code).toBe('data/index');
    expect((await errorOf(() => ask({ count: 65 }))).code).toBe('data/draws');
    expect((await errorOf(() => ask({ settings: { crop: -1 } }))).code).toBe('config/invalid');
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });
});

describe('a picture of one’s own', () => {
  it('becomes an image of the model’s size and channels, averaged', async () => {
    const model = await lab.train(loadDataSet('noise'), { batchSize: 10 });
    // 32 x 16: the middle is 16 x 16, so each value is the mean of 2 x 2 pixels. Left half of it 100, right half 200.
    const samples = Uint8Array.from({ length: 32 * 16 }, (_, i) => (i % 32 < 16 ? 100 : 200));
    const bytes = pngOf({ width: 32, height: 16, colour: 0, samples });
    const { image, shape } = await lab.inspect['inspect.picture']({ model, bytes, name: 'mine.png' });
    expect(shape).toEqual([SIDE, SIDE, 1]);
    expect([...image.subarray(0, SIDE)]).toEqual([100, 100, 100, 100, 200, 200, 200, 200]);
    expect(image).toHaveLength(SIZE);
    const wrong = await errorOf(() =>
      lab.inspect['inspect.picture']({ model, bytes: Uint8Array.of(1, 2), name: 'mine.gif' }),
    );
    expect(wrong).toMatchObject({ code: 'data/pictures' });
    expect(wrong.message).toContain('mine.gif');
  });
});
