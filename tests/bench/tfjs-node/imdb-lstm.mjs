// @ts-check
/**
 * Lab 6's LSTM on tfjs-node: see train.mjs. After the steps: LENGTH, EMBEDDING, and "forward" or "stacked" (two layers in both
 * directions). tfjs runs the layer word by word, so that one step takes the time of hundreds of ours: a window is one step.
 */
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readFlags, trainSteps } from './train.mjs';

const [WORDS, BATCH, UNITS] = [20_000, 64, 64];
const { tf, dataFolder, steps } = readFlags();
const [lengthText = '200', embeddingText = '128', shape = 'forward'] = process.argv.slice(5);
const length = Number(lengthText);

/** @type {{ t: string, s: number }[]} */
const all = JSON.parse(fs.readFileSync(path.join(dataFolder, 'imdb', 'reviews.json'), 'utf8'));
// Enough for the few steps that it takes: every fifth review of the training rows.
const reviews = [...all.slice(12_500, 25_000), ...all.slice(37_500)].filter((_, i) => i % 5 === 0);
const texts = reviews.map(({ t }) =>
  Array.from(
    t
      .replaceAll('<br />', ' ')
      .toLowerCase()
      .matchAll(/[a-z0-9']+/g),
    ([word]) => word,
  ),
);
/** @type {Map<string, number>} */
const counts = new Map();
for (const word of texts.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, WORDS - 2);
const ids = new Map(frequent.map(([word], i) => [word, i + 2]));
const order = tf.util.createShuffledIndices(texts.length);

/** @param {boolean} handsOn */
const lstm = (handsOn) =>
  tf.layers.lstm({ units: UNITS, recurrentActivation: 'sigmoid', returnSequences: handsOn });
/** @param {boolean} handsOn */
const both = (handsOn) => tf.layers.bidirectional({ layer: lstm(handsOn), mergeMode: 'concat' });

const model = tf.sequential({
  layers: [
    tf.layers.embedding({ inputDim: WORDS, outputDim: Number(embeddingText), inputLength: length }),
    ...(shape === 'stacked' ? [both(true), both(false)] : [lstm(false)]),
    tf.layers.dense({ units: 1, activation: 'sigmoid' }),
  ],
});
model.compile({ optimizer: tf.train.adam(1e-3), loss: 'binaryCrossentropy', metrics: ['accuracy'] });

await trainSteps({
  tf,
  model,
  steps,
  batchSize: BATCH,
  warmUpSteps: 1,
  windowSteps: 1,
  makeBatch(step) {
    const x = new Float32Array(BATCH * length);
    const y = new Float32Array(BATCH);
    for (let i = 0; i < BATCH; i++) {
      const row = order[(step * BATCH + i) % order.length] ?? 0;
      const words = (texts[row] ?? []).slice(-length);
      words.forEach((word, k) => (x[(i + 1) * length - words.length + k] = ids.get(word) ?? 1));
      y[i] = reviews[row]?.s ?? 0;
    }
    return [tf.tensor2d(x, [BATCH, length]), tf.tensor2d(y, [BATCH, 1])];
  },
});
