/** A toy that reads, asked as a lab's model is, and held against plain loops. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Texts, type LoadedDataSet } from '../../../src/engine/data/index.ts';
import type { SequenceInspection } from '../../../src/engine/inspect/index.ts';
import type { Model } from '../../../src/engine/inspect/models.ts';
import {
  batchOf,
  inChunks,
  logitsOf,
  openTextModel,
  tokenize,
} from '../../../src/engine/inspect/text-model.ts';
import { quantiles, reachOf } from '../../../src/engine/inspect/text-gradients.ts';
import { textActivationOf } from '../../../src/engine/inspect/text-layers.ts';
import { passagesOf } from '../../../src/engine/inspect/text-passages.ts';
import { textPredictionsOf } from '../../../src/engine/inspect/text-predictions.ts';
import { occlusionOf, readingOf } from '../../../src/engine/inspect/text-reading.ts';
import { saliencyOf, unitsOf } from '../../../src/engine/inspect/text-units.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { startRuntime, tf, type Tensor } from '../../../src/engine/runtime/index.ts';
import { MOST_CHARACTERS, type PassageEvent } from '../../../src/shared/text-inspect.ts';
import type { TextEncoding } from '../../../src/shared/texts.ts';
import {
  ENCODING,
  UNITS,
  WORDS,
  embeddingByHand,
  encoderOf,
  gradientByHand,
  probabilitiesByHand,
  statesByHand,
  toyLab,
  toyModel,
} from './toy-reader.ts';

const CLASSES = ['negative', 'positive'];
const TEXT = 'A film, not so bad?';
const signal = new AbortController().signal;
let model: Model;
beforeAll(() => {
  startRuntime();
  model = toyModel();
});
afterAll(() => tf.dispose(model.parameters));

const open = (encoding: TextEncoding = ENCODING, isOneWay = true) =>
  openTextModel(toyLab(isOneWay), model, () => encoderOf(encoding), {});
const idsOf = (text: string): number[] => [...encoderOf({ ...ENCODING, length: 100 }).tokenize(text).ids];
/** Rows of a flat array. */
const rowsOf = (values: Float32Array, columns: number): number[][] =>
  Array.from({ length: values.length / columns }, (_, row) => [
    ...values.subarray(row * columns, (row + 1) * columns),
  ]);
function expectRows(actual: number[][], expected: number[][]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((row, at) => {
    row.forEach((value, column) => expect(value).toBeCloseTo(expected[at]?.[column] as number, 5));
  });
}

describe('reading', () => {
  for (const isOneWay of [true, false]) {
    it(`says after k words what it says of those k words alone, ${isOneWay ? 'in one pass' : 'each by itself'}`, async () => {
      const asked = open(ENCODING, isOneWay);
      const { probabilities, tokenized, layers, step } = await readingOf(asked, TEXT, CLASSES, signal);
      const ids = idsOf(TEXT);
      expect(ids.length).toBe(5);
      expect([...tokenized.ids]).toEqual(ids);
      expectRows(
        rowsOf(probabilities, 2),
        ids.map((_, token) => probabilitiesByHand(ids.slice(0, token + 1))),
      );
      expect(layers).toEqual([{ name: 'rnn', units: UNITS, parts: ['hidden state'] }]);
      expect(step).toBe(7);
      asked.dispose();
    });
  }

  it('reads the part of a long text that training read, from either end', async () => {
    const text = 'so so very very not bad good film';
    const ids = idsOf(text);
    for (const keep of ['first', 'last'] as const) {
      const asked = open({ ...ENCODING, length: 3, keep });
      const { probabilities } = await readingOf(asked, text, CLASSES, signal);
      const kept = keep === 'first' ? ids.slice(0, 3) : ids.slice(-3);
      expectRows(rowsOf(probabilities, 2).slice(-1), [probabilitiesByHand(kept)]);
      asked.dispose();
    }
  });

  it('says what it cannot read', async () => {
    const asked = open();
    await expect(readingOf(asked, ' ?! ', CLASSES, signal)).rejects.toMatchObject({
      code: 'inspect/no-words',
    });
    expect(() => tokenize(asked, 'a'.repeat(MOST_CHARACTERS + 1))).toThrow(
      /at most 20000 characters, got 20001/,
    );
    asked.dispose();
    expect(() => openTextModel(labById('mnist-mlp'), model, encoderOf, {})).toThrow(
      'The model of run toy does not read texts.',
    );
  });

  it('stops when no one waits any more', async () => {
    const asked = open(ENCODING, false);
    await expect(readingOf(asked, TEXT, CLASSES, AbortSignal.abort())).rejects.toMatchObject({
      code: 'call/cancelled',
    });
    asked.dispose();
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    for (const isOneWay of [true, false]) {
      const asked = open(ENCODING, isOneWay);
      await readingOf(asked, TEXT, CLASSES, signal);
      await occlusionOf(asked, TEXT, signal);
      saliencyOf(asked, TEXT, 1, 2);
      unitsOf(asked, TEXT, { layer: 'rnn', part: 'hidden state' });
      textActivationOf(asked, TEXT, 'logits');
      asked.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a word left out', () => {
  it('gives what the text without it gives', async () => {
    const asked = open();
    const { probabilities } = await occlusionOf(asked, TEXT, signal);
    const words = ['a', 'film', 'not', 'so', 'bad'];
    expectRows(
      rowsOf(probabilities, 2),
      words.map((_, left) => probabilitiesByHand(idsOf(words.filter((_, at) => at !== left).join(' ')))),
    );
    asked.dispose();
  });

  it('lets what was cut off move up', async () => {
    const text = 'not bad film so very good';
    const words = text.split(' ');
    for (const keep of ['first', 'last'] as const) {
      const asked = open({ ...ENCODING, length: 4, keep });
      const { probabilities } = await occlusionOf(asked, text, signal);
      const from = keep === 'first' ? 0 : 2;
      const expected = await Promise.all(
        [0, 1, 2, 3].map(async (token) => {
          const without = words.filter((_, at) => at !== from + token).join(' ');
          const reading = await readingOf(asked, without, CLASSES, signal);
          return rowsOf(reading.probabilities, 2).at(-1) as number[];
        }),
      );
      expectRows(rowsOf(probabilities, 2), expected);
      asked.dispose();
    }
  });

  it('is no number where it is the only one', async () => {
    const asked = open();
    expect([...(await occlusionOf(asked, 'bad', signal)).probabilities]).toEqual([NaN, NaN]);
    asked.dispose();
  });
});

it('gives the gradient by each word, and that times the word', () => {
  const asked = open();
  const ids = idsOf(TEXT);
  for (const label of [0, 1]) {
    const { product, length } = saliencyOf(asked, TEXT, label, 2);
    gradientByHand(ids, label).forEach((gradient, token) => {
      const embedding = embeddingByHand(ids[token] as number);
      const dot = gradient.reduce((sum, value, e) => sum + value * (embedding[e] as number), 0);
      expect(product[token]).toBeCloseTo(dot, 4);
      expect(length[token]).toBeCloseTo(Math.hypot(...gradient), 4);
    });
  }
  expect(() => saliencyOf(asked, TEXT, 2, 2)).toThrow('Expected a class from 0 to 1, got 2.');
  asked.dispose();
});

it('gives the units at each word, and names what there is where another is asked for', () => {
  const asked = open();
  const { units, values } = unitsOf(asked, TEXT, { layer: 'rnn', part: 'hidden state' });
  expect(units).toBe(UNITS);
  expectRows(rowsOf(values, UNITS), statesByHand(idsOf(TEXT)));
  expect(() => unitsOf(asked, TEXT, { layer: 'rnn', part: 'cell state' })).toThrow(
    expect.objectContaining({ hint: 'There are rnn (hidden state).' }),
  );
  asked.dispose();
});

it('gives what a layer makes of the text, and names what there is where another is asked for', () => {
  const asked = open({ ...ENCODING, length: 3, keep: 'last' });
  const { tokenized, activation } = textActivationOf(asked, TEXT, 'logits');
  const kept = [...tokenized.ids.slice(tokenized.keptFrom, tokenized.keptTo)];
  expect(kept).toEqual(idsOf(TEXT).slice(-3));
  expect(activation).toMatchObject({ name: 'logits', shape: [2] });
  const [against = 0, towards = 0] = activation.values;
  // Softmax of two classes by hand.
  const share = 1 / (1 + Math.exp(against - towards));
  expect(share).toBeCloseTo(probabilitiesByHand(kept)[1] as number, 5);
  expect(() => textActivationOf(asked, TEXT, 'embedding')).toThrow(
    expect.objectContaining({ code: 'inspect/no-layer', hint: 'There are logits.' }),
  );
  expect(() => textActivationOf(asked, ' ?! ', 'logits')).toThrow(
    expect.objectContaining({ code: 'inspect/no-words' }),
  );
  asked.dispose();
});

describe('passages', () => {
  /** Forty texts of one to nine words, in an order without a pattern. */
  const texts = Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: 1 + ((i * 7) % 9) }, (_, k) => WORDS[(i * 5 + k * k * 3) % WORDS.length]).join(' '),
  );
  const data: LoadedDataSet = {
    info: {
      id: 'toy',
      name: 'Toy',
      description: '',
      splits: [{ name: 'test', examples: texts.length }],
      features: [],
      classes: CLASSES,
      licence: '',
      source: { text: '', url: '' },
      files: [],
      bytes: 0,
    },
    splits: {
      test: {
        examples: texts.length,
        features: {
          text: { dtype: 'text', shape: [texts.length], data: Texts.from(texts) },
          label: {
            dtype: 'uint8',
            shape: [texts.length],
            data: Uint8Array.from(texts, (_, i) => i % 2),
          },
        },
      },
    },
    sha256: 'toy',
  };
  const query = { layer: 'rnn', part: 'hidden state', unit: 2 };

  it('finds the words at which a unit is highest and lowest, as a plain search does', async () => {
    const asked = open();
    const progress: PassageEvent[] = [];
    const found = await passagesOf(asked, data, query, signal, (event) => progress.push(event));
    expect(found.texts).toBe(40);
    expect(progress.at(-1)).toEqual({ kind: 'progress', done: 40, total: 40 });
    for (const [sign, passages] of [
      [1, found.highest],
      [-1, found.lowest],
    ] as const) {
      const peaks = texts
        .map((text, index) => {
          const values = statesByHand(idsOf(text).slice(0, ENCODING.length)).map(
            (state) => state[2] as number,
          );
          const value = sign * Math.max(...values.map((each) => sign * each));
          return { index, value, at: values.indexOf(value), values };
        })
        .sort((a, b) => sign * (b.value - a.value));
      expect(passages.length).toBe(10);
      passages.forEach((passage, place) => {
        const expected = peaks[place] as (typeof peaks)[number];
        const value = passage.values[passage.peak] as number;
        expect(value).toBeCloseTo(expected.value, 5);
        // Equal values may stand in another order where rounding tells them apart.
        const own = peaks.find(({ index }) => index === passage.index) as (typeof peaks)[number];
        expect(own.value).toBeCloseTo(expected.value, 5);
        expect(passage.label).toBe(passage.index % 2);
        expect(texts[passage.index]).toContain(passage.text);
        expectRows([[...passage.values]], [own.values.slice(0, passage.values.length)]);
      });
    }
    asked.dispose();
  });

  it('scans once for all units of a part', async () => {
    const asked = open();
    let scans = 0;
    for (const unit of [0, 1, 2]) await passagesOf(asked, data, { ...query, unit }, signal, () => scans++);
    expect(scans).toBe(0); // the test before has done it
    await expect(passagesOf(asked, data, { ...query, unit: UNITS }, signal, () => 0)).rejects.toMatchObject({
      code: 'inspect/no-unit',
    });
    asked.dispose();
  });

  it('can be cancelled between two parts of the split, and keeps nothing half-done', async () => {
    const asked = open({ ...ENCODING, length: 100 });
    const long = Texts.from(texts.map((text) => `${text} `.repeat(60)));
    const large = {
      ...data,
      sha256: 'large',
      splits: {
        test: {
          examples: 1000,
          features: {
            text: {
              dtype: 'text' as const,
              shape: [1000] as const,
              data: Texts.from(Array.from({ length: 1000 }, (_, i) => long.at(i % 40))),
            },
            label: { dtype: 'uint8' as const, shape: [1000], data: new Uint8Array(1000) },
          },
        },
      },
    };
    const abort = new AbortController();
    const heard: number[] = [];
    const hear = (event: PassageEvent): void => {
      if (event.kind === 'progress') heard.push(event.done);
    };
    const cancelled = passagesOf(asked, large, query, abort.signal, (event) => {
      hear(event);
      abort.abort();
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'call/cancelled' });
    expect(heard.length).toBe(1);
    expect((await passagesOf(asked, large, query, signal, hear)).texts).toBe(1000);
    expect(heard.at(-1)).toBe(1000);
    asked.dispose();
  });
});

describe('predictions for a whole split', () => {
  const texts = Array.from({ length: 30 }, (_, i) =>
    Array.from({ length: 1 + ((i * 5) % 8) }, (_, k) => WORDS[(i * 3 + k) % WORDS.length]).join(' '),
  );
  const split = {
    examples: 30,
    features: {
      text: { dtype: 'text' as const, shape: [30] as const, data: Texts.from(texts) },
      label: { dtype: 'uint8' as const, shape: [30], data: Uint8Array.from(texts, (_, i) => i % 2) },
    },
  };
  const data = {
    info: { id: 'toy', classes: CLASSES },
    splits: { train: split, test: split },
    sha256: 'same',
  } as unknown as LoadedDataSet;
  const ref = {
    lab: 'imdb-rnn',
    config: { validationShare: 0.2 },
    seed: 3,
    folder: '',
    dataSet: { id: 'toy', sha256: 'same' },
  } as const;

  it('are those of each text by itself, in the order of their numbers', async () => {
    const own = toyModel();
    const asked = openTextModel(toyLab(), own, encoderOf, {});
    const test = await textPredictionsOf(asked, ref, data, 'test', signal);
    expect([...test.indices]).toEqual(texts.map((_, i) => i));
    expect([...test.labels]).toEqual(texts.map((_, i) => i % 2));
    texts.forEach((text, i) => {
      const expected = probabilitiesByHand(idsOf(text).slice(0, ENCODING.length));
      const guess = (expected[1] as number) > (expected[0] as number) ? 1 : 0;
      expect(test.predicted[i]).toBe(guess);
      expect(test.probability[i]).toBeCloseTo(expected[guess] as number, 5);
      expect(test.loss[i]).toBeCloseTo(-Math.log(expected[i % 2] as number), 5);
    });
    expect(test.confusion.reduce((sum, count) => sum + count)).toBe(30);
    expect(await textPredictionsOf(asked, ref, data, 'test', signal)).toBe(test);

    const [train, validation] = [
      await textPredictionsOf(asked, ref, data, 'train', signal),
      await textPredictionsOf(asked, ref, data, 'validation', signal),
    ];
    expect([train.indices.length, validation.indices.length]).toEqual([24, 6]);
    expect(new Set([...train.indices, ...validation.indices]).size).toBe(30);
    expect(validation.indexedIn).toBe('train');
    validation.indices.forEach((index, row) => {
      expect(validation.predicted[row]).toBe(test.predicted[index]);
    });
    tf.dispose(own.parameters);
    asked.dispose();
  });

  it('say what is missing', async () => {
    const own = toyModel();
    const asked = openTextModel(toyLab(), own, encoderOf, {});
    const bare = { ...ref, config: { validationShare: 0 } };
    await expect(textPredictionsOf(asked, bare, data, 'validation', signal)).rejects.toMatchObject({
      code: 'run/empty-split',
    });
    const other = { ...ref, dataSet: { id: 'toy', sha256: 'other' } };
    await expect(textPredictionsOf(asked, other, data, 'test', signal)).rejects.toMatchObject({
      code: 'run/other-data',
    });
    tf.dispose(own.parameters);
    asked.dispose();
  });
});

describe('how far back a gradient reaches', () => {
  const texts = Texts.from(['so bad', 'not good film', 'very', 'a film so very not bad good']);
  const split = {
    examples: 4,
    features: {
      text: { dtype: 'text' as const, shape: [4] as const, data: texts },
      label: { dtype: 'uint8' as const, shape: [4], data: Uint8Array.of(0, 1, 1, 0) },
    },
  };
  const few = { splits: { test: split } } as unknown as LoadedDataSet;

  it('is told by the distance from the last token that is read', async () => {
    const asked = open();
    const lab = toyLab();
    // What a lab would compute: here the place in the text, and the label, so that one sees what was put where.
    const stateGradient = (_: unknown, tokens: Tensor, labels: Tensor): Tensor =>
      tf.add(tf.mul(tf.cast(tf.expandDims(labels, 1), 'float32'), 100), tf.range(0, tokens.shape[1] ?? 0));
    const sequence = { ...(lab.inspect.sequence as SequenceInspection), stateGradient };
    const reach = await reachOf({ ...asked, sequence }, few, signal);
    expect(reach?.texts).toBe(4);
    // Six of the last text's seven words are read; its last one stands at place 5.
    expect([...(reach?.counts ?? [])]).toEqual([4, 3, 2, 1, 1, 1]);
    expect([...(reach?.median ?? [])]).toEqual([52.5, 4, 51.5, 2, 1, 0]);
    expect([...(reach?.low ?? [])].slice(3)).toEqual([2, 1, 0]);
    asked.dispose();
  });

  it('is not known of a lab that cannot tell', async () => {
    const asked = open();
    expect(await reachOf(asked, few, signal)).toBeNull();
    asked.dispose();
  });

  it('takes quarters between two values where they fall between', () => {
    expect([...quantiles([[4, 1, 3, 2], [7]], 0.25)]).toEqual([1.75, 7]);
    expect([...quantiles([[4, 1, 3, 2], [7]], 0.5)]).toEqual([2.5, 7]);
  });
});

describe('rows', () => {
  it('are filled up with 0 at the end', () => {
    const batch = batchOf([Int32Array.of(5, 6, 7), Int32Array.of(8)]);
    expect(batch.arraySync()).toEqual([
      [5, 6, 7],
      [8, 0, 0],
    ]);
    batch.dispose();
  });

  it('come in parts that are not too large, each row once and in order', async () => {
    const rows = Array.from({ length: 1200 }, (_, i) =>
      new Int32Array(1 + ((i * 37) % 200)).fill(4 + (i % 7)),
    );
    const chunks = [...inChunks(rows)];
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.flat()).toEqual(rows);
    for (const chunk of chunks) {
      expect(chunk.length * Math.max(...chunk.map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    }
    expect([...inChunks([new Int32Array(70_000)])].map(({ length }) => length)).toEqual([1]);
    const asked = open();
    const logits = await logitsOf(asked, rows, signal);
    expect(logits.length).toBe(2400);
    const one = await logitsOf(asked, [rows[123] as Int32Array], signal);
    expectRows([[...logits.subarray(246, 248)]], [[...one]]);
    asked.dispose();
  });
});
