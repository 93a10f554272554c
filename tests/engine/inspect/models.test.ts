import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeDataSet, takeValidation, type LoadedDataSet } from '../../../src/engine/data/index.ts';
import { makeInspectMethods } from '../../../src/engine/inspect/index.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { binding, permutation, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import {
  CheckpointStore,
  Evaluation,
  initialState,
  putOnDevice,
  restore,
  weightsOf,
  weightsSha256,
  type Checkpoint,
} from '../../../src/engine/training/index.ts';
import type { ModelRef } from '../../../src/shared/engine-protocol.ts';
import type { WeightTensor } from '../../../src/shared/inspect.ts';
import { errorOf } from '../data/helpers.ts';
import { blobSplits, forwardByHand, Lab, probabilitiesByHand, type Splits } from './helpers.ts';

const blob = blobSplits();
const imageOf = (split: string, index: number): Uint8Array =>
  Uint8Array.from((blob[split] as Splits[string]).images.subarray(index * 64, (index + 1) * 64));

let lab: Lab;
let data: LoadedDataSet;
/** A model that is right about most, not all. */
let model: ModelRef;
let weights: readonly WeightTensor[];
beforeAll(async () => {
  startRuntime();
  lab = new Lab();
  data = await lab.import('blobs', blob, 8);
  model = await lab.train(data, { epochs: 3, learningRate: 0.003 });
  weights = await lab.inspect['inspect.weights']({ model });
});
afterAll(() => lab.remove());

const checkpointsOf = ({ folder }: ModelRef): CheckpointStore =>
  new CheckpointStore(join(folder, 'checkpoints'));
const newest = (ref: ModelRef): Checkpoint => checkpointsOf(ref).latest() as Checkpoint;
const tensorsNow = (): number[] => [binding().getNumOfTensors(), tf.memory().numTensors];

describe('the weights of a run', () => {
  it('are those of its newest checkpoint, by name', () => {
    expect(weights.map(({ name, shape }) => [name, ...shape])).toEqual([
      ['bias1', 16],
      ['bias2', 16],
      ['bias3', 10],
      ['weights1', 64, 16],
      ['weights2', 16, 16],
      ['weights3', 16, 10],
    ]);
    const stored = weightsOf(newest(model));
    const shown = Object.fromEntries(
      weights.map(({ name, shape, values }) => [name, tf.tensor(values, [...shape])]),
    );
    expect(weightsSha256({ parameters: shown, buffers: {} })).toBe(weightsSha256(stored));
    tf.dispose([stored, shown] as never);
  });

  it('are in the order of their numbers, not of their letters', async () => {
    const deep = await lab.train(data, { hiddenLayers: 10, hiddenUnits: 2 });
    const names = (await lab.inspect['inspect.weights']({ model: deep })).map(({ name }) => name);
    expect(names.slice(11)).toEqual(Array.from({ length: 11 }, (_, i) => `weights${i + 1}`));
  });
});

describe('a prediction', () => {
  it('is what the forward pass in plain loops gives, layer by layer', async () => {
    for (const index of [0, 17, 99]) {
      const image = imageOf('test', index);
      const prediction = await lab.inspect['inspect.predict']({ model, image });
      const byHand = forwardByHand(weights, image);
      expect(prediction.layers.map(({ name, shape }) => [name, ...shape])).toEqual([
        ['hidden1', 16],
        ['hidden2', 16],
        ['logits', 10],
      ]);
      prediction.layers.forEach(({ values }, layer) => {
        values.forEach((value, i) => expect(value).toBeCloseTo(byHand[layer]?.values[i] as number, 4));
      });
      const probabilities = probabilitiesByHand(byHand[2]?.values ?? []);
      prediction.probabilities.forEach((p, i) => expect(p).toBeCloseTo(probabilities[i] as number, 5));
      expect(prediction.input).toEqual(image);
    }
  });

  it('builds a network of layers once for a checkpoint, and gives what its layers give', async () => {
    const ref = await lab.train(data, { filters: 2, units: 4, kernel: 2 }, 1, 'mnist-cnn');
    const { fields, inspect, labelFeatures } = labById('mnist-cnn');
    const build = vi.fn(inspect.network?.bind(inspect));
    const made = makeInspectMethods({
      labById: () => ({ fields, labelFeatures, inspect: { ...inspect, network: build } }),
    });
    const { parameters, buffers } = weightsOf(newest(ref));
    for (const index of [0, 17]) {
      const image = imageOf('test', index);
      const context = { signal: new AbortController().signal };
      const { layers } = await made.methods['inspect.predict']({ model: ref, image }, context);
      const expected = tf.tidy(() => {
        const x = inspect.prepare({ image: tf.tensor(Float32Array.from(image), [1, 8, 8]) });
        return inspect
          .layers({ parameters, buffers }, x, ref.config)
          .map(({ name, tensor }) => [name, tensor.dataSync()] as const) as never;
      }) as [string, Float32Array][];
      expect(layers.map(({ name, values }) => [name, values])).toEqual(expected);
      expect(layers.at(-1)?.shape).toEqual([10]);
    }
    expect(build).toHaveBeenCalledTimes(1);
    made.dispose();
    tf.dispose([parameters, buffers] as never);
  });

  it('uses the newest checkpoint from the moment that it is there', async () => {
    const ref = await lab.train(data, { epochs: 6, learningRate: 0.01 });
    const image = imageOf('test', 3);
    const before = await lab.inspect['inspect.predict']({ model: ref, image });
    const { progress, tensors } = newest(ref);
    const zeros = Object.fromEntries(
      Object.entries(tensors).map(([name, t]) => [name, { ...t, bytes: new Uint8Array(t.bytes.length) }]),
    );
    await checkpointsOf(ref).save({ progress: { ...progress, step: progress.step + 1 }, tensors: zeros });
    const after = await lab.inspect['inspect.predict']({ model: ref, image });
    expect(Math.max(...before.probabilities)).toBeGreaterThan(0.3);
    after.probabilities.forEach((p) => expect(p).toBeCloseTo(0.1, 6));
  });

  it('falls back on the checkpoint before a damaged one, and says when none is left', async () => {
    const ref = await lab.train(data, { epochs: 3 });
    const files = readdirSync(join(ref.folder, 'checkpoints')).sort();
    expect(files).toHaveLength(2);
    const spoil = (name: string): void => {
      const path = join(ref.folder, 'checkpoints', name);
      const bytes = readFileSync(path);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
      writeFileSync(path, bytes);
    };
    spoil(files[1] as string);
    const { step } = await lab.inspect['inspect.predictions']({ model: ref, split: 'test' });
    expect(files[0]).toContain(String(step).padStart(9, '0'));
    spoil(files[0] as string);
    lab.empty();
    const error = await errorOf(() => lab.inspect['inspect.weights']({ model: ref }));
    expect(error.code).toBe('checkpoint/damaged');
    expect(error.message).toMatch(/No checkpoint of run run-\d+ can be read: .*checksum/);
    expect(error.hint).toMatch(/Resume the run/);
  });

  it('needs a checkpoint, and an image of the right size', async () => {
    const ref = { ...model, folder: join(lab.home, 'runs', 'run-new') };
    const none = await errorOf(() =>
      lab.inspect['inspect.predict']({ model: ref, image: imageOf('test', 0) }),
    );
    expect([none.code, none.message]).toEqual([
      'run/no-checkpoint',
      'The run run-new has no checkpoint yet.',
    ]);
    const size = await errorOf(() => lab.inspect['inspect.predict']({ model, image: new Uint8Array(784) }));
    expect(size.code).toBe('inspect/image-size');
    expect(size.message).toMatch(/^Expected an image of 8 x 8 = 64 values for run run-\d+, got 784\.$/);
  });

  it('says when the data set of the run is gone, or its images have another size now', async () => {
    const ref = await lab.train(await lab.import('passing', blob, 8));
    await removeDataSet('passing');
    const image = imageOf('test', 0);
    const gone = await errorOf(() => lab.inspect['inspect.predict']({ model: ref, image }));
    expect(gone.code).toBe('run/data-gone');
    expect(gone.hint).toBe('Import it again under the name "passing".');
    const wider: Splits = Object.fromEntries(
      Object.entries(blob).map(([name, { labels }]) => [
        name,
        { images: new Uint8Array(labels.length * 81), labels },
      ]),
    );
    await lab.import('passing', wider, 9);
    const other = await errorOf(() =>
      lab.inspect['inspect.predict']({ model: ref, image: new Uint8Array(81) }),
    );
    expect(other.code).toBe('inspect/mismatch');
    expect(other.message).toMatch(/does not fit its lab and data set/);
  });
});

describe('the predictions for a split', () => {
  const rowsByHand = (share: number) =>
    takeValidation({ examples: 600 }, { fraction: share }, (n) => permutation(n, 1, 'validation', 0));

  it.each(['train', 'validation', 'test'] as const)('agree with plain loops: %s', async (split) => {
    const result = await lab.inspect['inspect.predictions']({ model, split });
    const stored = split === 'test' ? 'test' : 'train';
    const { labels } = blob[stored] as Splits[string];
    const rows = split === 'test' ? [...labels.keys()] : [...rowsByHand(0.1)[split]];
    expect(result).toMatchObject({ split, indexedIn: stored, step: 81, classes: data.info.classes });
    expect([...result.indices]).toEqual(rows);
    expect([...result.labels]).toEqual(rows.map((row) => labels[row]));

    const counted = new Map<string, number>();
    rows.forEach((row, i) => {
      const probabilities = probabilitiesByHand(
        forwardByHand(weights, imageOf(stored, row)).at(-1)?.values ?? [],
      );
      const top = probabilities.indexOf(Math.max(...probabilities));
      expect(result.predicted[i]).toBe(top);
      expect(result.probability[i]).toBeCloseTo(probabilities[top] as number, 4);
      expect(result.loss[i]).toBeCloseTo(-Math.log(probabilities[labels[row] as number] as number), 3);
      const cell = `${labels[row]} as ${top}`;
      counted.set(cell, (counted.get(cell) ?? 0) + 1);
    });
    const confusion = [...result.confusion].flatMap((count, i): [string, number][] =>
      count === 0 ? [] : [[`${Math.floor(i / 10)} as ${i % 10}`, count]],
    );
    expect(Object.fromEntries(confusion)).toEqual(Object.fromEntries(counted));
    // Not trivial: some are wrong, most are right.
    const right = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].reduce(
      (sum, k) => sum + (result.confusion[k * 11] as number),
      0,
    );
    expect(right).toBeLessThan(rows.length);
    expect(right).toBeGreaterThan(0.3 * rows.length);
  });

  it('have the means that the evaluation of the run gives', async () => {
    const mlp = labById('mnist-mlp');
    const placed = putOnDevice(data, { validationShare: 0.1, seed: 1, integers: mlp.labelFeatures });
    const experiment = mlp.makeExperiment(model.config, placed, 1);
    const fresh = initialState(experiment);
    const state = restore(newest(model), fresh);
    const evaluation = new Evaluation(experiment, placed.splits.validation, 'graph');
    const values = await evaluation.run(state);
    evaluation.dispose();
    tf.dispose([fresh, state] as never);
    placed.dispose();
    const { loss, labels, predicted } = await lab.inspect['inspect.predictions']({
      model,
      split: 'validation',
    });
    expect(loss.reduce((a, b) => a + b, 0) / loss.length).toBeCloseTo(values['loss'] as number, 5);
    const right = labels.filter((label, i) => label === predicted[i]).length;
    expect(right / labels.length).toBe(values['accuracy']);
  });

  it('are what one prediction after the other says', async () => {
    const result = await lab.inspect['inspect.predictions']({ model, split: 'test' });
    for (const i of [5, 50]) {
      const one = await lab.inspect['inspect.predict']({ model, image: imageOf('test', i) });
      const predicted = result.predicted[i] as number;
      expect(one.probabilities[predicted]).toBeCloseTo(result.probability[i] as number, 5);
    }
  });

  it('number held-out examples in a validation split of the data set, where it has one', async () => {
    const own = await lab.import(
      'own-validation',
      { ...blob, validation: blob['test'] as Splits[string] },
      8,
    );
    const ref = await lab.train(own);
    const result = await lab.inspect['inspect.predictions']({ model: ref, split: 'validation' });
    expect(result.indexedIn).toBe('validation');
    expect(result.indices).toHaveLength(100);
    expect((await lab.inspect['inspect.predictions']({ model: ref, split: 'train' })).indices).toHaveLength(
      600,
    );
  });

  it('have as many classes as the data set', async () => {
    const three: Splits = Object.fromEntries(
      Object.entries(blob).map(([name, { images, labels }]) => [
        name,
        { images, labels: labels.map((l) => l % 3) },
      ]),
    );
    const ref = await lab.train(await lab.import('three', three, 8, ['x', 'y', 'z']));
    const { classes, confusion } = await lab.inspect['inspect.predictions']({ model: ref, split: 'test' });
    expect(classes).toEqual(['x', 'y', 'z']);
    expect(confusion).toHaveLength(9);
    expect(confusion.reduce((a, b) => a + b)).toBe(100);
  });

  it('say what is missing: a split without examples, other data, patience', async () => {
    const ref = await lab.train(data, { validationShare: 0 });
    const empty = await errorOf(() =>
      lab.inspect['inspect.predictions']({ model: ref, split: 'validation' }),
    );
    expect(empty.code).toBe('run/empty-split');
    expect(empty.message).toMatch(/^The run run-\d+ has no validation examples\.$/);
    const changed = { ...model, dataSet: { id: 'blobs', sha256: 'f'.repeat(64) } };
    const other = await errorOf(() => lab.inspect['inspect.predictions']({ model: changed, split: 'test' }));
    expect(other.code).toBe('run/other-data');
    const absent = { ...model, dataSet: { id: 'mnist', sha256: 'f'.repeat(64) } };
    expect(
      (await errorOf(() => lab.inspect['inspect.predictions']({ model: absent, split: 'test' }))).code,
    ).toBe('data/absent');
    const cancelled = await errorOf(() =>
      lab.inspect['inspect.predictions']({ model: ref, split: 'test' }, AbortSignal.abort()),
    );
    expect(cancelled.code).toBe('call/cancelled');
    // Nothing half done is kept.
    expect((await lab.inspect['inspect.predictions']({ model: ref, split: 'test' })).indices).toHaveLength(
      100,
    );
  });
});

describe('memory', () => {
  it('has as many tensors after any number of questions as before, and after the caches are emptied', async () => {
    lab.empty();
    const before = tensorsNow();
    const ask = async (): Promise<void> => {
      await lab.inspect['inspect.predict']({ model, image: imageOf('test', 1) });
      await lab.inspect['inspect.weights']({ model });
      await lab.inspect['inspect.predictions']({ model, split: 'validation' });
      await errorOf(() => lab.inspect['inspect.predict']({ model, image: new Uint8Array(3) }));
    };
    await ask();
    const held = tensorsNow();
    expect(held[1]).toBe((before[1] as number) + weights.length);
    for (let i = 0; i < 5; i++) await ask();
    expect(tensorsNow()).toEqual(held);
    lab.empty();
    expect(tensorsNow()).toEqual(before);
  });

  it('keeps a model whole while it is looked at, even when a newer one takes its place', async () => {
    lab.empty();
    const before = tensorsNow();
    const ref = await lab.train(data, { epochs: 2 });
    const expected = await lab.inspect['inspect.predictions']({ model: ref, split: 'train' });
    lab.empty();
    const asked = lab.inspect['inspect.predictions']({ model: ref, split: 'train' });
    await Promise.resolve();
    const files = readdirSync(join(ref.folder, 'checkpoints')).sort();
    rmSync(join(ref.folder, 'checkpoints', files[1] as string));
    // The older checkpoint is the newest now: the model that is looked at leaves the cache.
    await lab.inspect['inspect.weights']({ model: ref });
    expect(await asked).toEqual(expected);
    lab.empty();
    expect(tensorsNow()).toEqual(before);
  });
});
