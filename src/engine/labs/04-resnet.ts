/**
 * Lab 4. ResNets: plain and residual networks of growing depth.
 *
 * A deeper network can do all that a shallower one can: its further layers only have to leave their input as it is. Yet trained from
 * the same start it ends with a larger error, on the training images too. A residual block learns what to *add* to its input, so that
 * leaving it as it is means learning zero, and its gradient has a way back around every layer.
 *
 * The layers are Keras's, as TensorFlow.js has them; the step, with its augmentation and its loss, is written out below.
 *
 * Paper: He, Zhang, Ren and Sun 2015, "Deep residual learning for image recognition", section 4.2; the variant with activation before
 * the convolution is He et al. 2016, "Identity mappings in deep residual networks". What differs: each channel's mean is subtracted and
 * its deviation divided out, in place of each pixel's mean; the training is shorter; the learning rate may fall along a cosine
 * (Loshchilov and Hutter 2017), which suits short trainings better than two steps.
 */
import type { Config, ConfigOf } from '../../shared/fields.ts';
import { makeModel, type Model } from '../layers/index.ts';
import {
  sparseSoftmaxCrossEntropyByExample,
  tf,
  type Scalar,
  type SymbolicTensor,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '../runtime/index.ts';
import {
  addWeightDecay,
  allWeights,
  augment,
  constant,
  cosine,
  globalNorm,
  named,
  sgd,
  stepDecay,
  valueAndGradients,
  type Augmentation,
  type Batch,
  type Experiment,
  type Parameters,
  type Weights,
} from '../training/index.ts';
import { CLASSIFIER_METRICS } from './classifier-metrics.ts';
import { defineLab } from './lab.ts';
import { START_FIELDS } from './start-fields.ts';

// ---- hyperparameters

const fields = {
  data: {
    kind: 'data set',
    label: 'Data set',
    group: 'Data',
    help: 'Images with one label each, in colour or grey, of at least 4 pixels a side; your own too.',
    default: 'cifar-10',
    suggested: ['cifar-10', 'mnist', 'fashion-mnist', 'drawn-digits'],
  },
  epochs: {
    kind: 'integer',
    label: 'Epochs',
    group: 'Run',
    help: 'Passes over the training images; the paper has 182, which takes hours on a processor.',
    default: 10,
    min: 1,
    max: 1000,
  },
  batchSize: {
    kind: 'integer',
    label: 'Batch size',
    group: 'Run',
    help: 'Images whose gradients are averaged in one step, and over which batch normalisation takes its statistics.',
    default: 128,
    min: 2,
    max: 8192,
    unit: 'images',
  },
  architecture: {
    kind: 'choice',
    label: 'Architecture',
    group: 'Model',
    help: 'Plain layers, the same with shortcuts around every two of them, or shortcuts with the activation first.',
    default: 'residual',
    choices: ['residual', 'plain', 'pre-activation'],
  },
  blocks: {
    kind: 'integer',
    label: 'Blocks a stage',
    group: 'Model',
    help: 'n blocks of two layers in each of three stages: the depth is 6n + 2, so 3 is 20 layers and 5 is 32.',
    default: 3,
    min: 1,
    max: 18,
    unit: 'blocks',
  },
  filters: {
    kind: 'integer',
    label: 'Filters',
    group: 'Model',
    help: 'Channels of the first stage; the next two have twice and four times as many.',
    default: 16,
    min: 1,
    max: 256,
    unit: 'channels',
  },
  shortcut: {
    kind: 'choice',
    label: 'Shortcut',
    group: 'Model',
    help: 'Where a stage begins: every second pixel, and zeros for the new channels (A), or a learnt 1 x 1 convolution (B).',
    default: 'A',
    choices: ['A', 'B'],
  },
  learningRate: {
    kind: 'number',
    label: 'Learning rate',
    group: 'Optimizer',
    help: 'Length of the first step; 0.1 is the paper’s.',
    default: 0.1,
    min: 0,
    max: 1000,
  },
  schedule: {
    kind: 'choice',
    label: 'Schedule',
    group: 'Optimizer',
    help: 'How the rate changes: along half a cosine to 0, to a tenth after half and again after three quarters of the steps, or not.',
    default: 'cosine',
    choices: ['cosine', 'steps', 'constant'],
  },
  momentum: {
    kind: 'number',
    label: 'Momentum',
    group: 'Optimizer',
    help: 'Share of the last step that is taken again.',
    default: 0.9,
    min: 0,
    max: 0.999,
  },
  weightDecay: {
    kind: 'number',
    label: 'Weight decay',
    group: 'Optimizer',
    help: 'Pulls weights towards 0: this much of half their squared length is added to the loss.',
    default: 1e-4,
    min: 0,
    max: 1,
  },
  crop: {
    kind: 'integer',
    label: 'Pad and crop',
    group: 'Augmentation',
    help: 'Zeros around each training image before a piece of its old size is cut out at random; 0 does nothing.',
    default: 4,
    min: 0,
    max: 64,
    unit: 'pixels',
  },
  flip: {
    kind: 'choice',
    label: 'Mirror',
    group: 'Augmentation',
    help: 'Mirrors half of the training images left to right: right for photographs, wrong for digits.',
    default: 'yes',
    choices: ['yes', 'no'],
  },
  cutout: {
    kind: 'integer',
    label: 'Cutout',
    group: 'Augmentation',
    help: 'Edge of a square that is blanked out in each training image; 16 suits CIFAR-10 in long trainings.',
    default: 0,
    min: 0,
    max: 512,
    unit: 'pixels',
  },
  brightness: {
    kind: 'number',
    label: 'Brightness',
    group: 'Augmentation',
    help: 'Most that is added to all values of a training image or taken away, in deviations.',
    default: 0,
    min: 0,
    max: 5,
  },
  contrast: {
    kind: 'number',
    label: 'Contrast',
    group: 'Augmentation',
    help: 'A training image’s values are multiplied by 1 minus this to 1 plus this.',
    default: 0,
    min: 0,
    max: 1,
  },
  validationShare: {
    kind: 'number',
    label: 'Validation share',
    group: 'Data',
    help: 'Share of the training images held out to watch for overfitting; the paper has 5,000 of 50,000.',
    default: 0.1,
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

type ResNetConfig = ConfigOf<typeof fields>;

// ---- data

/** Means and deviations of the red, green and blue values of CIFAR-10's training images, 0 to 1. */
const MEANS = [0.4914, 0.4822, 0.4465];
const DEVIATIONS = [0.247, 0.2435, 0.2616];
/** For images with one channel, of any data set: the means of these three. */
const GREY_MEAN = 0.4734;
const GREY_DEVIATION = 0.2507;

/** Values 0 to 255, [batch, height, width] or with channels, as numbers around 0 with a deviation of about 1. */
export function prepare(batch: Batch): Tensor4D {
  const images = named(batch, 'image');
  const [size, height, width, channels = 1] = images.shape as [number, number, number, number?];
  const x: Tensor4D = tf.reshape(tf.div(images, 255), [size, height, width, channels]);
  const [means, deviations] = channels === 3 ? [MEANS, DEVIATIONS] : [[GREY_MEAN], [GREY_DEVIATION]];
  return tf.div(tf.sub(x, tf.tensor1d(means)), tf.tensor1d(deviations)); // [batch, height, width, channels]
}

/** What `prepare` was given, of what it made; for looking at augmented images. */
function stored(x: Tensor): Tensor {
  const [means, deviations] = x.shape.at(-1) === 3 ? [MEANS, DEVIATIONS] : [[GREY_MEAN], [GREY_DEVIATION]];
  return tf.mul(tf.add(tf.mul(x, tf.tensor1d(deviations)), tf.tensor1d(means)), 255);
}

/** What a step trains on: prepared images, each cut, mirrored and lit by itself as `config` says. */
function augmented(batch: Batch, config: ResNetConfig, seed: number, step: Scalar): Tensor4D {
  return augment(prepare(batch), augmentationOf(config), seed, step);
}

function augmentationOf({ crop, flip, cutout, brightness, contrast }: ResNetConfig): Augmentation {
  return { padding: crop, flip: flip === 'yes', cutout, brightness, contrast };
}

// ---- model

type NetworkConfig = Pick<ResNetConfig, 'architecture' | 'blocks' | 'filters' | 'shortcut'>;

/**
 * A first convolution; three stages of n blocks of two, each stage with half the rows and columns and twice the channels of the one before;
 * the mean of each channel; a matrix to the classes. 6n + 2 layers with weights. Output: the logits, [batch, classes].
 */
export function network(config: NetworkConfig, imageShape: readonly number[], classes: number): Model {
  const [height = 1, width = 1, channels = 1] = imageShape;
  return makeModel(() => {
    const input = tf.input({ shape: [height, width, channels], name: 'image' });
    const isFirst = config.architecture === 'pre-activation';
    let x = convolution(input, config.filters, 3, 1, 'first'); // [batch, height, width, filters]
    if (!isFirst) x = relu(normalised(x, 'first'), 'first');
    for (const stage of [1, 2, 3]) {
      for (let block = 1; block <= config.blocks; block++) {
        const filters = config.filters * 2 ** (stage - 1);
        const stride = stage > 1 && block === 1 ? 2 : 1;
        const name = `stage${stage}_block${block}`;
        x = isFirst
          ? preActivationBlock(x, filters, stride, config, name)
          : postActivationBlock(x, filters, stride, config, name);
      }
    }
    if (isFirst) x = relu(normalised(x, 'last'), 'last');
    const pooled = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as SymbolicTensor;
    const logits = tf.layers
      .dense({ units: classes, kernelInitializer: 'heNormal', name: 'logits' })
      .apply(pooled);
    return tf.model({ inputs: input, outputs: logits as SymbolicTensor });
  });
}

/** ReLU(x + BN(conv(ReLU(BN(conv(x)))))): figure 2 of the first paper. A plain one leaves the "x +" out. */
function postActivationBlock(
  x: SymbolicTensor,
  filters: number,
  stride: 1 | 2,
  config: NetworkConfig,
  name: string,
): SymbolicTensor {
  let y = convolution(x, filters, 3, stride, `${name}_1`);
  y = relu(normalised(y, `${name}_1`), `${name}_1`);
  y = normalised(convolution(y, filters, 3, 1, `${name}_2`), `${name}_2`);
  if (config.architecture !== 'plain') {
    const shortcut =
      stride === 1
        ? x
        : config.shortcut === 'A'
          ? identityWithZeros(x, filters, name)
          : normalised(convolution(x, filters, 1, 2, `${name}_shortcut`), `${name}_shortcut`);
    y = tf.layers.add({ name: `${name}_add` }).apply([shortcut, y]) as SymbolicTensor;
  }
  return relu(y, `${name}_2`);
}

/** x + conv(ReLU(BN(conv(ReLU(BN(x)))))): figure 4 (e) of the second paper. Nothing stands in the way of the sum. */
function preActivationBlock(
  x: SymbolicTensor,
  filters: number,
  stride: 1 | 2,
  config: NetworkConfig,
  name: string,
): SymbolicTensor {
  const active = relu(normalised(x, `${name}_1`), `${name}_1`);
  let y = convolution(active, filters, 3, stride, `${name}_1`);
  y = relu(normalised(y, `${name}_2`), `${name}_2`);
  y = convolution(y, filters, 3, 1, `${name}_2`);
  const shortcut =
    stride === 1
      ? x
      : config.shortcut === 'A'
        ? identityWithZeros(x, filters, name)
        : convolution(active, filters, 1, 2, `${name}_shortcut`);
  return tf.layers.add({ name: `${name}_add` }).apply([shortcut, y]) as SymbolicTensor;
}

/**
 * Without a bias, which batch normalisation would take away. Weights have variance 2 / fan-in (He et al. 2015, "Delving deep into
 * rectifiers"). At stride 2, TensorFlow's "same" pads below and on the right alone; the paper's nets pad on all sides.
 */
function convolution(
  x: SymbolicTensor,
  filters: number,
  kernelSize: 1 | 3,
  stride: 1 | 2,
  name: string,
): SymbolicTensor {
  const isPadded = kernelSize === 3 && stride === 2;
  const padded = isPadded ? tf.layers.zeroPadding2d({ padding: 1, name: `${name}_pad` }).apply(x) : x;
  return tf.layers
    .conv2d({
      filters,
      kernelSize,
      strides: stride,
      padding: isPadded ? 'valid' : 'same',
      useBias: false,
      kernelInitializer: 'heNormal',
      name: `${name}_conv`,
    })
    .apply(padded) as SymbolicTensor;
}

function normalised(x: SymbolicTensor, name: string): SymbolicTensor {
  return tf.layers
    .batchNormalization({ momentum: 0.9, epsilon: 1e-5, name: `${name}_norm` })
    .apply(x) as SymbolicTensor;
}

function relu(x: SymbolicTensor, name: string): SymbolicTensor {
  return tf.layers.reLU({ name: `${name}_relu` }).apply(x) as SymbolicTensor;
}

/**
 * Option A: every second row and column, and channels of zeros up to `filters`; no weights. In layers that every Keras knows: a mean of
 * one pixel takes it as it is, and channels are padded as columns, in whose place they stand meanwhile.
 */
function identityWithZeros(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const missing = filters - (x.shape[3] as number);
  const steps = [
    tf.layers.averagePooling2d({ poolSize: 1, strides: 2, name: `${name}_half` }),
    tf.layers.permute({ dims: [1, 3, 2], name: `${name}_channels_out` }), // [batch, rows, channels, columns]
    tf.layers.zeroPadding2d({
      padding: [
        [0, 0],
        [0, missing],
      ],
      name: `${name}_zeros`,
    }),
    tf.layers.permute({ dims: [1, 3, 2], name: `${name}_channels_back` }), // [batch, rows, columns, filters]
  ];
  return steps.reduce((y, step) => step.apply(y) as SymbolicTensor, x);
}

/** [rows, columns, channels] of images that are stored with or without channels. */
function withChannels(shape: readonly number[]): number[] {
  const [height = 1, width = 1, channels = 1] = shape;
  return [height, width, channels];
}

/** The model that weights belong to: their last matrix tells the classes. */
function networkOf(weights: Weights, x: Tensor, config: Config): Model {
  return network(config as NetworkConfig, x.shape.slice(1), named(allWeights(weights), 'logits/bias').size);
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

export const resnet = defineLab({
  id: 'cifar-resnet',
  number: 4,
  title: 'ResNets',
  summary: 'Plain and residual networks of growing depth: why a way around layers makes deep ones learn.',
  teaches: [
    'tell a network that cannot fit from one that fits too well',
    'build residual blocks, and say what each part is for',
    'augment images inside the training step, and see what it is worth',
  ],
  fields,
  labelFeatures: ['label'],
  inspect: {
    preparation: '(value / 255 - channel mean) / channel deviation',
    prepare,
    layers: (weights, x, config) => networkOf(weights, x, config).activations(weights, x),
    network: networkOf,
    augmentation: {
      augment: (batch, config, seed, step) => augmented(batch, config as ResNetConfig, seed, step),
      toStored: stored,
    },
    describe: (config, imageShape, classes) =>
      network(config as NetworkConfig, withChannels(imageShape), classes).describe(),
    toKeras: (weights, config, imageShape, classes) =>
      network(config as NetworkConfig, withChannels(imageShape), classes).toKeras(weights),
    toTfjs: (weights, config, imageShape, classes) =>
      network(config as NetworkConfig, withChannels(imageShape), classes).toTfjs(weights),
  },

  presets: [
    {
      name: 'Quick look',
      help: 'An 8-layer residual net of half the width on the drawn digits: over in half a minute, with no download.',
      values: {
        data: 'drawn-digits',
        epochs: 4,
        batchSize: 64,
        blocks: 1,
        filters: 8,
        crop: 2,
        flip: 'no',
      },
    },
    {
      name: 'Plain-20',
      help: 'The same 20 layers without shortcuts.',
      values: { architecture: 'plain' },
    },
    {
      name: 'Plain-32',
      help: '32 layers without shortcuts: the paper’s deeper net with the larger error.',
      values: { architecture: 'plain', blocks: 5 },
    },
    {
      name: 'ResNet-32',
      help: '32 layers with shortcuts around every two of them.',
      values: { blocks: 5 },
    },
    {
      name: 'The paper’s schedule',
      help: '182 epochs, a tenth of the rate after half and three quarters of them: for a machine with time, or a GPU.',
      values: { epochs: 182, schedule: 'steps' },
    },
  ],

  comparisons: [
    {
      name: 'Plain against residual',
      help: 'The paper’s question: 20 and 32 layers, each without shortcuts and with them. Is the deeper one better?',
      runs: [
        { name: 'Plain-20', values: { architecture: 'plain', blocks: 3 } },
        { name: 'Plain-32', values: { architecture: 'plain', blocks: 5 } },
        { name: 'ResNet-20', values: { architecture: 'residual', blocks: 3 } },
        { name: 'ResNet-32', values: { architecture: 'residual', blocks: 5 } },
      ],
    },
  ],

  metrics: [
    ...CLASSIFIER_METRICS,
    {
      name: 'firstGradientNorm',
      label: 'Gradient norm, first layer',
      meaning: 'length of the gradient of the first convolution',
      unit: 'none',
      better: 'neither',
    },
    {
      name: 'lastGradientNorm',
      label: 'Gradient norm, last block',
      meaning: 'length of the gradient of the last convolution',
      unit: 'none',
      better: 'neither',
    },
  ],

  makeExperiment(config, data, seed): Experiment {
    const { train } = data.splits;
    const imageShape = withChannels(train.features['image']?.rows.shape.slice(1) ?? []);
    const model = network(config, imageShape, data.classes);
    const steps = Math.floor(train.rows.length / config.batchSize) * config.epochs;
    const optimizer = sgd({ momentum: config.momentum });

    // Forward and back: the mean loss of the augmented batch, its gradients, the accuracy, and the new moving averages.
    const lossAndGradients = ({ parameters, buffers }: Weights, batch: Batch, step: Scalar) => {
      const x = augmented(batch, config, seed, step);
      const labels = named(batch, 'label') as Tensor1D;
      return valueAndGradients((current) => {
        const applied = model.apply({ parameters: current, buffers }, x, { seed, step });
        const { loss, accuracy } = measure(applied.output as Tensor2D, labels);
        return {
          loss: tf.mean<Scalar>(loss),
          aux: { accuracy: tf.mean<Scalar>(accuracy), buffers: applied.buffers },
        };
      }, parameters);
    };
    // A frozen layer has no gradient.
    const normOf = (gradients: Parameters, name: string): Scalar =>
      gradients[name] === undefined ? tf.scalar(0) : globalNorm({ [name]: gradients[name] });

    return {
      seed,
      epochs: config.epochs,
      batchSize: config.batchSize,
      patience: config.patience,
      metricNames: ['loss', 'accuracy', 'gradientNorm', 'firstGradientNorm', 'lastGradientNorm'],
      splits: data.splits,
      optimizer,
      schedule: {
        cosine: cosine(config.learningRate, steps),
        steps: stepDecay(config.learningRate, [Math.round(steps / 2), Math.round((3 * steps) / 4)], 0.1),
        constant: constant(config.learningRate),
      }[config.schedule],

      initialParameters: () => model.initialWeights(seed).parameters,
      initialBuffers: () => model.initialWeights(seed).buffers,

      step(state, batch, { learningRate, step }) {
        const { loss, gradients, aux } = lossAndGradients(state, batch, step);
        const decayed = addWeightDecay(gradients, state.parameters, config.weightDecay);
        const next = optimizer.update({ ...state, gradients: decayed, learningRate, step });
        return {
          state: { ...next, buffers: aux.buffers },
          metrics: {
            loss,
            accuracy: aux.accuracy,
            gradientNorm: globalNorm(gradients),
            firstGradientNorm: normOf(gradients, 'first_conv/kernel'),
            lastGradientNorm: normOf(gradients, `stage3_block${config.blocks}_2_conv/kernel`),
          },
        };
      },

      gradients: (weights, batch, step) => lossAndGradients(weights, batch, step).gradients,

      evaluate(weights, batch) {
        const { output } = model.apply(weights, prepare(batch));
        return measure(output as Tensor2D, named(batch, 'label') as Tensor1D);
      },
    };
  },
});
