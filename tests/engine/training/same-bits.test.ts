import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { labById } from '../../../src/engine/labs/index.ts';
import { binding, startRuntime, tf } from '../../../src/engine/runtime/index.ts';
import { initialState, putOnDevice } from '../../../src/engine/training/index.ts';
import { SameBits } from '../../../src/engine/training/same-bits.ts';
import { TrainingSteps, type StepsResult } from '../../../src/engine/training/steps.ts';
import { resolveConfig } from '../../../src/shared/fields.ts';
import { blobs } from '../../support/blobs.ts';

beforeAll(() => startRuntime());
afterEach(() => vi.restoreAllMocks());

/** A result of two steps whose only weight is `weight`. */
function resultOf(weight: number, loss = 1): StepsResult {
  return {
    state: { parameters: { w: tf.scalar(weight) }, buffers: {}, slots: {} },
    metrics: { loss: Float32Array.of(loss, loss / 2) },
    finite: true,
  };
}

/** Whether a check of these two says that they are the same. */
async function same(onOne: Promise<StepsResult>, onAll: Promise<StepsResult>): Promise<boolean> {
  const onSame = vi.fn();
  const check = new SameBits(onSame);
  check.compare(onOne, onAll);
  await check.settled();
  return onSame.mock.calls.length === 1;
}

describe('the same bits', () => {
  it('are all of them: every weight, every slot, every metric', async () => {
    const all = resultOf(1);
    expect(await same(Promise.resolve(resultOf(1)), Promise.resolve(all))).toBe(true);
    expect(await same(Promise.resolve(resultOf(1 + 2 ** -23)), Promise.resolve(all))).toBe(false);
    expect(await same(Promise.resolve(resultOf(1, 1 + 2 ** -23)), Promise.resolve(all))).toBe(false);
    const slot = {
      ...resultOf(1),
      state: { parameters: { w: tf.scalar(1) }, buffers: {}, slots: { m: { w: tf.scalar(0) } } },
    };
    expect(await same(Promise.resolve(slot), Promise.resolve(all))).toBe(false);
    tf.dispose(all.state as never);
  });

  it('are read from the steps that count as soon as these come back, and from the others when they do', async () => {
    const before = tf.memory().numTensors;
    const all = resultOf(2);
    let finish: (result: StepsResult) => void = () => undefined;
    const one = new Promise<StepsResult>((resolve) => (finish = resolve));
    const onSame = vi.fn();
    const check = new SameBits(onSame);
    const taking = Promise.resolve(all);
    check.compare(one, taking);
    await taking;
    tf.dispose(all.state as never); // as the loop does
    finish(resultOf(2));
    await check.settled();
    expect(onSame).toHaveBeenCalledOnce();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are not seen where either way fails, and nothing is left behind', async () => {
    const before = tf.memory().numTensors;
    const failing = (): Promise<StepsResult> => Promise.reject(new Error('no'));
    expect(await same(Promise.resolve(resultOf(1)), failing())).toBe(false);
    const all = resultOf(1);
    expect(await same(failing(), Promise.resolve(all))).toBe(false);
    expect(await same(failing(), failing())).toBe(false);
    tf.dispose(all.state as never);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are looked for once, in a run that has a while to go and whose steps are short', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const check = new SameBits(() => undefined);
    expect(check.isDue(2, 10_000)).toBe(false); // too early
    now = 301;
    expect(check.isDue(undefined, 10_000)).toBe(false);
    expect(check.isDue(2, 1000)).toBe(false); // nearly over
    expect(check.isDue(25, 10_000)).toBe(false); // long steps
    expect(check.isDue(2, 10_000)).toBe(true);
    check.compare(Promise.reject(new Error('no')), Promise.reject(new Error('no')));
    expect(check.isDue(2, 10_000)).toBe(false);
    await check.settled();
  });
});

describe('steps on one thread', () => {
  it('are those on all threads under XLA, and free what they make', async () => {
    const lab = labById('mnist-mlp');
    const data = putOnDevice(blobs(), { validationShare: 0, seed: 1, integers: lab.labelFeatures });
    const config = resolveConfig(lab.fields, { hiddenUnits: 64, batchSize: 20, dropout: 0.2 });
    const experiment = lab.makeExperiment(config, data, 1);
    const steps = new TrainingSteps(experiment, 'xla', () => undefined);
    const before = [binding().getNumOfTensors(), tf.memory().numTensors];
    steps.startEpoch({ order: data.splits.train.rows, widths: undefined });
    const state = initialState(experiment);
    const onAll = steps.take(state, 0, 0, 10);
    expect(await same(steps.take(state, 0, 0, 10, 'one'), onAll)).toBe(true);

    // From one way to the other and back, the tensors go along.
    const ten = await onAll;
    const fifteen = await steps.take(ten.state, 10, 10, 5, 'one');
    const twenty = await steps.take(fifteen.state, 15, 0, 5);
    expect(twenty.metrics['loss']?.every((loss) => loss < (ten.metrics['loss']?.[0] ?? 0))).toBe(true);
    tf.dispose([state, ten.state, fifteen.state, twenty.state] as never);
    steps.dispose();
    expect([binding().getNumOfTensors(), tf.memory().numTensors]).toEqual(before);
    data.dispose();
  });
});
