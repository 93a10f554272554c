/** A tiny data set of word numbers for tests: texts of uneven length, each with some words of its class among words of none. */
import type { LoadedDataSet, Split } from '../../src/engine/data/data-set.ts';
import { permutation } from '../../src/engine/runtime/index.ts';

/** Words 0 to 3 are special, the next `classes` tell a class, those up to 40 say nothing. */
export function wordRows({ train = 600, test = 100, length = 12, classes = 3 } = {}): LoadedDataSet {
  const split = (examples: number, name: string): Split => {
    const draws = permutation(examples * length, 5, name, 0);
    const lengths = Int32Array.from(
      { length: examples },
      (_, i) => 4 + ((draws[i] as number) % (length - 3)),
    );
    const tokens = Int32Array.from({ length: examples * length }, (_, i) => {
      const [row, place] = [Math.floor(i / length), i % length];
      const draw = draws[i] as number;
      if (place >= (lengths[row] as number)) return 0;
      return draw % 3 === 0 || place === 1 ? 4 + (row % classes) : 10 + (draw % 30);
    });
    return {
      examples,
      features: {
        tokens: { dtype: 'int32', shape: [examples, length], data: tokens },
        length: { dtype: 'int32', shape: [examples], data: lengths },
        label: { dtype: 'int32', shape: [examples], data: Int32Array.from(lengths, (_, i) => i % classes) },
      },
    };
  };
  return {
    info: {
      id: 'word-rows',
      classes: Array.from({ length: classes }, (_, i) => String(i)),
    } as unknown as LoadedDataSet['info'],
    sha256: 'none',
    splits: { train: split(train, 'train'), test: split(test, 'test') },
  };
}
