import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeModel, type Applied, type Model } from '../../../src/engine/layers/index.ts';
import {
  binding,
  dropout,
  PLANS,
  randomKey,
  startRuntime,
  tf,
  type Plan,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '../../../src/engine/runtime/index.ts';
import {
  CheckpointStore,
  initialState,
  named,
  NonFiniteError,
  restore,
  train,
  TrainingControl,
  weightsOf,
  weightsSha256,
  type DeviceData,
  type Experiment,
  type TrainingResult,
} from '../../../src/engine/training/index.ts';
import { experimentWith, placeBlobs } from './helpers.ts';

let scratch = '';
let data: DeviceData;
beforeAll(() => {
  startRuntime();
  scratch = mkdtempSync(join(tmpdir(), 'gradient-lab-layers-'));
  data = placeBlobs();
});
afterAll(() => {
  data.dispose();
  rmSync(scratch, { recursive: true, force: true });
});

const cnn = (): Model =>
  makeModel(() =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({
          filters: 6,
          kernelSize: 3,
          activation: 'relu',
          inputShape: [8, 8, 1],
          name: 'conv',
        }),
        tf.layers.batchNormalization({ name: 'norm', momentum: 0.9 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dropout({ rate: 0.25, name: 'drop' }),
        tf.layers.dense({ units: 10, name: 'logits', kernelRegularizer: tf.regularizers.l2({ l2: 1e-3 }) }),
      ],
    }),
  );

/** The same in low-level ops, from the same first weights. */
const byHand: Pick<Model, 'initialWeights' | 'apply'> = {
  initialWeights: (seed) => cnn().initialWeights(seed),
  apply({ parameters, buffers }, x, training): Applied {
    const [mean, variance] = [named(buffers, 'norm/moving_mean'), named(buffers, 'norm/moving_variance')];
    const filtered = tf.add(
      tf.conv2d(x as Tensor4D, named(parameters, 'conv/kernel') as Tensor4D, 1, 'valid'),
      named(parameters, 'conv/bias'),
    );
    const h = tf.relu(filtered);
    const own = tf.moments(h, [0, 1, 2]);
    const [m, v] = training ? [own.mean, own.variance] : [mean, variance];
    const normal = tf.div(tf.sub(h, m), tf.sqrt(tf.add(v, 1e-3)));
    const scaled = tf.add(tf.mul(normal, named(parameters, 'norm/gamma')), named(parameters, 'norm/beta'));
    const pooled = tf.maxPool(scaled as Tensor4D, 2, 2, 'valid');
    const flat = tf.reshape(pooled, [pooled.shape[0], -1]);
    const kept = training ? dropout(flat, 0.25, randomKey(training.seed, 'layer drop', training.step)) : flat;
    const kernel = named(parameters, 'logits/kernel') as Tensor2D;
    const output = tf.add(tf.matMul(kept as Tensor2D, kernel), named(parameters, 'logits/bias'));
    const moved = (average: Tensor, current: Tensor): Tensor =>
      training ? tf.add(tf.mul(average, 0.9), tf.mul(current, 0.1)) : tf.clone(average);
    return {
      output,
      outputs: [output],
      penalty: tf.mul(tf.sum(tf.square(kernel)), 1e-3),
      buffers: {
        'norm/moving_mean': moved(mean, own.mean),
        'norm/moving_variance': moved(variance, own.variance),
      },
    };
  },
};

async function run(
  experiment: Experiment,
  options: Partial<Parameters<typeof train>[0]> & { stopAt?: number } = {},
): Promise<{ losses: number[]; result: TrainingResult }> {
  const losses: number[] = [];
  const control = new TrainingControl();
  const result = await train({
    experiment,
    plan: 'graph',
    control,
    onEvent: (event) => {
      if (event.kind !== 'steps') return;
      losses.push(...Array.from(event.values['loss'] as ArrayLike<number>));
      if (losses.length >= (options.stopAt ?? Infinity)) control.stop();
    },
    ...options,
  });
  return { losses, result };
}

describe('training a layers model', () => {
  it.each(PLANS)('has the losses of the same model by hand, under %s', async (plan: Plan) => {
    const layered = await run(experimentWith(cnn(), data), { plan });
    const plain = await run(experimentWith(byHand, data), { plan: 'graph' });
    expect(layered.losses).toHaveLength(54);
    layered.losses.forEach((loss, i) =>
      expect(Math.abs(loss - (plain.losses[i] as number)), `step ${i}`).toBeLessThan(2e-4),
    );
    expect(layered.result.validation['loss']).toBeCloseTo(plain.result.validation['loss'] as number, 3);
    expect(layered.losses.at(-1)).toBeLessThan(0.5 * (layered.losses[0] as number));
  });

  it('leaves no tensor behind', async () => {
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    for (const plan of PLANS) await run(experimentWith(cnn(), data, { epochs: 1 }), { plan });
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
  });

  it.each(['graph', 'xla'] as const)(
    'goes on from a checkpoint with the same bits, moving averages too (%s)',
    async (plan) => {
      const whole = await run(experimentWith(cnn(), data), { plan });
      const checkpoints = new CheckpointStore(join(scratch, plan));
      const first = await run(experimentWith(cnn(), data), { plan, checkpoints, stopAt: 11 });
      expect(first.result.outcome).toBe('stopped');
      const resumeFrom = checkpoints.latest();
      const rest = await run(experimentWith(cnn(), data), {
        plan,
        checkpoints,
        ...(resumeFrom && { resumeFrom }),
      });
      expect([...first.losses, ...rest.losses]).toEqual(whole.losses);
      expect(rest.result.weightsSha256).toBe(whole.result.weightsSha256);
      expect(rest.result.test).toEqual(whole.result.test);

      const last = checkpoints.latest() as NonNullable<typeof resumeFrom>;
      const fresh = initialState(experimentWith(cnn(), data));
      const restored = restore(last, fresh);
      const looked = weightsOf(last);
      expect(weightsSha256(restored)).toBe(whole.result.weightsSha256);
      expect(weightsSha256(looked)).toBe(whole.result.weightsSha256);
      // The averages have moved, and are part of the sum.
      expect(restored.buffers['norm/moving_mean']?.dataSync()).not.toEqual(
        fresh.buffers['norm/moving_mean']?.dataSync(),
      );
      expect(weightsSha256({ ...restored, buffers: fresh.buffers })).not.toBe(whole.result.weightsSha256);
      tf.dispose([fresh, restored, looked] as never);
    },
  );

  it('finds a buffer that is not finite', async () => {
    const experiment = experimentWith(cnn(), data);
    const broken: Experiment = {
      ...experiment,
      step(state, batch, inputs) {
        const next = experiment.step(state, batch, inputs);
        const buffers = { ...next.state.buffers, 'norm/moving_mean': tf.fill([6], NaN) };
        return { ...next, state: { ...next.state, buffers } };
      },
    };
    const failed = await run(broken).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(NonFiniteError);
    expect((failed as Error).message).toContain('NaN in ');
  });
});
