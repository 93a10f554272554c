import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labById } from '../../../src/engine/labs/index.ts';
import { binding, startRuntime, tf, type Tensor } from '../../../src/engine/runtime/index.ts';
import {
  CheckpointStore,
  initialState,
  NonFiniteError,
  putOnDevice,
  restore,
  train,
  TrainingControl,
  weightsSha256,
  type Experiment,
  type TrainingEvent,
  type TrainingResult,
} from '../../../src/engine/training/index.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { blobs } from '../../support/blobs.ts';

let scratch = '';
let folders = 0;
beforeAll(() => {
  startRuntime();
  scratch = mkdtempSync(join(tmpdir(), 'gradient-lab-loop-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const makeStore = (): CheckpointStore => new CheckpointStore(join(scratch, String(folders++)));

/** Gives `use` lab 1's experiment on the tiny data set. */
async function withExperiment<R>(
  settings: Record<string, unknown>,
  use: (experiment: Experiment) => Promise<R>,
): Promise<R> {
  const lab = labById('mnist-mlp');
  const data = putOnDevice(blobs(), { validationShare: 0.1, seed: 1, integers: lab.labelFeatures });
  const config = resolveConfig(lab.fields, {
    hiddenUnits: 16,
    batchSize: 20,
    epochs: 3,
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
  /** Each step's loss, by step. */
  readonly losses: Map<number, number>;
}

async function run(
  experiment: Experiment,
  options: Partial<Parameters<typeof train>[0]> & {
    onSteps?: (step: number, control: TrainingControl) => void;
  } = {},
): Promise<Seen> {
  const control = new TrainingControl();
  const events: TrainingEvent[] = [];
  const losses = new Map<number, number>();
  const result = await train({
    experiment,
    plan: 'graph',
    control,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'steps') {
        const loss = event.values['loss'] as ArrayLike<number>;
        for (let i = 0; i < loss.length; i++) losses.set(event.step + i, loss[i] as number);
        options.onSteps?.(event.step + loss.length - 1, control);
      }
      if (event.kind === 'paused') setTimeout(() => control.resume(), 20);
    },
    ...options,
  });
  return { result, events, losses };
}

describe('the training loop', () => {
  it('takes every step once, validates after each epoch, and measures the test split at the end', async () => {
    await withExperiment({}, async (experiment) => {
      const { result, events, losses } = await run(experiment);
      expect([...losses.keys()]).toEqual(Array.from({ length: 3 * 27 }, (_, i) => i + 1));
      expect(result).toMatchObject({ outcome: 'completed', steps: 81, epoch: 3, plan: 'graph' });
      const epochs = events.filter((event) => event.kind === 'epoch');
      expect(epochs.map((event) => event.step)).toEqual([27, 54, 81]);
      const mean = (from: number, to: number): number => {
        let sum = 0;
        for (let step = from; step <= to; step++) sum += losses.get(step) as number;
        return sum / (to - from + 1);
      };
      expect(epochs[1]?.values['train/loss']).toBeCloseTo(mean(28, 54), 12);
      expect(epochs[2]?.values['validation/loss']).toBe(result.validation['loss']);
      expect(result.test['accuracy']).toBeGreaterThan(0.5);
    });
  });

  it('is not changed by a pause', async () => {
    await withExperiment({ batchSize: 5 }, async (experiment) => {
      const plain = await run(experiment);
      const paused = await run(experiment, {
        onSteps: (step, control) => {
          if (step > 30 && step < 100) control.pause();
        },
      });
      expect(paused.events.filter((event) => event.kind === 'paused').length).toBeGreaterThan(0);
      expect(paused.result.weightsSha256).toBe(plain.result.weightsSha256);
      expect(paused.losses).toEqual(plain.losses);
    });
  });

  it.each(['graph', 'xla', 'eager'] as const)(
    'goes on from a stop bit by bit as if there had been none, under plan %s',
    async (plan) => {
      await withExperiment({ batchSize: 5, patience: 5 }, async (experiment) => {
        const plain = await run(experiment, { plan });
        const checkpoints = makeStore();
        const stopped = await run(experiment, {
          plan,
          checkpoints,
          onSteps: (step, control) => {
            if (step >= 130) control.stop();
          },
        });
        expect(stopped.result.outcome).toBe('stopped');
        expect(stopped.result.steps).toBeGreaterThanOrEqual(130);
        expect(stopped.result.steps).toBeLessThan(216); // in the middle of the second epoch
        const checkpoint = checkpoints.latest();
        expect(checkpoint?.progress.step).toBe(stopped.result.steps);
        const resumed = await run(experiment, {
          plan,
          checkpoints,
          resumeFrom: checkpoint as NonNullable<typeof checkpoint>,
        });
        expect(resumed.result.weightsSha256).toBe(plain.result.weightsSha256);
        for (const split of ['train', 'validation', 'test'] as const)
          expect(resumed.result[split]).toEqual(plain.result[split]);
        for (const [step, loss] of plain.losses)
          expect((step <= stopped.result.steps ? stopped : resumed).losses.get(step)).toBe(loss);
      });
    },
  );

  it('stops early when the validation loss does not fall, and says so', async () => {
    await withExperiment(
      { epochs: 50, learningRate: 0, schedule: 'constant', patience: 2, dropout: 0 },
      async (experiment) => {
        const { result } = await run(experiment);
        expect(result).toMatchObject({
          outcome: 'completed',
          epoch: 3,
          earlyStop: 'The validation loss has not improved for 2 epochs.',
        });
      },
    );
  });

  it('refuses a batch that is larger than the training split', async () => {
    await withExperiment({ batchSize: 541 }, async (experiment) => {
      await expect(run(experiment)).rejects.toThrow(
        'A batch of 541 examples is larger than the training split of 540.',
      );
    });
    await withExperiment({ batchSize: 540, epochs: 2 }, async (experiment) => {
      expect((await run(experiment)).result.steps).toBe(2);
    });
  });

  it.each(['graph', 'xla'] as const)(
    'ends with the step and the tensor that was not finite first, under plan %s',
    async (plan) => {
      await withExperiment({}, async (experiment) => {
        // The logarithm of 0 in step 40 and after: an infinite loss whose origin is the Log, not what comes after.
        const poisoned: Experiment = {
          ...experiment,
          step: (state, batch, inputs) => {
            const next = experiment.step(state, batch, inputs);
            const distance = tf.cast(tf.less(inputs.step, tf.scalar(39, 'int32')), 'float32');
            const poison = tf.sub(tf.log(distance), tf.log(distance)); // 0, or -Infinity minus -Infinity
            const bias1 = tf.add(next.state.parameters['bias1'] as Tensor, poison);
            return { ...next, state: { ...next.state, parameters: { ...next.state.parameters, bias1 } } };
          },
        };
        const before = binding().getNumOfTensors();
        const error = await run(poisoned, { plan }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(NonFiniteError);
        expect((error as NonFiniteError).found).toMatchObject({ step: 39, value: '-Infinity' });
        expect((error as NonFiniteError).found.tensor).toMatch(/^Log \[\] at .*loop\.test\.ts/);
        expect((error as NonFiniteError).message).toMatch(
          /^Step 40 made a value that is not finite: -Infinity in Log/,
        );
        expect(binding().getNumOfTensors()).toBe(before);
      });
    },
  );

  it('tells every step up to the one that was not finite, and none after it', async () => {
    await withExperiment(
      { learningRate: 3, optimizer: 'sgd', schedule: 'constant', dropout: 0, hiddenUnits: 256 },
      async (experiment) => {
        const losses: number[] = [];
        const error = await train({
          experiment,
          plan: 'graph',
          control: new TrainingControl(),
          onEvent: (event) => {
            if (event.kind !== 'steps') return;
            expect(event.step).toBe(losses.length + 1);
            losses.push(...(event.values['loss'] as Float32Array));
          },
        }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(NonFiniteError);
        const { step } = (error as NonFiniteError).found;
        expect(losses).toHaveLength(step + 1);
        expect(losses.slice(0, -1).every((loss) => Number.isFinite(loss))).toBe(true);
        expect(Math.max(...losses.slice(0, -1))).toBeGreaterThan(1000);
      },
    );
  });

  it('ends a run whose learning rate is far too high', async () => {
    await withExperiment(
      { learningRate: 1000, optimizer: 'sgd', schedule: 'constant', hiddenLayers: 5 },
      async (experiment) => {
        await expect(run(experiment)).rejects.toThrow(/is not finite/);
      },
    );
  });

  it('trains 2,000 steps and finds tensors and memory where they were', { timeout: 120_000 }, async () => {
    await withExperiment({ epochs: 75, hiddenUnits: 128 }, async (experiment) => {
      const tensors: number[] = [];
      const memory: number[] = [];
      const { result } = await run(experiment, {
        onSteps: () => {
          tensors.push(binding().getNumOfTensors());
          memory.push(process.memoryUsage().rss);
        },
      });
      expect(result.steps).toBeGreaterThan(2000);
      // A machine with other things to do may be slow enough for a look at one thread: a second copy of the state, for a moment.
      const counts = tensors.slice(2);
      expect(new Set(counts).size).toBeLessThanOrEqual(2);
      expect(Math.min(...counts.slice(-10))).toBe(Math.min(...counts));
      // After the first quarter, in which allocators and compilers settle.
      const settled = memory.slice(memory.length >> 2);
      expect((settled.at(-1) as number) - (settled[0] as number)).toBeLessThan(30e6);
    });
  });
});

describe('checkpoints', () => {
  it('keep two, ignore what is half written, and skip what is damaged, with word of it', async () => {
    await withExperiment({ epochs: 4 }, async (experiment) => {
      const checkpoints = makeStore();
      await run(experiment, { checkpoints, checkpointSeconds: 0, checkpointNotes: () => 'as it was' });
      const files = readdirSync(checkpoints.folder).sort();
      expect(files).toEqual([expect.any(String), 'step-000000108.safetensors']);
      expect(checkpoints.latest()?.notes).toBe('as it was');
      const before = Number(/\d+/.exec(files[0] as string)?.[0]);
      expect(before).toBeGreaterThanOrEqual(81);
      expect(checkpoints.latest()?.progress).toMatchObject({ step: 108, epoch: 4 });

      writeFileSync(join(checkpoints.folder, 'step-000000200.safetensors.partial'), 'half');
      truncateSync(join(checkpoints.folder, files[1] as string), 5000);
      const skipped: string[] = [];
      expect(
        checkpoints.latest((path, error) => skipped.push(`${path}: ${error.message}`))?.progress.step,
      ).toBe(before);
      expect(skipped).toHaveLength(1);
      expect(skipped[0]).toMatch(/step-000000108\.safetensors: .*not a whole safetensors file/);

      const older = join(checkpoints.folder, files[0] as string);
      const bytes = readFileSync(older);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
      writeFileSync(older, bytes);
      expect(checkpoints.latest()).toBeUndefined();
      expect(new CheckpointStore(join(scratch, 'none')).latest()).toBeUndefined();
    });
  });

  it('restore the state that they were made of, and refuse another experiment', async () => {
    const checkpoints = makeStore();
    const sha = await withExperiment({}, async (experiment) => {
      const { result } = await run(experiment, { checkpoints });
      const fresh = initialState(experiment);
      const restored = restore(checkpoints.latest() as never, fresh);
      expect(weightsSha256(restored)).toBe(result.weightsSha256);
      expect(weightsSha256(fresh)).not.toBe(result.weightsSha256);
      tf.dispose([fresh, restored] as never);
      return result.weightsSha256;
    });
    expect(sha).toMatch(/^[0-9a-f]{64}$/);
    await withExperiment({ hiddenUnits: 17 }, async (experiment) => {
      await expect(run(experiment, { resumeFrom: checkpoints.latest() as never })).rejects.toThrow(
        /does not fit the experiment: its tensor "parameters\/weights1" is F32 \[64, 16\], expected F32 \[64, 17\]/,
      );
    });
    await withExperiment({ optimizer: 'sgd' }, async (experiment) => {
      await expect(run(experiment, { resumeFrom: checkpoints.latest() as never })).rejects.toThrow(
        /it has a tensor "slots\/momentum\/bias1", which the experiment has not/,
      );
    });
  });
});
