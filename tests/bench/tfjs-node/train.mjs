// @ts-check
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { loadTfjsNode } from './load.mjs';

const BATCH = 64;
const PIXELS = 784;
const WARM_UP_STEPS = 20;
const WINDOW_STEPS = 10;

/** The flags of each program: `node PROGRAM BINDING DATA STEPS`. BINDING is the addon that build.mjs built. */
export function readFlags() {
  const [bindingFile = '', dataFolder = '', stepsText = '400'] = process.argv.slice(2);
  return { tf: loadTfjsNode(bindingFile), dataFolder, steps: Number(stepsText) };
}

/**
 * Trains a model on MNIST with Adam 1e-3, batches of 64.
 * @param {(tf: typeof import('@tensorflow/tfjs')) => import('@tensorflow/tfjs').LayersModel} makeModel ends in a softmax
 * @param {readonly number[]} imageShape of 784 values
 */
export async function trainOnMnist(makeModel, imageShape) {
  const { tf, dataFolder, steps } = readFlags();

  /** @param {string} name @param {number} headerBytes */
  const readIdx = (name, headerBytes) =>
    fs.readFileSync(path.join(dataFolder, 'mnist', name)).subarray(headerBytes);
  const images = Float32Array.from(readIdx('train-images-idx3-ubyte', 16), (value) => value / 255);
  const labels = readIdx('train-labels-idx1-ubyte', 8);
  const order = tf.util.createShuffledIndices(labels.length);

  const model = makeModel(tf);
  model.compile({
    optimizer: tf.train.adam(1e-3),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  await trainSteps({
    tf,
    model,
    steps,
    batchSize: BATCH,
    makeBatch(step) {
      const x = new Float32Array(BATCH * PIXELS);
      const y = new Float32Array(BATCH);
      for (let i = 0; i < BATCH; i++) {
        const row = order[(step * BATCH + i) % order.length] ?? 0;
        x.set(images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
        y[i] = labels[row] ?? 0;
      }
      return [tf.tensor(x, [BATCH, ...imageShape]), tf.tensor1d(y)];
    },
  });
}

/**
 * Trains a compiled model with TensorFlow.js alone, op by op, on tfjs-node's own binding: what a person gets from tfjs-node today, but
 * for the TensorFlow below it, which is the one that the labs run on. Prints a line of JSON for each window of steps after the
 * warm-up, with its examples per second, making the batches included, and at last the loss.
 * @param {object} options
 * @param {typeof import('@tensorflow/tfjs')} options.tf
 * @param {import('@tensorflow/tfjs').LayersModel} options.model
 * @param {number} options.steps after the warm-up
 * @param {number} options.batchSize
 * @param {(step: number) => [import('@tensorflow/tfjs').Tensor, import('@tensorflow/tfjs').Tensor]} options.makeBatch
 * @param {number} [options.warmUpSteps]
 * @param {number} [options.windowSteps]
 */
export async function trainSteps({
  tf,
  model,
  steps,
  batchSize,
  makeBatch,
  warmUpSteps = WARM_UP_STEPS,
  windowSteps = WINDOW_STEPS,
}) {
  /** @type {number[]} */
  const losses = [];
  let windowStart = 0;
  const all = steps + warmUpSteps;
  for (let step = 0; step < all; step++) {
    if (step >= warmUpSteps && (step - warmUpSteps) % windowSteps === 0) {
      const now = performance.now();
      const rate = (windowSteps * batchSize * 1000) / (now - windowStart);
      if (step > warmUpSteps) console.log(JSON.stringify({ kind: 'window', examples_per_s: rate }));
      windowStart = now;
    }
    const [x, y] = makeBatch(step);
    // The library's own training step, and of what it offers the fastest: docs/benchmarks.md has the others.
    const result = await model.trainOnBatch(x, y);
    losses.push(Array.isArray(result) ? (result[0] ?? NaN) : result);
    tf.dispose([x, y]);
  }
  const last = losses.slice(-50);
  console.log(
    JSON.stringify({
      kind: 'end',
      steps: all,
      loss: last.reduce((sum, loss) => sum + loss, 0) / last.length,
    }),
  );
}
