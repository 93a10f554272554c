// @ts-check
/** Lab 1's perceptron on tfjs-node: see train.mjs. */
import { trainOnMnist } from './train.mjs';

await trainOnMnist(
  (tf) =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 512, activation: 'relu', inputShape: [784] }),
        tf.layers.dense({ units: 512, activation: 'relu' }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
  [784],
);
