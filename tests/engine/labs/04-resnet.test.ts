import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeLab } from '../../../src/engine/labs/index.ts';
import { network, prepare, resnet } from '../../../src/engine/labs/04-resnet.ts';
import { compile, startRuntime, tf, type Tensor, type Tensor4D } from '../../../src/engine/runtime/index.ts';
import {
  gatherBatch,
  initialState,
  named,
  putOnDevice,
  type Parameters,
  type Weights,
} from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { blobs } from '../../support/blobs.ts';

beforeAll(() => startRuntime());

const ARCHITECTURES = ['residual', 'plain', 'pre-activation'] as const;
const base = { architecture: 'residual', blocks: 3, filters: 16, shortcut: 'A' } as const;
const SHAPE = [32, 32, 3];

const sizeOf = (parameters: Parameters): number =>
  Object.values(parameters).reduce((sum, { size }) => sum + size, 0);

/** Convolutions and the matrix at the end: what the paper counts as layers; projections are not counted. */
const depthOf = ({ parameters }: Weights): number =>
  Object.keys(parameters).filter((name) => /^(?!.*shortcut).*kernel$/.test(name)).length;

/** Weights that are not the first ones: batch normalisation with something to do. */
function shaken(model: ReturnType<typeof network>, seed: number): Weights {
  const { parameters, buffers } = model.initialWeights(seed);
  const shake = (record: Parameters, low: number): Parameters =>
    Object.fromEntries(
      Object.entries(record).map(([name, tensor], i) => [
        name,
        name.endsWith('kernel') ? tensor : tf.randomUniform(tensor.shape, low, 1.5, 'float32', i + 1),
      ]),
    );
  return { parameters: shake(parameters, -0.5), buffers: shake(buffers, 0.5) };
}

describe('the network', () => {
  it.each([
    [1, 8],
    [3, 20],
    [5, 32],
    [9, 56],
  ])('with %i blocks a stage has %i layers', (blocks, depth) => {
    for (const architecture of ARCHITECTURES) {
      for (const shortcut of ['A', 'B'] as const) {
        const weights = tf.tidy(
          () =>
            network({ architecture, blocks, filters: 2, shortcut }, [8, 8, 3], 10).initialWeights(1) as never,
        ) as Weights;
        expect(depthOf(weights)).toBe(depth);
        tf.dispose(weights as never);
      }
    }
  });

  it('has the paper’s 0.27 and 0.46 million weights, with shortcuts of option A and without', () => {
    // A convolution has 9 * in * out weights, a normalisation 2 * out; the last matrix 64 * 10 and 10.
    const expected = (blocks: number): number => {
      const block = (from: number, to: number) => 9 * from * to + 9 * to * to + 4 * to;
      const stages = [
        [16, 16],
        [16, 32],
        [32, 64],
      ] as const;
      const inStages = stages.map(([from, to]) => block(from, to) + (blocks - 1) * block(to, to));
      return 9 * 3 * 16 + 2 * 16 + inStages.reduce((a, b) => a + b) + 64 * 10 + 10;
    };
    expect(expected(3)).toBe(269_722);
    for (const [blocks, architecture] of [
      [3, 'residual'],
      [3, 'plain'],
      [5, 'residual'],
      [5, 'plain'],
    ] as const) {
      const weights = network({ ...base, blocks, architecture }, SHAPE, 10).initialWeights(1);
      expect(sizeOf(weights.parameters)).toBe(expected(blocks));
      tf.dispose(weights as never);
    }
  });

  it('halves rows and columns twice, and doubles channels', () => {
    const { layers } = network(base, SHAPE, 7).describe();
    const shapeOf = (name: string) => layers.find((layer) => layer.name === name)?.outputShape;
    expect(shapeOf('stage1_block3_2_relu')).toEqual([32, 32, 16]);
    expect(shapeOf('stage2_block1_2_relu')).toEqual([16, 16, 32]);
    expect(shapeOf('stage3_block3_2_relu')).toEqual([8, 8, 64]);
    expect(shapeOf('logits')).toEqual([7]);
  });

  it.each(['residual', 'plain'] as const)('%s: is what the paper draws, layer by layer', (architecture) => {
    const config = { architecture, blocks: 2, filters: 4, shortcut: 'A' } as const;
    const model = network(config, [8, 8, 3], 5);
    tf.tidy(() => {
      const weights = shaken(model, 1);
      const x = tf.randomNormal([3, 8, 8, 3], 0, 1, 'float32', 7);
      const { output } = model.apply(weights, x);

      const weight = (name: string): Tensor => named({ ...weights.parameters, ...weights.buffers }, name);
      const conv = (y: Tensor, name: string, stride: number): Tensor => {
        const padded = tf.pad(y, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]);
        return tf.conv2d(padded as Tensor4D, weight(`${name}_conv/kernel`) as Tensor4D, stride, 'valid');
      };
      const norm = (y: Tensor, name: string): Tensor => {
        const of = (part: string) => weight(`${name}_norm/${part}`);
        const centred = tf.div(tf.sub(y, of('moving_mean')), tf.sqrt(tf.add(of('moving_variance'), 1e-5)));
        return tf.add(tf.mul(centred, of('gamma')), of('beta'));
      };
      let h = tf.relu(norm(conv(x, 'first', 1), 'first'));
      for (const [stage, filters] of [
        [1, 4],
        [2, 8],
        [3, 16],
      ] as const) {
        for (const block of [1, 2]) {
          const stride = stage > 1 && block === 1 ? 2 : 1;
          const name = `stage${stage}_block${block}`;
          const y = tf.relu(norm(conv(h, `${name}_1`, stride), `${name}_1`));
          const z = norm(conv(y, `${name}_2`, 1), `${name}_2`);
          let shortcut: Tensor = h;
          if (stride === 2) {
            const half = tf.stridedSlice(h, [0, 0, 0, 0], h.shape, [1, 2, 2, 1]);
            shortcut = tf.pad(half, [
              [0, 0],
              [0, 0],
              [0, 0],
              [0, filters - (h.shape[3] as number)],
            ]);
          }
          h = tf.relu(architecture === 'plain' ? z : tf.add(shortcut, z));
        }
      }
      const pooled = tf.mean(h, [1, 2]);
      const logits = tf.add(
        tf.matMul(pooled as never, weight('logits/kernel') as never),
        weight('logits/bias'),
      );
      const [expected, got] = [logits.dataSync(), output.dataSync()];
      expect(got).toHaveLength(15);
      got.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 3));
    });
  });

  it.each(['residual', 'pre-activation'] as const)(
    '%s: shortcuts go around blocks that are zero',
    (architecture) => {
      // With its last kernel at zero (and no shift after it), a block adds nothing, whatever is in it.
      const model = network({ ...base, architecture, blocks: 2, filters: 4 }, [8, 8, 3], 5);
      tf.tidy(() => {
        const { parameters, buffers } = model.initialWeights(1);
        const silenced = Object.fromEntries(
          Object.entries(parameters).map(([name, tensor]) => [
            name,
            /block\d_2_conv/.test(name) ? tf.zerosLike(tensor) : tensor,
          ]),
        );
        const x = tf.randomNormal([2, 8, 8, 3], 0, 1, 'float32', 3);
        const layers = model.activations({ parameters: silenced, buffers }, x);
        const of = (name: string) => layers.find((layer) => layer.name === name)?.tensor.dataSync();
        if (architecture === 'residual') {
          expect(of('stage1_block2_2_relu')).toEqual(of('first_relu'));
          expect(of('stage2_block2_2_relu')).toEqual(of('stage2_block1_2_relu'));
        } else {
          expect(of('stage1_block2_add')).toEqual(of('first_conv'));
        }
        expect(of('stage2_block1_add')?.some((value) => value !== 0)).toBe(true);
      });
    },
  );
});

const python = process.env['GRADIENT_LAB_BENCH_PYTHON'];

describe('as a .keras file', () => {
  it.runIf(python !== undefined).each(ARCHITECTURES)(
    'the real Keras predicts the same with a %s net (GRADIENT_LAB_BENCH_PYTHON)',
    { timeout: 120_000 },
    async (architecture) => {
      const model = network({ architecture, blocks: 2, filters: 4, shortcut: 'A' }, [9, 8, 3], 5);
      const weights = shaken(model, 2);
      const x = tf.randomNormal([3, 9, 8, 3], 0, 1, 'float32', 4);
      const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-resnet-test-'));
      writeFileSync(join(folder, 'model.keras'), await model.toKeras(weights));
      const program = `
import json, sys, numpy, keras
model = keras.saving.load_model(sys.argv[1])
print('PREDICTED' + json.dumps(model.predict(numpy.array(json.load(sys.stdin), dtype='float32'), verbose=0).tolist()))`;
      const child = spawnSync(python as string, ['-c', program, join(folder, 'model.keras')], {
        input: JSON.stringify(x.arraySync()),
        encoding: 'utf8',
      });
      rmSync(folder, { recursive: true });
      const predicted = JSON.parse(/PREDICTED(.*)/.exec(child.stdout)?.[1] ?? 'null') as number[][] | null;
      expect(predicted?.flat(), child.stderr.slice(-500)).toHaveLength(15);
      const ours = model.apply(weights, x).output.dataSync();
      predicted?.flat().forEach((value, i) => expect(value).toBeCloseTo(ours[i] as number, 3));
    },
  );
});

describe('the comparison that the paper is about', () => {
  it('is four runs whose settings the schema accepts, each of its own depth or kind', () => {
    const [comparison] = describeLab(resnet).comparisons ?? [];
    const configs = comparison?.runs.map(({ values }) => resolveConfig(resnet.fields, values)) as
      { architecture: string; blocks: number }[] | undefined;
    expect(configs?.map(({ architecture, blocks }) => `${architecture} ${6 * blocks + 2}`)).toEqual([
      'plain 20',
      'plain 32',
      'residual 20',
      'residual 32',
    ]);
  });
});

describe('a look inside', () => {
  it('is compiled, and has the logits last', async () => {
    const config = resolveConfig(resnet.fields, { blocks: 1, filters: 2 });
    const weights = network({ ...base, blocks: 1, filters: 2 }, [8, 8, 3], 5).initialWeights(1);
    const look = compile<[Parameters, Parameters, Tensor], Tensor[]>(
      (parameters, buffers, image) =>
        resnet.inspect.layers({ parameters, buffers }, image, config).map(({ tensor }) => tensor),
      { plan: 'graph', name: 'look' },
    );
    const x = tf.randomNormal([4, 8, 8, 3], 0, 1, 'float32', 2);
    const layers = await look(weights.parameters, weights.buffers, x);
    expect(layers.at(-1)?.shape).toEqual([4, 5]);
    const described = resnet.inspect.describe?.(config, [8, 8, 3], 5).layers ?? [];
    expect(layers).toHaveLength(described.length - 1);
    tf.dispose([weights, x, layers] as never);
    look.dispose();
  });
});

describe('the images', () => {
  it('are brought to mean 0 and deviation 1, by channel where they are coloured', () => {
    tf.tidy(() => {
      const colour = prepare({ image: tf.tensor4d([0, 128, 255], [1, 1, 1, 3]) });
      const expected = [-0.4914 / 0.247, (128 / 255 - 0.4822) / 0.2435, (1 - 0.4465) / 0.2616];
      colour.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 5));
      const grey = prepare({ image: tf.tensor3d([0, 255], [2, 1, 1]) });
      expect(grey.shape).toEqual([2, 1, 1, 1]);
      expect(grey.dataSync()[1]).toBeCloseTo((1 - 0.4734) / 0.2507, 5);
    });
  });
});

describe('the experiment', () => {
  const place = (classes = 10) =>
    putOnDevice(blobs({ side: 8, classes }), { validationShare: 0.1, seed: 1, integers: ['label'] });
  const small = { epochs: 2, batchSize: 20, blocks: 1, filters: 4, crop: 2 };

  it('has as many outputs as the data set has classes', () => {
    const data = place(4);
    const experiment = resnet.makeExperiment(resolveConfig(resnet.fields, small), data, 1);
    const parameters = experiment.initialParameters();
    expect(named(parameters, 'logits/bias').shape).toEqual([4]);
    tf.dispose(parameters);
    data.dispose();
  });

  it('augments training images alone, and moves the averages in training alone', () => {
    const data = place();
    const experiment = resnet.makeExperiment(resolveConfig(resnet.fields, small), data, 1);
    tf.tidy(() => {
      const state = initialState(experiment);
      const batch = gatherBatch(data.splits.train.features, tf.tensor1d([1, 2, 3, 4, 5, 6], 'int32'));
      const at = (n: number) =>
        experiment.step(state, batch, { learningRate: tf.scalar(0), step: tf.scalar(n, 'int32') });
      const lossOf = (n: number) => at(n).metrics['loss']?.dataSync()[0];
      expect(lossOf(3)).toBe(lossOf(3));
      expect(lossOf(4)).not.toBe(lossOf(3));

      const mean = (of: Parameters | undefined) => named(of ?? {}, 'first_norm/moving_mean').dataSync();
      expect(mean(at(3).state.buffers)).not.toEqual(mean(state.buffers));
      const evaluate = () => experiment.evaluate(state, batch)['loss']?.dataSync();
      expect(evaluate()).toEqual(evaluate());
    });
    data.dispose();
  });

  it('decays weights by what half their squared length adds to the loss', () => {
    const data = place();
    const steps = [0, 0.1].map((weightDecay) => {
      const config = resolveConfig(resnet.fields, { ...small, weightDecay });
      return resnet.makeExperiment(config, data, 1);
    });
    tf.tidy(() => {
      const state = initialState(steps[0] as never);
      const batch = gatherBatch(data.splits.train.features, tf.tensor1d([1, 2, 3, 4], 'int32'));
      const inputs = { learningRate: tf.scalar(0.5), step: tf.scalar(0, 'int32') };
      const name = 'stage2_block1_1_conv/kernel';
      const [plain, decayed] = steps.map((experiment) =>
        named(experiment.step(state, batch, inputs).state.parameters, name).dataSync(),
      );
      const before = named(state.parameters, name).dataSync();
      // The first step of momentum is the gradient: 0.5 * 0.1 * w further.
      plain?.forEach((value, i) => expect(decayed?.[i]).toBeCloseTo(value - 0.05 * (before[i] as number), 4));
    });
    data.dispose();
  });

  it('lowers the rate along a cosine, in steps after a half and three quarters, or not', () => {
    const data = place();
    // 540 training images in batches of 20: 27 steps an epoch, 54 in all.
    const rates = (schedule: string) => {
      const config = resolveConfig(resnet.fields, { ...small, schedule });
      const { schedule: rate } = resnet.makeExperiment(config, data, 1);
      return [0, 26, 27, 41, 53].map(rate);
    };
    rates('steps').forEach((rate, i) =>
      expect(rate).toBeCloseTo([0.1, 0.1, 0.01, 0.001, 0.001][i] as number, 9),
    );
    expect(rates('constant')).toEqual([0.1, 0.1, 0.1, 0.1, 0.1]);
    const cosine = rates('cosine');
    expect(cosine[0]).toBe(0.1);
    expect(cosine[2]).toBeCloseTo(0.05, 9);
    expect(cosine[4]).toBeLessThan(0.0002);
    data.dispose();
  });
});
