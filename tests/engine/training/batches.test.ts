import { beforeAll, describe, expect, it } from 'vitest';
import { labById } from '../../../src/engine/labs/index.ts';
import { startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { batchesOfEpoch, evaluationParts } from '../../../src/engine/training/batches.ts';
import {
  CheckpointStore,
  putOnDevice,
  train,
  TrainingControl,
  type DeviceData,
  type Experiment,
} from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { wordRows } from '../../support/word-rows.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

beforeAll(() => startRuntime());

const place = (): DeviceData =>
  putOnDevice(wordRows(), { validationShare: 0.1, seed: 1, integers: ['label'] });

/** Lab 5's experiment on rows of 4 to 12 tokens. */
function experimentOf(data: DeviceData, settings: Record<string, unknown> = {}): Experiment {
  const lab = labById('imdb-rnn');
  const small = { vocabularySize: 40, length: 12, units: 8, embedding: 8, batchSize: 20, epochs: 2 };
  return lab.makeExperiment(resolveConfig(lab.fields, { ...small, ...settings }), data, 1);
}

const sorted = (values: Int32Array): number[] => [...values].sort((a, b) => a - b);

describe('the batches of an epoch of sequences', () => {
  it.each(['fixed', 'longest', 'packed', 'bucketed'] as const)(
    'have each row at most once, and are wide enough (%s)',
    (batching) => {
      const data = place();
      const experiment = experimentOf(data, { batching });
      const { order, widths } = batchesOfEpoch(experiment, 0);
      const { rows, lengths } = data.splits.train;
      expect(order).toHaveLength(540);
      expect(sorted(order)).toEqual(sorted(rows));
      expect(widths).toHaveLength(27);
      [...(widths ?? [])].forEach((width, batch) => {
        const longest = Math.max(
          ...order.subarray(batch * 20, (batch + 1) * 20).map((row) => lengths![row]!),
        );
        expect(width).toBeGreaterThanOrEqual(longest);
        if (batching === 'fixed') expect(width).toBe(12);
        else expect(width - longest).toBeLessThan(2 + (batching === 'bucketed' ? 6 : 0));
      });
      data.dispose();
    },
  );

  it('are others in each epoch, and the same for the same seed; grouping leaves less padding', () => {
    const data = place();
    const experiment = experimentOf(data, { batching: 'bucketed' });
    expect(batchesOfEpoch(experiment, 1)).toEqual(
      batchesOfEpoch(experimentOf(data, { batching: 'bucketed' }), 1),
    );
    expect(batchesOfEpoch(experiment, 1).order).not.toEqual(batchesOfEpoch(experiment, 0).order);
    const places = (batching: string) => {
      const { widths } = batchesOfEpoch(experimentOf(data, { batching }), 0);
      return [...(widths ?? [])].reduce((sum, width) => sum + width, 0);
    };
    expect(places('bucketed')).toBeLessThan(places('longest'));
    expect(places('longest')).toBeLessThanOrEqual(places('fixed'));
    data.dispose();
  });
});

it('evaluates every row once, in parts of like length', () => {
  const data = place();
  const { test } = data.splits;
  const parts = evaluationParts(experimentOf(data), test, 16);
  expect(sorted(Int32Array.from(parts.flatMap(({ places }) => [...places])))).toEqual(sorted(test.rows));
  expect(new Set(parts.map(({ width }) => width)).size).toBeLessThanOrEqual(4);
  for (const { places, width } of parts) {
    for (const at of places) expect(test.lengths![test.rows[at]!]).toBeLessThanOrEqual(width!);
  }
  data.dispose();
});

/** Trains to the end, or until so many steps were told; returns every loss and the weights' hash. */
async function losses(
  experiment: Experiment,
  options: Partial<Parameters<typeof train>[0]> & { readonly stopAfter?: number } = {},
) {
  const control = new TrainingControl();
  const told: number[] = [];
  const result = await train({
    experiment,
    plan: 'graph',
    control,
    probes: false,
    ...options,
    onEvent: (event) => {
      if (event.kind !== 'steps') return;
      told.push(...(event.values['loss'] as Float32Array));
      if (options.stopAfter !== undefined && told.length >= options.stopAfter) control.stop();
    },
  });
  return { told, result };
}

describe('training on batches of several widths', () => {
  it('gives the losses of the same batches at full width', async () => {
    const data = place();
    const cut = experimentOf(data, { batching: 'longest', dropout: 0 });
    const full = experimentOf(data, { batching: 'fixed', dropout: 0 });
    const [a, b] = [await losses(cut), await losses(full)];
    expect(a.told).toHaveLength(54);
    a.told.forEach((loss, i) => expect(loss).toBeCloseTo(b.told[i]!, 5));
    expect(a.result.test['loss']).toBeCloseTo(b.result.test['loss']!, 5);
    data.dispose();
  });

  it('goes on from a checkpoint with the same bits', async () => {
    const data = place();
    const folder = mkdtempSync(join(tmpdir(), 'gradient-lab-batches-'));
    const checkpoints = new CheckpointStore(folder);
    const experiment = () => experimentOf(data, { batching: 'bucketed' });
    const whole = await losses(experiment());
    const first = await losses(experiment(), { checkpoints, stopAfter: 31 });
    expect(first.result.outcome).toBe('stopped');
    const resumeFrom = checkpoints.latest()!;
    expect(resumeFrom.progress.stepInEpoch).toBeGreaterThan(0);
    const second = await losses(experiment(), { resumeFrom });
    expect([...first.told, ...second.told]).toEqual(whole.told);
    expect(second.result.weightsSha256).toBe(whole.result.weightsSha256);
    rmSync(folder, { recursive: true });
    data.dispose();
  });

  it('leaves no tensor behind', async () => {
    const data = place();
    const before = tf.memory().numTensors;
    await losses(experimentOf(data, { batching: 'bucketed', epochs: 1 }));
    expect(tf.memory().numTensors).toBe(before);
    data.dispose();
  });
});
