import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importDataSet, loadDataSet, numbersOf, type Split } from '../../../src/engine/data/index.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { makeModel } from '../../../src/engine/layers/index.ts';
import { importModel, readModel, removeModel } from '../../../src/engine/models/index.ts';
import {
  endsFor,
  evaluateModel,
  executeRun,
  exportModel,
  planStart,
} from '../../../src/engine/runs/index.ts';
import { checkpointsOf } from '../../../src/engine/runs/store.ts';
import { binding, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { TrainingControl, weightsOf, type Checkpoint } from '../../../src/engine/training/index.ts';
import type { EngineRunEvent, Origin, RunTask } from '../../../src/shared/engine-protocol.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import type { LabId } from '../../../src/shared/labs.ts';
import type { RunEnded } from '../../../src/shared/run-events.ts';
import { startSummary, type StartReport } from '../../../src/shared/start.ts';
import { blobs } from '../../support/blobs.ts';
import { errorOf, idxBytes, tempHome } from '../data/helpers.ts';

beforeAll(() => startRuntime());

let runs = '';
beforeEach(async () => {
  const data = tempHome();
  runs = join(data, '..', 'runs');
  const files = join(data, '..', 'files');
  mkdirSync(files);
  const { train, test } = blobs({ train: 300, test: 60, side: 12 }).splits;
  for (const [name, split] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    for (const [feature, file] of [
      ['image', 'images-idx3-ubyte'],
      ['label', 'labels-idx1-ubyte'],
    ] as const) {
      const values = numbersOf(split as Split, feature) as Uint8Array;
      const shape = split?.features[feature]?.shape ?? [];
      writeFileSync(join(files, `${name}-${file}`), idxBytes(shape, values));
    }
  }
  await importDataSet(files, { as: 'tiny' });
});

const SMALL: Record<string, Record<string, number | string>> = {
  'mnist-mlp': { hiddenUnits: 8, hiddenLayers: 2 },
  'mnist-cnn': { filters: 2, units: 6, batchNorm: 'yes', shift: 0, rotation: 0, scaling: 0 },
  'cifar-resnet': { blocks: 1, filters: 2, crop: 0, flip: 'no', validationShare: 0.05 },
};

function taskOf(
  id: string,
  lab: LabId,
  settings: Record<string, number | string> = {},
  origin: Origin | null = null,
): RunTask {
  const common = { data: 'tiny', epochs: 2, batchSize: 20, ...SMALL[lab], ...settings };
  return {
    ...{ id, lab, seed: 1, device: 'cpu', plan: 'graph', threads: 0, dataSet: null, origin },
    ...{ folder: join(runs, id), mayReplaceData: false, checkpointSeconds: 1000 },
    config: resolveConfig(labById(lab).fields, common),
  };
}

const originOf = (id: string): Origin => ({ kind: 'run', id, number: 12, folder: join(runs, id) });

/** Runs to its end, or to about step `stopAt`; with the report of what was taken. */
async function execute(
  task: RunTask,
  { resume = false, stopAt = Infinity } = {},
): Promise<{ end: RunEnded; start: StartReport | null }> {
  const control = new TrainingControl();
  let start: StartReport | null = null;
  const onEvent = (event: EngineRunEvent): void => {
    if (event.kind === 'begun') start = event.start;
    if (event.kind === 'steps' && event.step >= stopAt) control.stop();
  };
  const end = await executeRun(task, { resume, control, onEvent });
  return { end, start };
}

const checkpointOf = (id: string): Checkpoint => checkpointsOf(join(runs, id)).latest() as Checkpoint;
const bytesOf = (id: string, tensor: string): string =>
  Buffer.from(checkpointOf(id).tensors[tensor]?.bytes ?? []).toString('hex');

describe('a run that starts from another', () => {
  it('takes each layer of the same name and shapes, and says which begin anew and why', async () => {
    await execute(taskOf('first', 'mnist-cnn'));
    const { start } = await execute(
      taskOf('second', 'mnist-cnn', { units: 7, epochs: 1 }, originOf('first')),
    );
    expect(start?.origin).toEqual({ kind: 'run', id: 'first', number: 12, step: 28 });
    // By hand: what both have under one name and of one shape, in layers of which nothing is missing.
    expect(start?.layers.map(({ name, taken, weights }) => [name, taken, weights])).toEqual([
      ['conv1', true, 18],
      ['norm1', true, 8],
      ['conv2', true, 72],
      ['norm2', true, 16],
      ['dense', false, 35],
      ['logits', false, 80],
    ]);
    expect(start?.layers[4]?.why).toBe('kernel is [4, 7], and [4, 6] there');
    expect(start?.unused).toEqual(['dense', 'logits']);
    expect(startSummary(start as StartReport)).toBe('4 of 6 layers taken, 114 weights');
  });

  it('has the weights of the other before its first step, and its own elsewhere', async () => {
    await execute(taskOf('first', 'mnist-cnn'));
    const still = { units: 7, epochs: 1, learningRate: 0, batchNorm: 'no' };
    await execute(taskOf('plain', 'mnist-cnn', { batchNorm: 'no' }));
    await execute(taskOf('second', 'mnist-cnn', still, originOf('plain')));
    await execute(taskOf('fresh', 'mnist-cnn', still));
    for (const name of ['conv1/kernel', 'conv1/bias', 'conv2/kernel', 'conv2/bias']) {
      expect(bytesOf('second', `parameters/${name}`)).toBe(bytesOf('plain', `parameters/${name}`));
      expect(bytesOf('second', `parameters/${name}`)).not.toBe(bytesOf('fresh', `parameters/${name}`));
    }
    for (const name of ['dense/kernel', 'logits/kernel']) {
      expect(bytesOf('second', `parameters/${name}`)).toBe(bytesOf('fresh', `parameters/${name}`));
    }
  });

  it.each<LabId>(['mnist-mlp', 'mnist-cnn', 'cifar-resnet'])(
    '%s leaves frozen layers alone to the last bit, and trains the others',
    async (lab) => {
      const tensors = [binding().getNumOfTensors(), tf.memory().numTensors];
      await execute(taskOf('first', lab));
      const { start, end } = await execute(
        taskOf('second', lab, { take: 'body', freeze: 'yes' }, originOf('first')),
      );
      expect(start?.frozen).toBe(true);
      expect(start?.layers.filter(({ taken }) => !taken).map(({ why }) => why)).toEqual([
        'the last layer begins anew',
      ]);
      const [before, after] = [checkpointOf('first').tensors, checkpointOf('second').tensors];
      const trained = Object.keys(after).filter((name) => name.startsWith('parameters/'));
      expect(trained).toHaveLength(2);
      const kept = Object.keys(after).filter((name) => name.startsWith('buffers/'));
      expect(kept.length).toBeGreaterThan(3);
      for (const name of kept) {
        const there = before[name] ?? before[name.replace('buffers/', 'parameters/')];
        expect(Buffer.from(after[name]?.bytes ?? [])).toEqual(Buffer.from(there?.bytes ?? []));
      }
      for (const name of trained) {
        expect(Buffer.from(after[name]?.bytes ?? [])).not.toEqual(Buffer.from(before[name]?.bytes ?? []));
      }
      // No optimizer slot of a frozen weight.
      expect(Object.keys(after).filter((name) => name.startsWith('slots/')).length).toBeLessThanOrEqual(4);
      expect(end.metrics.test['accuracy']).toBeGreaterThan(0);

      // What is measured of it later is what it measured itself.
      const { config, seed, folder } = taskOf('second', lab, { take: 'body', freeze: 'yes' });
      const dataSet = { id: 'tiny', sha256: loadDataSet('tiny').sha256 };
      const { values } = await evaluateModel('second', { lab, config, seed, folder, dataSet }, 'test', {});
      expect(values).toEqual(end.metrics.test);
      expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(tensors);
    },
  );

  it.each([
    ['mnist-cnn', 'no'],
    ['mnist-cnn', 'yes'],
    ['mnist-mlp', 'yes'],
    ['cifar-resnet', 'yes'],
  ] as const)('%s goes on with the same bits when its origin is gone (frozen: %s)', async (lab, freeze) => {
    await execute(taskOf('first', lab, { epochs: 1 }));
    const settings = { take: 'body', freeze, epochs: 6 };
    const { end: whole } = await execute(taskOf('whole', lab, settings, originOf('first')));
    await execute(taskOf('broken', lab, settings, originOf('first')), { stopAt: 20 });
    expect(checkpointOf('broken').progress.step).toBeLessThan(whole.steps);
    rmSync(join(runs, 'first'), { recursive: true });
    const task = taskOf('broken', lab, settings, { kind: 'gone', what: 'Run 12' });
    const { end, start } = await execute(task, { resume: true });
    expect(start).toBeNull();
    expect(end.kind).toBe('completed');
    expect(end.weightsSha256).toBe(whole.weightsSha256);
    expect(end.metrics).toEqual(whole.metrics);
  });
});

describe('a start that cannot be', () => {
  const plan = (settings: Record<string, number | string>, origin: Origin, lab: LabId = 'mnist-cnn') => {
    const { config } = taskOf('new', lab, settings);
    return planStart(labById(lab), config, endsFor(config), origin);
  };

  it('says so where the origin is gone before there is a checkpoint', async () => {
    const task = taskOf('second', 'mnist-cnn', {}, { kind: 'gone', what: 'Run 12' });
    const error = await errorOf(() => execute(task, { resume: true }));
    expect(error.code).toBe('start/gone');
    expect(error.message).toBe('Run 12 is not here any more, and its weights with it.');
  });

  it('says so where the origin has no checkpoint', async () => {
    const error = await errorOf(() => plan({}, originOf('never')));
    expect(error.code).toBe('start/no-weights');
    expect(error.message).toContain('Run 12 has no whole checkpoint');
  });

  it('says why nothing fits', async () => {
    await execute(taskOf('first', 'mnist-mlp', { epochs: 1 }));
    const error = await errorOf(() => plan({}, originOf('first')));
    expect(error.code).toBe('start/none');
    expect(error.hint).toContain('conv1: no layer of that name');
  });

  it('says so where nothing would be left to train', async () => {
    await execute(taskOf('first', 'mnist-cnn', { epochs: 1 }));
    expect((await errorOf(() => plan({ freeze: 'yes' }, originOf('first')))).code).toBe('start/all-frozen');
    expect(plan({ freeze: 'yes', take: 'body' }, originOf('first')).report.layers.at(-1)?.taken).toBe(false);
  });
});

describe('a run that trains an imported network itself', () => {
  /** A network of no lab: pixels 0 to 255 in, probabilities out. */
  const foreign = () =>
    makeModel(() =>
      tf.sequential({
        layers: [
          tf.layers.rescaling({ scale: 1 / 255, offset: 0, inputShape: [12, 12, 1] }),
          tf.layers.conv2d({ filters: 3, kernelSize: 5, strides: 2, activation: 'tanh' }),
          tf.layers.batchNormalization({ momentum: 0.8 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    );
  const IMPORTED = {
    ...{ startFrom: 'model:foreign', network: 'imported', inputs: '0 to 255', batchNorm: 'no' },
  };
  const origin: Origin = { kind: 'model', id: 'foreign' };

  const importForeign = async (): Promise<void> => {
    const zip = join(runs, '..', 'foreign.zip');
    const model = foreign();
    writeFileSync(zip, model.toTfjs(model.initialWeights(5)));
    expect((await importModel(zip)).network).toEqual({ input: [12, 12, 1], output: [10] });
  };

  it('begins as what it was: as good as the model itself on the same pixels', async () => {
    await importForeign();
    const still = { ...IMPORTED, learningRate: 0, epochs: 1, take: 'all', freeze: 'no' };
    const { start } = await execute(taskOf('still', 'mnist-cnn', still, origin));
    expect(start?.layers.map(({ name, taken }) => [name, taken])).toEqual([
      ['conv2d_1', true],
      ['batch_normalization_1', true],
      ['dense_1', true],
    ]);
    // By hand: the probabilities of the model on the test images, with the moving averages that the run has ended with.
    const { test } = loadDataSet('tiny').splits;
    const labels = numbersOf(test as Split, 'label');
    const stored = weightsOf(checkpointOf('still'));
    const initial = foreign().initialWeights(5);
    const pixels = Float32Array.from(numbersOf(test as Split, 'image'));
    const x = tf.tensor4d(pixels, [60, 12, 12, 1]);
    const weights = { parameters: initial.parameters, buffers: stored.buffers };
    const rows = foreign().apply(weights, x).output.arraySync() as number[][];
    const losses = rows.map((row, i) => -Math.log(row[labels[i] as number] as number));
    const mean = losses.reduce((a, b) => a + b, 0) / 60;
    const { config, seed, folder } = taskOf('still', 'mnist-cnn', still);
    const dataSet = { id: 'tiny', sha256: loadDataSet('tiny').sha256 };
    const { values } = await evaluateModel(
      'still',
      { lab: 'mnist-cnn', config, seed, folder, dataSet },
      'test',
      {},
    );
    expect(values['loss']).toBeCloseTo(mean, 4);
    tf.dispose([x, ...Object.values(stored.parameters), ...Object.values(stored.buffers)]);
    tf.dispose([...Object.values(initial.parameters), ...Object.values(initial.buffers)]);
  });

  it('learns, goes on with the same bits when the model was removed, and can be exported', async () => {
    await importForeign();
    const settings = { ...IMPORTED, epochs: 6 };
    const { end: whole } = await execute(taskOf('whole', 'mnist-cnn', settings, origin));
    expect(whole.metrics.test['accuracy']).toBeGreaterThan(0.5);
    await execute(taskOf('broken', 'mnist-cnn', settings, origin), { stopAt: 20 });
    await removeModel('foreign');
    const { end } = await execute(taskOf('broken', 'mnist-cnn', settings, origin), { resume: true });
    expect(end.weightsSha256).toBe(whole.weightsSha256);
    expect(end.metrics).toEqual(whole.metrics);

    const { config, seed, folder } = taskOf('broken', 'mnist-cnn', settings);
    const dataSet = { id: 'tiny', sha256: loadDataSet('tiny').sha256 };
    const ref = { lab: 'mnist-cnn' as const, config, seed, folder, dataSet };
    const file = join(runs, 'exported.keras');
    writeFileSync(file, (await exportModel('broken', ref, 'keras')).bytes);
    const read = await readModel(file);
    expect(read.network?.layers.map(({ kind }) => kind)).toEqual([
      'Rescaling',
      'Rescaling',
      'Conv2D',
      'BatchNormalization',
      'Flatten',
      'Dense',
    ]);
    // A run can start from it as from any other, with its network.
    const { start } = await execute(
      taskOf('third', 'mnist-cnn', { ...settings, take: 'body', freeze: 'yes' }, originOf('broken')),
    );
    expect(start?.layers.map(({ taken }) => taken)).toEqual([true, true, false]);
    const kept = checkpointOf('third').tensors;
    for (const name of [
      'conv2d_1/kernel',
      'batch_normalization_1/gamma',
      'batch_normalization_1/moving_mean',
    ]) {
      const before = checkpointOf('broken').tensors;
      const there = before[`parameters/${name}`] ?? before[`buffers/${name}`];
      expect(Buffer.from(kept[`buffers/${name}`]?.bytes ?? [])).toEqual(Buffer.from(there?.bytes ?? []));
    }
  });

  it('is none without anything to start from: the lab trains its own', async () => {
    const { start, end } = await execute(taskOf('fresh', 'mnist-cnn', { network: 'imported', epochs: 1 }));
    expect([start, end.kind]).toEqual([null, 'completed']);
    expect(Object.keys(checkpointOf('fresh').tensors)).toContain('parameters/conv1/kernel');
  });

  it('is refused where the network is not there, or made for other data', async () => {
    await importForeign();
    await execute(taskOf('own', 'mnist-cnn', { epochs: 1 }));
    const codeOf = async (settings: Record<string, number | string>, from: Origin): Promise<string> =>
      (await errorOf(() => execute(taskOf('new', 'mnist-cnn', settings, from)))).code;
    expect(await codeOf(IMPORTED, originOf('own'))).toBe('start/no-network');
    expect(await codeOf(IMPORTED, { kind: 'gone', what: 'Run 1' })).toBe('start/no-network');
    expect(await codeOf({ ...IMPORTED, data: 'drawn-digits' }, origin)).toBe('start/other-ends');
    await importModel(join(import.meta.dirname, '..', 'models', 'keras', 'small.weights.h5'));
    expect(await codeOf(IMPORTED, { kind: 'model', id: 'small' })).toBe('start/no-network');
    expect(await codeOf(IMPORTED, { kind: 'model', id: 'never' })).toBe('model/unknown');
  });
});
