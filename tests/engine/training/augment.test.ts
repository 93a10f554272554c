import { beforeAll, describe, expect, it } from 'vitest';
import {
  binding,
  compile,
  PLANS,
  randomKey,
  startRuntime,
  tf,
  uniform,
  type Scalar,
  type Tensor,
  type Tensor4D,
} from '../../../src/engine/runtime/index.ts';
import {
  augment,
  changeLight,
  cutout,
  flip,
  padAndCrop,
  type Augmentation,
} from '../../../src/engine/training/augment.ts';

beforeAll(() => startRuntime());

const [BATCH, HEIGHT, WIDTH, CHANNELS] = [7, 6, 5, 3];
const NONE: Augmentation = { padding: 0, flip: false, cutout: 0, brightness: 0, contrast: 0 };
const ALL: Augmentation = { padding: 2, flip: true, cutout: 3, brightness: 0.5, contrast: 0.3 };

const images = (): Tensor4D => tf.randomNormal([BATCH, HEIGHT, WIDTH, CHANNELS], 0, 1, 'float32', 5);
const step = (n: number): Scalar => tf.scalar(n, 'int32');
const key = (n = 3) => randomKey(1, 'test', step(n));

type Pixels = number[][][][];

/** What `pixel` says of each place of each image. */
function each(pixel: (image: number, row: number, column: number, channel: number) => number): Pixels {
  const list = <T>(count: number, of: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => of(i));
  return list(BATCH, (image) =>
    list(HEIGHT, (row) =>
      list(WIDTH, (column) => list(CHANNELS, (channel) => pixel(image, row, column, channel))),
    ),
  );
}

/** Runs in a tidy, as a step does; gives plain numbers. */
function run(f: (x: Tensor4D) => Tensor): { before: Pixels; after: Pixels } {
  return tf.tidy(() => {
    const x = images();
    return { before: x.arraySync(), after: f(x).arraySync() as Pixels } as never;
  });
}

/** The draws of a key as plain numbers. */
const drawsOf = (shape: number[], n = 3): number[] =>
  tf.tidy(() => Array.from(uniform(shape, key(n)).dataSync()) as never);

describe('padAndCrop', () => {
  it('cuts a piece of the old size out of each padded image', () => {
    const { before, after } = run((x) => padAndCrop(x, 2, key()));
    const draws = drawsOf([2, BATCH]);
    const offset = (draw: number | undefined): number => Math.floor((draw ?? NaN) * 5) - 2;
    expect(after).toEqual(
      each((image, row, column, channel) => {
        const from = before[image]?.[row + offset(draws[image])];
        return from?.[column + offset(draws[BATCH + image])]?.[channel] ?? 0;
      }),
    );
    expect(after).not.toEqual(before);
  });

  it('moves each image by itself, to all places about equally often', () => {
    // One pixel between two zeros each way: it is still there in one place of nine.
    const sum = tf.tidy(() => tf.sum(padAndCrop(tf.ones([4500, 1, 1, 1]), 1, key())).dataSync()[0]);
    expect(Math.abs((sum as number) - 500)).toBeLessThan(5 * Math.sqrt(500));
  });
});

describe('flip', () => {
  it('mirrors those images whose draw is below a half', () => {
    const { before, after } = run((x) => flip(x, key()));
    const draws = drawsOf([BATCH]);
    expect(after).toEqual(
      each((image, row, column, channel) => {
        const from = (draws[image] ?? 1) < 0.5 ? WIDTH - 1 - column : column;
        return before[image]?.[row]?.[from]?.[channel] as number;
      }),
    );
    expect(draws.some((draw) => draw < 0.5) && draws.some((draw) => draw >= 0.5)).toBe(true);
  });
});

describe('cutout', () => {
  it.each([3, 4])('blanks a square of %i pixels, cut off at the edges', (size) => {
    const { before, after } = run((x) => cutout(x, size, key()));
    const draws = drawsOf([2, BATCH]);
    const covers = (at: number, draw: number | undefined, extent: number): boolean => {
      const first = Math.floor((draw ?? NaN) * extent) - Math.floor(size / 2);
      return at >= first && at < first + size;
    };
    expect(after).toEqual(
      each((image, row, column, channel) =>
        covers(row, draws[image], HEIGHT) && covers(column, draws[BATCH + image], WIDTH)
          ? 0
          : (before[image]?.[row]?.[column]?.[channel] as number),
      ),
    );
  });
});

describe('changeLight', () => {
  it('multiplies and adds, one factor and one summand an image', () => {
    const { before, after } = run((x) => changeLight(x, 0.5, 0.3, key()));
    const draws = drawsOf([2, BATCH]).map((draw) => 2 * draw - 1);
    after.flat(3).forEach((value, i) => {
      const image = Math.floor(i / (HEIGHT * WIDTH * CHANNELS));
      const factor = 1 + 0.3 * (draws[image] as number);
      const summand = 0.5 * (draws[BATCH + image] as number);
      expect(value).toBeCloseTo((before.flat(3)[i] as number) * factor + summand, 5);
    });
  });
});

describe('augment', () => {
  it('does nothing when nothing is asked for, and still gives a tensor of its own', () => {
    const x = images();
    const same = augment(x, NONE, 1, step(0));
    x.dispose();
    expect(same.arraySync()).toEqual(run((y) => y).before);
    same.dispose();
  });

  it('is the same for the same seed and step, and another for any other', () => {
    const at = (seed: number, n: number) => run((x) => augment(x, ALL, seed, step(n))).after;
    expect(at(1, 3)).toEqual(at(1, 3));
    expect(at(1, 4)).not.toEqual(at(1, 3));
    expect(at(2, 3)).not.toEqual(at(1, 3));
  });

  it('gives each image draws of its own, whatever else is on', () => {
    const only = run((x) => augment(x, { ...NONE, flip: true }, 1, step(3))).after;
    const withLight = run((x) => augment(x, { ...NONE, flip: true, brightness: 1e-9 }, 1, step(3))).after;
    withLight.flat(3).forEach((value, i) => expect(value).toBeCloseTo(only.flat(3)[i] as number, 6));
  });

  it('gives the same images under every plan', async () => {
    const results: number[][] = [];
    for (const plan of PLANS) {
      const compiled = compile((x: Tensor4D, n: Scalar) => augment(x, ALL, 1, n), { plan, name: 'augment' });
      const [x, n] = [images(), step(11)];
      const result = await compiled(x, n);
      results.push(Array.from(result.dataSync()));
      tf.dispose([x, n, result]);
      compiled.dispose();
    }
    const [eager = [], ...others] = results;
    expect(new Set(eager).size).toBeGreaterThan(200);
    for (const values of others) {
      // One rounding less where a product and a sum are one instruction.
      values.forEach((value, i) => expect(Math.abs(value - (eager[i] as number))).toBeLessThan(1e-6));
    }
  });

  it('leaves no tensor behind', () => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    const [x, n] = [images(), step(3)];
    tf.dispose([augment(x, ALL, 1, n), x, n]);
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });
});
