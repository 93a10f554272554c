import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeModel } from '../../../src/engine/layers/index.ts';
import { startRuntime, tf, type SymbolicTensor, type Tensor2D } from '../../../src/engine/runtime/index.ts';
import { named, type Weights } from '../../../src/engine/training/index.ts';

beforeAll(() => startRuntime());

/** A branch, batch normalisation, names given and not; more than one shard with `units` of 1200. */
const branched = (units = 6) =>
  makeModel(() => {
    const { layers } = tf;
    const input = tf.input({ shape: [8, 8, 1], name: 'image' });
    const first = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(input);
    const normal = layers.batchNormalization({ name: 'norm' }).apply(first);
    const sum = layers.add().apply([first, normal] as SymbolicTensor[]);
    const flat = layers.flatten().apply(sum);
    const wide = layers.dense({ units, activation: 'tanh' }).apply(flat);
    const narrow = layers.dense({ units, activation: 'tanh' }).apply(wide);
    const output = layers.dense({ units: 3, activation: 'softmax', name: 'classes' }).apply(narrow);
    return tf.model({ inputs: input, outputs: output as SymbolicTensor });
  });

/** The bytes of an unpacked export, as tfjs's loader asks for them. */
function fromZip(zip: Uint8Array): ReturnType<typeof tf.io.fromMemory> {
  const files = unzipSync(zip);
  const { modelTopology, weightsManifest } = JSON.parse(strFromU8(files['model.json'] as Uint8Array)) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: 'float32' }[] }[];
  };
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((path) => files[path] as Uint8Array);
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  return tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData,
  });
}

describe('a model for TensorFlow.js', () => {
  const own = 'tensorflow';
  afterEach(async () => void (await tf.setBackend(own)));

  it.each([6, 1200])(
    'is loaded by tfjs on its own backend, with equal predictions (%i units)',
    async (units) => {
      const model = branched(units);
      const initial = model.initialWeights(3);
      const weights: Weights = {
        ...initial,
        buffers: Object.fromEntries(
          Object.entries(initial.buffers).map(([name, tensor], i) => [name, tf.add(tensor, 0.1 * (i + 1))]),
        ),
      };
      const zip = model.toTfjs(weights);
      const names = Object.keys(unzipSync(zip));
      expect(names).toEqual(
        units === 6
          ? ['model.json', 'group1-shard1of1.bin']
          : ['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin'],
      );
      const x = tf.randomNormal([5, 8, 8, 1], 0, 1, 'float32', 1);
      const ours = model.apply(weights, x).output.arraySync() as number[][];
      const values = x.arraySync() as number[][][][];

      await tf.setBackend('cpu');
      const loaded = await tf.loadLayersModel(fromZip(zip));
      const theirs = (loaded.predict(tf.tensor4d(values)) as Tensor2D).arraySync();
      expect(theirs).toHaveLength(5);
      theirs.flat().forEach((value, i) => expect(value).toBeCloseTo(ours.flat()[i] as number, 5));
    },
  );

  it('is refused where two weights have one name', () => {
    const inner = () =>
      tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], name: 'same' })] });
    const model = makeModel(() => {
      const input = tf.input({ shape: [2] });
      const output = inner().apply(inner().apply(input));
      return tf.model({ inputs: input, outputs: output as SymbolicTensor });
    });
    const weights = model.initialWeights(1);
    expect(named(weights.parameters, 'same/kernel').shape).toEqual([2, 2]);
    expect(() => model.toTfjs(weights)).toThrow('Two weights of the model are called "same/kernel".');
  });
});
