/** A tiny data set of images for tests: each class lights up its own rows of the picture, under noise. */
import { permutation } from '../../src/engine/runtime/index.ts';
import type { LoadedDataSet, Split } from '../../src/engine/data/data-set.ts';

export function blobs({ train = 600, test = 100, side = 8, classes = 10 } = {}): LoadedDataSet {
  const split = (examples: number, name: string): Split => {
    const noise = permutation(examples * side * side, 5, name, 0);
    const images = Uint8Array.from({ length: examples * side * side }, (_, i) => {
      const row = Math.floor(i / side) % side;
      const label = Math.floor(i / (side * side)) % classes;
      const lit = row === label % side || (label >= side && row === label - side + 1);
      return ((noise[i] as number) % 80) + (lit ? 170 : 0);
    });
    const labels = Uint8Array.from({ length: examples }, (_, i) => i % classes);
    return {
      examples,
      features: {
        image: { dtype: 'uint8', shape: [examples, side, side], data: images },
        label: { dtype: 'uint8', shape: [examples], data: labels },
      },
    };
  };
  return {
    info: {
      id: 'blobs',
      classes: Array.from({ length: classes }, (_, i) => String(i)),
    } as unknown as LoadedDataSet['info'],
    sha256: 'none',
    splits: { train: split(train, 'train'), test: split(test, 'test') },
  };
}
