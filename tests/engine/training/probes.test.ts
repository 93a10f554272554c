import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbersOf, type Split } from '../../../src/engine/data/index.ts';
import { labById } from '../../../src/engine/labs/index.ts';
import { binding, permutation, startRuntime, tf, type Tensor } from '../../../src/engine/runtime/index.ts';
import {
  CheckpointStore,
  initialState,
  putOnDevice,
  train,
  TrainingControl,
  type Experiment,
  type TrainingEvent,
  type TrainingResult,
} from '../../../src/engine/training/index.ts';
import { countValues, Probes, probeSteps, type ProbeEvent } from '../../../src/engine/training/probes.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { blobs } from '../../support/blobs.ts';

let scratch = '';
beforeAll(() => {
  startRuntime();
  scratch = mkdtempSync(join(tmpdir(), 'gradient-lab-probes-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Gives `use` lab 1's experiment on the tiny data set: 540 training rows. */
async function withExperiment<R>(
  settings: Record<string, unknown>,
  use: (experiment: Experiment) => Promise<R>,
): Promise<R> {
  const lab = labById('mnist-mlp');
  const data = putOnDevice(blobs(), { validationShare: 0.1, seed: 1, integers: lab.labelFeatures });
  const config = resolveConfig(lab.fields, {
    hiddenUnits: 16,
    learningRate: 0.01,
    dropout: 0.2,
    ...settings,
  });
  try {
    return await use(lab.makeExperiment(config, data, 1));
  } finally {
    data.dispose();
  }
}

interface Seen {
  readonly result: TrainingResult;
  readonly events: TrainingEvent[];
  readonly probes: ProbeEvent[];
}

async function run(
  experiment: Experiment,
  options: Partial<Parameters<typeof train>[0]> & { readonly stopAt?: number } = {},
): Promise<Seen> {
  const control = new TrainingControl();
  const events: TrainingEvent[] = [];
  const result = await train({
    experiment,
    plan: 'graph',
    control,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'steps' && event.step >= (options.stopAt ?? Infinity)) control.stop();
      if (event.kind === 'paused') setTimeout(() => control.resume(), 5);
    },
    ...options,
  });
  return { result, events, probes: events.filter((event) => event.kind === 'histogram') };
}

describe('the steps of probes', () => {
  it('are 41, evenly spaced, with the first and the last step', () => {
    const steps = probeSteps(10_680);
    expect(steps).toHaveLength(41);
    expect(steps.slice(0, 3)).toEqual([0, 267, 534]);
    expect(steps.at(-1)).toBe(10_680);
    expect(probeSteps(9_999).at(-1)).toBe(9_999);
  });

  it('are at least 100 apart in a short run, and two in the shortest', () => {
    expect(probeSteps(708)).toEqual([0, 101, 202, 303, 405, 506, 607, 708]);
    expect(probeSteps(150)).toEqual([0, 150]);
    expect(probeSteps(1)).toEqual([0, 1]);
  });
});

describe('the count of values', () => {
  it('agrees with a plain loop over the bounds of the bins', () => {
    const values = Float32Array.from(permutation(1000, 3, 'values', 0), (i) => (i - 400) / 250);
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const histogram = countValues(values, min, max, 7);
    const width = (max - min) / 40;
    const byHand = Array.from({ length: 40 }, (_, bin) => {
      const from = min + bin * width;
      return values.filter((v) => v >= from && (bin === 39 || v < from + width)).length;
    });
    expect([...histogram.counts]).toEqual(byHand);
    expect(histogram.counts.reduce((a, b) => a + b)).toBe(1000);
    const mean = values.reduce((a, b) => a + b) / 1000;
    expect(histogram.mean).toBeCloseTo(mean, 6);
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 1000;
    expect(histogram.deviation).toBeCloseTo(Math.sqrt(variance), 6);
    expect(histogram).toMatchObject({ step: 7, min, max, zeros: 1, notFinite: 0 });
  });

  it('keeps what is not finite out of the bins, and says how much there is', () => {
    const values = Float32Array.from([NaN, 1, Infinity, 3, -Infinity, 2, 0]);
    const histogram = countValues(values, NaN, Infinity, 0);
    expect(histogram).toMatchObject({ min: 0, max: 3, mean: 1.5, zeros: 1, notFinite: 3 });
    expect(histogram.counts.reduce((a, b) => a + b)).toBe(4);
    const none = countValues(Float32Array.from([NaN, NaN]), NaN, NaN, 0);
    expect(none).toMatchObject({ min: 0, max: 0, mean: 0, deviation: 0, notFinite: 2 });
    expect(none.counts.every((count) => count === 0)).toBe(true);
  });

  it('puts equal values into the first bin', () => {
    const { counts, zeros, deviation } = countValues(new Float32Array(5), 0, 0, 0);
    expect([counts[0], zeros, deviation]).toEqual([5, 5, 0]);
  });
});

describe('probes', () => {
  it('show every parameter and its gradient as they are at that step', async () => {
    await withExperiment({ batchSize: 20 }, async (experiment) => {
      const state = initialState(experiment);
      const probes = new Probes(experiment, 100, 'graph');
      const rows = experiment.splits.train.rows.slice(40, 60);
      const before = [binding().getNumOfTensors(), tf.memory().numTensors];
      const events = await probes.take(state, 3, rows);
      expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
      expect(events.map((event) => `${event.of} ${event.tensor}`).sort()).toEqual(
        ['weights', 'gradients']
          .flatMap((of) =>
            ['bias1', 'bias2', 'bias3', 'weights1', 'weights2', 'weights3'].map((n) => `${of} ${n}`),
          )
          .sort(),
      );
      const find = (of: string, tensor: string): ProbeEvent =>
        events.find((event) => event.of === of && event.tensor === tensor) as ProbeEvent;

      const weights = (state.parameters['weights1'] as Tensor).dataSync() as Float32Array;
      const expected = countValues(weights, Math.min(...weights), Math.max(...weights), 3);
      expect(find('weights', 'weights1')).toEqual({
        kind: 'histogram',
        tensor: 'weights1',
        of: 'weights',
        shape: [64, 16],
        histogram: expected,
      });
      // Biases begin at 0.
      expect(find('weights', 'bias2').histogram).toMatchObject({ min: 0, max: 0, zeros: 16 });

      // The gradients that the experiment gives on those rows, op by op.
      const gradients = tf.tidy(() => {
        const train = blobs().splits['train'] as Split;
        const [image, label] = [numbersOf(train, 'image'), numbersOf(train, 'label')];
        const batch = {
          image: tf.tensor3d(
            Float32Array.from([...rows].flatMap((row) => [...image.slice(row * 64, row * 64 + 64)])),
            [20, 8, 8],
          ),
          label: tf.tensor1d(
            [...rows].map((row) => label[row] as number),
            'int32',
          ),
        };
        return experiment.gradients(state, batch, tf.scalar(3, 'int32')) as never;
      }) as Record<string, Tensor>;
      for (const name of ['weights1', 'bias3']) {
        const values = gradients[name]?.dataSync() as Float32Array;
        const { histogram } = find('gradients', name);
        expect(histogram.min).toBeCloseTo(Math.min(...values), 6);
        expect(histogram.max).toBeCloseTo(Math.max(...values), 6);
        expect(histogram.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
        expect(histogram.counts.reduce((a, b) => a + b)).toBe(values.length);
      }
      tf.dispose([gradients, state] as never);
      probes.dispose();
    });
  });

  it('count a sample of a large tensor that passes over no row and no column, with the bounds of all', async () => {
    await withExperiment({ batchSize: 20 }, async (experiment) => {
      // 384 x 512 values in which row and column can be read; the greatest is in a place that no fixed step hits.
      const values = Float32Array.from({ length: 384 * 512 }, (_, i) => i % 512);
      values[100_001] = 5000;
      const big = tf.tensor2d(values, [384, 512]);
      const probes = new Probes(
        { ...experiment, gradients: () => ({ big: tf.zerosLike(big) }) },
        100,
        'graph',
      );
      const rows = experiment.splits.train.rows.slice(0, 20);
      const events = await probes.take({ parameters: { big }, buffers: {} }, 0, rows);
      probes.dispose();
      big.dispose();
      const { counts, min, max, mean } = events.find((event) => event.of === 'weights')
        ?.histogram as ProbeEvent['histogram'];
      const counted = counts.reduce((a, b) => a + b);
      expect(counted).toBeGreaterThan(20_000);
      expect(counted).toBeLessThanOrEqual(32_768);
      expect([min, max]).toEqual([0, 5000]);
      // Each column as often as any other: the mean of 0 to 511.
      expect(mean).toBeCloseTo(255.5, 0);
    });
  });

  it.each(['graph', 'xla', 'eager'] as const)('change no number of a run under plan %s', async (plan) => {
    await withExperiment({ batchSize: 5, epochs: 4 }, async (experiment) => {
      const without = await run(experiment, { plan, probes: false });
      const with_ = await run(experiment, { plan });
      expect(without.probes).toHaveLength(0);
      // 432 steps: five probes of 6 parameters and 6 gradients.
      expect(with_.probes.map((probe) => probe.histogram.step)).toEqual(
        [0, 108, 216, 324, 432].flatMap((step) => new Array<number>(12).fill(step)),
      );
      expect(with_.result.weightsSha256).toBe(without.result.weightsSha256);
      expect(with_.result.train).toEqual(without.result.train);
      expect(with_.result.test).toEqual(without.result.test);
    });
  });

  it('are the same ones, bit by bit and each once, in a run that was interrupted at any step', async () => {
    await withExperiment({ batchSize: 5, epochs: 4 }, async (experiment) => {
      const plain = await run(experiment);
      for (const stopAt of [1, 100, 109, 210]) {
        const checkpoints = new CheckpointStore(join(scratch, String(stopAt)));
        const stopped = await run(experiment, { checkpoints, stopAt });
        const checkpoint = checkpoints.latest();
        expect(checkpoint?.progress.step).toBe(stopped.result.steps);
        const resumed = await run(experiment, { checkpoints, resumeFrom: checkpoint as never });
        expect([...stopped.probes, ...resumed.probes]).toEqual(plain.probes);
        expect(resumed.result.weightsSha256).toBe(plain.result.weightsSha256);
      }
    });
  });

  it('come before a checkpoint of their step, and are not taken again after a pause at step 0', async () => {
    await withExperiment({ batchSize: 5, epochs: 1 }, async (experiment) => {
      const checkpoints = new CheckpointStore(join(scratch, 'pause'));
      const control = new TrainingControl();
      control.pause();
      const events: TrainingEvent[] = [];
      const onEvent = (event: TrainingEvent): void => {
        events.push(event);
        if (event.kind === 'paused') setTimeout(() => control.stop(), 5);
      };
      const paused = await train({ experiment, plan: 'graph', control, checkpoints, onEvent });
      expect(paused.steps).toBe(0);
      expect(events.filter((event) => event.kind === 'histogram')).toHaveLength(12);
      const kinds = events.map((event) => event.kind);
      expect(kinds.lastIndexOf('histogram')).toBeLessThan(kinds.indexOf('paused'));
      const resumed = await run(experiment, { checkpoints, resumeFrom: checkpoints.latest() as never });
      expect(resumed.probes.map((probe) => probe.histogram.step)).toEqual(new Array<number>(12).fill(108));
    });
  });
});
