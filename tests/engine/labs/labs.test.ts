import { beforeAll, describe, expect, it } from 'vitest';
import { LABS, labById, type Lab } from '../../../src/engine/labs/index.ts';
import {
  binding,
  PLANS,
  startRuntime,
  tf,
  type Plan,
  type Tensor2D,
} from '../../../src/engine/runtime/index.ts';
import {
  gatherBatch,
  globalNorm,
  putOnDevice,
  train,
  TrainingControl,
  type DeviceData,
  type TrainingResult,
} from '../../../src/engine/training/index.ts';
import { resolveConfig, type Config } from '../../../src/shared/fields.ts';
import { LAB_IDS } from '../../../src/shared/labs.ts';
import { blobs } from '../../support/blobs.ts';
import { wordRows } from '../../support/word-rows.ts';

beforeAll(() => startRuntime());

/** The tiny data set: of texts, or of images that are large enough for two convolutions without padding. */
function placeTiny(lab: Lab, seed = 1): DeviceData {
  const data = lab.encoding === undefined ? blobs({ side: 16 }) : wordRows();
  return putOnDevice(data, { validationShare: 0.1, seed, integers: lab.labelFeatures });
}

/** Its classes differ in their place: training images stay where they are. And networks are small, so that all plans are quick. */
const TINY = { shift: 0, rotation: 0, scaling: 0, crop: 0, flip: 'no', cutout: 0, blocks: 1 };
/** As many words and units as the tiny texts need. */
const TINY_TEXT = {
  vocabularySize: 40,
  length: 12,
  units: 8,
  embedding: 8,
  learningRate: 0.02,
  dropout: 0,
  batching: 'fixed',
};

/** The configuration for `settings`, as far as the lab has such fields. */
function configOf(lab: Lab, settings: Record<string, unknown>): Config {
  const tiny = lab.encoding === undefined ? TINY : TINY_TEXT;
  const known = Object.entries({ ...tiny, ...settings }).filter(([name]) => Object.hasOwn(lab.fields, name));
  return resolveConfig(lab.fields, Object.fromEntries(known));
}

/** Trains a lab on the tiny data set and returns its losses, step by step. */
async function trainTiny(
  id: string,
  settings: Record<string, unknown>,
  plan: Plan,
  seed = 1,
): Promise<{ losses: number[]; result: TrainingResult }> {
  const lab = labById(id);
  const data = placeTiny(lab, seed);
  const losses: number[] = [];
  try {
    const result = await train({
      experiment: lab.makeExperiment(configOf(lab, settings), data, seed),
      plan,
      control: new TrainingControl(),
      onEvent: (event) => {
        if (event.kind === 'steps') losses.push(...Array.from(event.values['loss'] as ArrayLike<number>));
      },
    });
    return { losses, result };
  } finally {
    data.dispose();
  }
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('the list of labs', () => {
  it('has known ids, each once, in the order of their numbers', () => {
    const ids = LABS.map((lab) => lab.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(LABS.map((lab) => LAB_IDS[lab.number - 1])).toEqual(ids);
    expect(() => labById('mnist')).toThrow('Unknown lab "mnist".');
  });

  it.each(LABS)(
    '$id has presets that its own schema accepts, and describes just the metrics that it measures',
    (lab) => {
      for (const { values } of lab.presets) {
        expect(resolveConfig(lab.fields, values)).toMatchObject(values);
        expect(Object.entries(values).every(([name, value]) => lab.fields[name]?.default !== value)).toBe(
          true,
        );
      }
      const names = lab.presets.map((preset) => preset.name);
      expect(new Set(names).size).toBe(names.length);
      const data = placeTiny(lab);
      const experiment = lab.makeExperiment(resolveConfig(lab.fields, {}), data, 1);
      data.dispose();
      expect(lab.metrics.map((metric) => metric.name)).toEqual(experiment.metricNames);
      expect(lab.metrics[0]).toMatchObject({ name: 'loss', better: 'lower' });
    },
  );

  it.each(LABS.map((lab) => lab.id))('%s learns, and leaves no tensor behind', async (id) => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    const { losses, result } = await trainTiny(id, { epochs: 6, batchSize: 20 }, 'graph');
    expect(losses).toHaveLength(27 * 6);
    expect(mean(losses.slice(-10))).toBeLessThan(0.2 * mean(losses.slice(0, 10)));
    expect(result.test['accuracy']).toBeGreaterThan(0.9);
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });

  it.each(LABS.map((lab) => lab.id))('%s has the same losses under every plan, for 50 steps', async (id) => {
    // Small steps, because large ones make more of what plans round differently.
    const small = { learningRate: 0.001, weightDecay: 1e-4, clipNorm: 1 };
    const settings = { epochs: 2, batchSize: 20, dropout: 0.3, ...small };
    const [eager, ...others] = await Promise.all(
      PLANS.map(async (plan) => (await trainTiny(id, settings, plan)).losses.slice(0, 50)),
    );
    expect(eager).toHaveLength(50);
    for (const losses of others) {
      losses.forEach((loss, i) => {
        const expected = eager?.[i] as number;
        expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * Math.max(1, expected));
      });
    }
  });

  it.each(LABS)(
    '$id shows the gradients that a step starts from, and the logits that are evaluated',
    (lab) => {
      const data = placeTiny(lab);
      const config = configOf(lab, { dropout: 0.3 });
      const experiment = lab.makeExperiment(config, data, 1);
      tf.tidy(() => {
        const parameters = experiment.initialParameters();
        const buffers = experiment.initialBuffers?.() ?? {};
        const state = { parameters, buffers, slots: experiment.optimizer.initialSlots(parameters) };
        const rows = tf.tensor1d([5, 17, 101, 300], 'int32');
        const batch = gatherBatch(data.splits.train.features, rows);
        const step = tf.scalar(3, 'int32');
        const gradients = experiment.gradients(state, batch, step);
        expect(Object.keys(gradients).sort()).toEqual(Object.keys(parameters).sort());
        const { metrics } = experiment.step(state, batch, { learningRate: tf.scalar(0.1), step });
        expect(globalNorm(gradients).dataSync()).toEqual(metrics['gradientNorm']?.dataSync());

        const layers = lab.inspect.layers(state, lab.inspect.prepare(batch), config);
        const logits = layers.at(-1)?.tensor as Tensor2D;
        const z = logits.arraySync();
        const labels = batch['label']?.dataSync() ?? [];
        const losses = experiment.evaluate(state, batch)['loss']?.dataSync() ?? [];
        z.forEach((row, i) => {
          const byHand =
            Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - (row[labels[i] as number] as number);
          expect(losses[i]).toBeCloseTo(byHand, 4);
        });
      });
      data.dispose();
    },
  );

  it.each(LABS.map((lab) => lab.id))('%s depends on its seed, and on nothing else', async (id) => {
    const settings = { epochs: 1, batchSize: 20, dropout: 0.3 };
    const first = await trainTiny(id, settings, 'graph', 3);
    const second = await trainTiny(id, settings, 'graph', 3);
    const other = await trainTiny(id, settings, 'graph', 4);
    expect(second.losses).toEqual(first.losses);
    expect(second.result.weightsSha256).toBe(first.result.weightsSha256);
    expect(other.result.weightsSha256).not.toBe(first.result.weightsSha256);
  });
});
