// @ts-check
/** Lab 4's ResNet-20 on tfjs-node, with pad-crop and flip: see train.mjs. */
import fs from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { readFlags, trainSteps } from './train.mjs';

/** @typedef {import('@tensorflow/tfjs').SymbolicTensor} SymbolicTensor */

const BATCH = 128;
const SIDE = 32;
const PAD = 4;
const BYTES = SIDE * SIDE * 3;
const L2 = 1e-4 / 2;
const MEANS = [0.4914, 0.4822, 0.4465];
const DEVIATIONS = [0.247, 0.2435, 0.2616];

const { tf, dataFolder, steps } = readFlags();
const images = readImages();
const labels = /** @type {number[]} */ (
  JSON.parse(fs.readFileSync(path.join(dataFolder, 'cifar10', 'train_lables.json'), 'utf8'))
);
const order = tf.util.createShuffledIndices(images.length / BYTES);

const model = resNet20();
model.compile({
  optimizer: tf.train.momentum(0.1, 0.9),
  loss: 'sparseCategoricalCrossentropy',
  metrics: ['accuracy'],
});
await trainSteps({
  tf,
  model,
  steps,
  batchSize: BATCH,
  makeBatch,
  warmUpSteps: 3,
  windowSteps: 1,
});

/** The first sheet of the training images: more than any measurement here gets to see. */
function readImages() {
  const sheet = PNG.sync.read(fs.readFileSync(path.join(dataFolder, 'cifar10', 'data_batch_1.png')));
  const values = new Float32Array(sheet.height * BYTES);
  for (let pixel = 0; pixel < sheet.width * sheet.height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = /** @type {number} */ (sheet.data[pixel * 4 + channel]) / 255;
      values[pixel * 3 + channel] =
        (value - /** @type {number} */ (MEANS[channel])) / /** @type {number} */ (DEVIATIONS[channel]);
    }
  }
  return values;
}

/** @param {number} step @returns {[import('@tensorflow/tfjs').Tensor, import('@tensorflow/tfjs').Tensor]} */
function makeBatch(step) {
  const x = new Float32Array(BATCH * BYTES);
  const y = new Float32Array(BATCH);
  for (let i = 0; i < BATCH; i++) {
    const row = order[(step * BATCH + i) % order.length] ?? 0;
    const [down, right] = [randomShift(), randomShift()];
    const flips = Math.random() < 0.5;
    for (let r = 0; r < SIDE; r++) {
      for (let c = 0; c < SIDE; c++) {
        const [fromRow, fromColumn] = [r + down, (flips ? SIDE - 1 - c : c) + right];
        if (fromRow < 0 || fromRow >= SIDE || fromColumn < 0 || fromColumn >= SIDE) continue; // stays 0
        const from = row * BYTES + (fromRow * SIDE + fromColumn) * 3;
        x.set(images.subarray(from, from + 3), i * BYTES + (r * SIDE + c) * 3);
      }
    }
    y[i] = labels[row] ?? 0;
  }
  return [tf.tensor4d(x, [BATCH, SIDE, SIDE, 3]), tf.tensor1d(y)];
}

function randomShift() {
  return Math.floor(Math.random() * (2 * PAD + 1)) - PAD;
}

/** He et al. 2015, section 4.2: n = 3, option A. */
function resNet20() {
  const { layers, regularizers } = tf;
  const decay = () => regularizers.l2({ l2: L2 });

  /** @param {SymbolicTensor} x @param {number} filters @param {number} stride */
  const convolved = (x, filters, stride) => {
    const padded = stride === 1 ? x : layers.zeroPadding2d({ padding: 1 }).apply(x);
    return /** @type {SymbolicTensor} */ (
      layers
        .conv2d({
          filters,
          kernelSize: 3,
          strides: stride,
          padding: stride === 1 ? 'same' : 'valid',
          useBias: false,
          kernelInitializer: 'heNormal',
          kernelRegularizer: decay(),
        })
        .apply(padded)
    );
  };
  /** @param {SymbolicTensor} x */
  const normalised = (x) =>
    /** @type {SymbolicTensor} */ (
      layers
        .batchNormalization({
          momentum: 0.9,
          epsilon: 1e-5,
          gammaRegularizer: decay(),
          betaRegularizer: decay(),
        })
        .apply(x)
    );
  /** @param {SymbolicTensor} x */
  const relu = (x) => /** @type {SymbolicTensor} */ (layers.reLU().apply(x));
  /** Every second pixel, and channels of zeros: see lab 4. @param {SymbolicTensor} x @param {number} missing */
  const shortcut = (x, missing) =>
    [
      layers.averagePooling2d({ poolSize: 1, strides: 2 }),
      layers.permute({ dims: [1, 3, 2] }),
      layers.zeroPadding2d({
        padding: [
          [0, 0],
          [0, missing],
        ],
      }),
      layers.permute({ dims: [1, 3, 2] }),
    ].reduce((y, layer) => /** @type {SymbolicTensor} */ (layer.apply(y)), x);

  const input = tf.input({ shape: [SIDE, SIDE, 3] });
  let x = relu(normalised(convolved(input, 16, 1)));
  for (const filters of [16, 32, 64]) {
    for (let block = 0; block < 3; block++) {
      const stride = filters > 16 && block === 0 ? 2 : 1;
      const y = relu(normalised(convolved(x, filters, stride)));
      const way = stride === 2 ? shortcut(x, filters / 2) : x;
      const sum = layers.add().apply([way, normalised(convolved(y, filters, 1))]);
      x = relu(/** @type {SymbolicTensor} */ (sum));
    }
  }
  const pooled = layers.globalAveragePooling2d({}).apply(x);
  const output = layers
    .dense({
      units: 10,
      activation: 'softmax',
      kernelInitializer: 'heNormal',
      kernelRegularizer: decay(),
      biasRegularizer: decay(),
    })
    .apply(pooled);
  return tf.model({ inputs: input, outputs: /** @type {SymbolicTensor} */ (output) });
}
