/**
 * Lab 1. Let the tensors flow: a multi-layer perceptron from low-level tensors.
 *
 * A digit is 784 grey values. Each layer multiplies them by a matrix, adds a bias and bends the result with a ReLU; the last
 * layer gives ten numbers, one a class, and softmax turns them into probabilities. Training asks of every weight: if you were a
 * little larger, how much would the loss grow? That is the gradient, and each step goes a little way against it.
 *
 * Nothing here is hidden in a layer class: the parameters are a record of named tensors, the model is a function of them, and a
 * step is a function from the old parameters to new ones.
 *
 * Paper: Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors". What differs: ReLU (Glorot
 * et al. 2011) in place of the sigmoid, cross-entropy in place of squared error, Adam (Kingma and Ba 2015), and a learning rate
 * that falls along half a cosine (Loshchilov and Hutter 2017), without which the last half percent does not come.
 */
import type { ConfigOf } from '../../shared/fields.ts';
import {
  dropout,
  normal,
  randomKey,
  sparseSoftmaxCrossEntropyByExample,
  tf,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '../runtime/index.ts';
import {
  adam,
  addWeightDecay,
  allWeights,
  clipByGlobalNorm,
  constant,
  cosine,
  globalNorm,
  named,
  rmsProp,
  sgd,
  valueAndGradients,
  type Batch,
  type Experiment,
  type Optimizer,
  type Parameters,
  type Weights,
} from '../training/index.ts';
import { CLASSIFIER_METRICS } from './classifier-metrics.ts';
import { defineLab, type Layer } from './lab.ts';
import { START_FIELDS } from './start-fields.ts';

// ---- hyperparameters

const fields = {
  data: {
    kind: 'data set',
    label: 'Data set',
    group: 'Data',
    help: 'Images with one label each; a small drawn set needs no download.',
    default: 'mnist',
    suggested: ['mnist', 'fashion-mnist', 'drawn-digits'],
  },
  epochs: {
    kind: 'integer',
    label: 'Epochs',
    group: 'Run',
    help: 'Passes over the training images.',
    default: 12,
    min: 1,
    max: 1000,
  },
  batchSize: {
    kind: 'integer',
    label: 'Batch size',
    group: 'Run',
    help: 'Images whose gradients are averaged in one step.',
    default: 64,
    min: 1,
    max: 8192,
    unit: 'images',
  },
  hiddenLayers: {
    kind: 'integer',
    label: 'Hidden layers',
    group: 'Model',
    help: 'Layers between the pixels and the classes; 0 is logistic regression.',
    default: 2,
    min: 0,
    max: 10,
  },
  hiddenUnits: {
    kind: 'integer',
    label: 'Hidden units',
    group: 'Model',
    help: 'Width of each hidden layer.',
    default: 512,
    min: 1,
    max: 4096,
    unit: 'units',
  },
  optimizer: {
    kind: 'choice',
    label: 'Optimizer',
    group: 'Optimizer',
    help: 'The rule that turns gradients into steps.',
    default: 'adam',
    choices: ['adam', 'rmsprop', 'momentum', 'nesterov', 'sgd'],
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    group: 'Optimizer',
    help: 'Length of a step; about 0.001 suits Adam and RMSProp, 0.1 SGD.',
    default: 0.001,
    min: 0,
    max: 1000,
  },
  schedule: {
    kind: 'choice',
    label: 'Schedule',
    group: 'Optimizer',
    help: 'How the learning rate changes: it falls along half a cosine to 0, or stays.',
    default: 'cosine',
    choices: ['cosine', 'constant'],
  },
  dropout: {
    kind: 'number',
    label: 'Dropout',
    group: 'Model',
    help: 'Share of hidden units switched off at random in each step.',
    default: 0,
    min: 0,
    max: 0.95,
  },
  weightDecay: {
    kind: 'number',
    label: 'Weight decay',
    group: 'Optimizer',
    help: 'Pulls weights towards 0: this much of half their squared length is added to the loss.',
    default: 0,
    min: 0,
    max: 1,
  },
  clipNorm: {
    kind: 'number',
    label: 'Clip gradients at',
    group: 'Optimizer',
    help: 'Longest gradient that is let through, all weights taken as one vector; 0 lets all through.',
    default: 0,
    min: 0,
    max: 1e6,
  },
  validationShare: {
    kind: 'number',
    label: 'Validation share',
    group: 'Data',
    help: 'Share of the training images held out to watch for overfitting.',
    default: 0.05,
    min: 0,
    max: 0.5,
  },
  patience: {
    kind: 'integer',
    label: 'Patience',
    group: 'Run',
    help: 'Stops after this many epochs without a lower validation loss; 0 never does.',
    default: 0,
    min: 0,
    max: 1000,
    unit: 'epochs',
  },
  ...START_FIELDS,
} as const;

type MlpConfig = ConfigOf<typeof fields>;

// ---- model

/** Widths of the layers from pixels to classes, e.g. [784, 512, 512, 10]. */
function layerWidths(
  { hiddenLayers, hiddenUnits }: Pick<MlpConfig, 'hiddenLayers' | 'hiddenUnits'>,
  pixels: number,
  classes: number,
): number[] {
  return [pixels, ...new Array<number>(hiddenLayers).fill(hiddenUnits), classes];
}

/**
 * Random weights with variance 2 / fan-in, which keeps the size of activations from layer to layer under ReLU (He et al. 2015,
 * "Delving deep into rectifiers", equation 10), and zero biases.
 */
export function initialParameters(widths: readonly number[], seed: number): Parameters {
  const parameters: Record<string, Tensor> = {};
  for (let layer = 1; layer < widths.length; layer++) {
    const fanIn = widths[layer - 1] as number;
    const fanOut = widths[layer] as number;
    const key = randomKey(seed, `weights${layer}`, tf.scalar(0, 'int32'));
    parameters[`weights${layer}`] = tf.mul(normal([fanIn, fanOut], key), Math.sqrt(2 / fanIn)); // [fanIn, fanOut]
    parameters[`bias${layer}`] = tf.zeros([fanOut]); // [fanOut]
  }
  return parameters;
}

/** Grey values 0 to 255, [batch, 28, 28], as numbers around 0 with a deviation of about 1 (MNIST's own mean and deviation). */
export function prepare(batch: Batch): Tensor2D {
  const images = named(batch, 'image');
  const pixels = images.size / images.shape[0];
  return tf.reshape(tf.div(tf.sub(tf.div(images, 255), 0.1307), 0.3081), [-1, pixels]); // [batch, pixels]
}

/**
 * What each layer makes of `x` [batch, pixels], and the next one gets: the hidden layers' activations, then the logits. `drop`,
 * given while training, is applied to each hidden layer's.
 */
export function activations(parameters: Parameters, x: Tensor2D, drop: Drop = (hidden) => hidden): Layer[] {
  const last = Object.keys(parameters).length / 2;
  const hidden: Layer[] = [];
  let h = x;
  for (let layer = 1; layer < last; layer++) {
    h = drop(tf.relu(affine(parameters, layer, h)), layer); // [batch, hiddenUnits]
    hidden.push({ name: `hidden${layer}`, tensor: h });
  }
  return [...hidden, { name: 'logits', tensor: affine(parameters, last, h) }]; // [batch, classes]
}

/** The logits of `x` [batch, pixels]: [batch, classes]. */
export function forward(parameters: Parameters, x: Tensor2D, drop?: Drop): Tensor2D {
  return activations(parameters, x, drop).at(-1)?.tensor as Tensor2D;
}

type Drop = (hidden: Tensor2D, layer: number) => Tensor2D;

function affine(parameters: Parameters, layer: number, x: Tensor2D): Tensor2D {
  return tf.add(
    tf.matMul(x, named(parameters, `weights${layer}`) as Tensor2D),
    named(parameters, `bias${layer}`),
  );
}

// ---- loss

/** Cross-entropy of each image, and 1 where the largest logit is the label's: both [batch]. */
export function measure(logits: Tensor2D, labels: Tensor1D): { loss: Tensor1D; accuracy: Tensor1D } {
  return {
    loss: sparseSoftmaxCrossEntropyByExample(labels, logits),
    accuracy: tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32'),
  };
}

// ---- experiment

const OPTIMIZERS: Record<MlpConfig['optimizer'], () => Optimizer> = {
  adam: () => adam(),
  rmsprop: () => rmsProp(),
  momentum: () => sgd({ momentum: 0.9 }),
  nesterov: () => sgd({ momentum: 0.9, nesterov: true }),
  sgd: () => sgd(),
};

export const mlp = defineLab({
  id: 'mnist-mlp',
  number: 1,
  title: 'Let the tensors flow',
  summary: 'An MLP from low-level tensors: matrices, gradients, an optimizer, and nothing hidden.',
  teaches: [
    'write a network as a function of named tensors',
    'follow a gradient from the loss to every weight',
    'tell training, validation and test accuracy apart',
  ],
  fields,
  labelFeatures: ['label'],
  inspect: {
    preparation: '(pixel / 255 - 0.1307) / 0.3081',
    prepare,
    layers: (weights, x) => activations(allWeights(weights), x as Tensor2D),
  },

  // Each was tried on MNIST and on the drawn digits; percentages are of MNIST's test images, seed 1.
  presets: [
    {
      name: 'Quick look',
      help: 'A small network on the drawn digits: over in seconds, with no download.',
      values: { data: 'drawn-digits', epochs: 8, hiddenUnits: 64 },
    },
    {
      name: 'Logistic regression',
      help: 'No hidden layer: straight boundaries between the classes get 92.6 %.',
      values: { hiddenLayers: 0 },
    },
    {
      name: 'Wide and regularised',
      help: 'Twice the units, three in ten switched off at random in each step: the test loss falls from 0.064 to 0.052.',
      values: { hiddenUnits: 1024, dropout: 0.3 },
    },
    {
      name: 'Plain gradient descent',
      help: 'SGD with a learning rate of its own gets 98.2 %: these images hardly need Adam.',
      values: { optimizer: 'sgd', learningRate: 0.1 },
    },
    {
      name: 'Learning by heart',
      help: 'Half the images held out and no rest: soon the validation loss rises while the training loss goes on down.',
      values: { validationShare: 0.5, epochs: 15, schedule: 'constant' },
    },
    {
      name: 'Too large a step',
      help: 'SGD five times too fast: within 25 steps the loss grows until a number overflows, and the run fails.',
      values: { optimizer: 'sgd', learningRate: 0.5, schedule: 'constant' },
    },
  ],

  metrics: CLASSIFIER_METRICS,

  weightShapes(config, imageShape, classes) {
    const pixels = imageShape.reduce((a, b) => a * b, 1);
    const widths = layerWidths(config, pixels, classes);
    return widths.slice(1).flatMap((fanOut, i) => [
      { name: `weights${i + 1}`, shape: [widths[i] as number, fanOut] },
      { name: `bias${i + 1}`, shape: [fanOut] },
    ]);
  },

  makeExperiment(config, data, seed): Experiment {
    const { train } = data.splits;
    const shape = train.features['image']?.rows.shape.slice(1) ?? [28, 28];
    const pixels = shape.reduce((a, b) => a * b, 1);
    const stepsPerEpoch = Math.floor(train.rows.length / config.batchSize);
    const optimizer = OPTIMIZERS[config.optimizer]();

    // Forward and back: the mean loss of the batch, its gradient for every parameter, and the accuracy. Frozen weights are buffers.
    const lossAndGradients = ({ parameters, buffers }: Weights, batch: Batch, step: Scalar) => {
      const x = prepare(batch);
      const labels = named(batch, 'label') as Tensor1D;
      const drop: Drop = (hidden, layer) =>
        dropout(hidden, config.dropout, randomKey(seed, `dropout${layer}`, step));
      return valueAndGradients((current) => {
        const { loss, accuracy } = measure(forward({ ...buffers, ...current }, x, drop), labels);
        return { loss: tf.mean<Scalar>(loss), aux: tf.mean<Scalar>(accuracy) };
      }, parameters);
    };

    return {
      seed,
      epochs: config.epochs,
      batchSize: config.batchSize,
      patience: config.patience,
      metricNames: ['loss', 'accuracy', 'gradientNorm'],
      splits: data.splits,
      optimizer,
      schedule:
        config.schedule === 'cosine'
          ? cosine(config.learningRate, stepsPerEpoch * config.epochs)
          : constant(config.learningRate),

      initialParameters: () => initialParameters(layerWidths(config, pixels, data.classes), seed),

      step({ parameters, buffers, slots }, batch, { learningRate, step }) {
        const { loss, gradients, aux: accuracy } = lossAndGradients({ parameters, buffers }, batch, step);

        // What may be done to the gradients, and then the step itself.
        const decayed = addWeightDecay(gradients, parameters, config.weightDecay);
        const clipped = config.clipNorm > 0 ? clipByGlobalNorm(decayed, config.clipNorm) : decayed;
        const next = optimizer.update({ parameters, gradients: clipped, slots, learningRate, step });
        return {
          state: { ...next, buffers },
          metrics: { loss, accuracy, gradientNorm: globalNorm(gradients) },
        };
      },

      gradients: (weights, batch, step) => lossAndGradients(weights, batch, step).gradients,

      evaluate(weights, batch) {
        return measure(forward(allWeights(weights), prepare(batch)), named(batch, 'label') as Tensor1D);
      },
    };
  },
});
