/**
 * The kinds of layers that a model from a file may have: for each, the settings that matter and how tfjs builds it.
 *
 * A file's settings are untrusted: each is checked before a layer is made of it. What only training minds (initialisers,
 * regularisers, constraints) is left out; what would compute something else than tfjs does is refused.
 */
import { tf, type layers } from '../runtime/index.ts';

type Layer = layers.Layer;

/** The value as tfjs takes it, or undefined where it is not one that the setting can have. */
type Check = (value: unknown) => unknown;

export interface LayerKind {
  readonly settings: Readonly<Record<string, Check>>;
  /** `settings` are the kind's own, checked; `name` is the layer's. */
  readonly make: (settings: never) => Layer;
}

/** More is no layer of a model that trains here, and a number far beyond it would only cost memory. */
const MOST_UNITS = 65_536;
const MOST_CELLS = 4096;

const whole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? value : undefined;
const listOf =
  (item: Check, length?: number): Check =>
  (value) =>
    Array.isArray(value) &&
    value.length <= 8 &&
    (length === undefined || value.length === length) &&
    value.every((each) => item(each) !== undefined)
      ? value
      : undefined;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value) ? value : undefined;
const either =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.map((check) => check(value)).find((found) => found !== undefined);

const units = whole(1, MOST_UNITS);
const cells = whole(1, MOST_CELLS);
const number: Check = (value) => (Number.isFinite(value) ? value : undefined);
const yesNo = oneOf(true, false);
/** Rows and columns, each or both at once. */
const pair = either(cells, listOf(cells, 2));
const share: Check = (value) => (typeof value === 'number' && value >= 0 && value < 1 ? value : undefined);
const padding = oneOf('valid', 'same');
const axis = either(whole(-8, 8), listOf(whole(-8, 8), 1));
/** A margin on all sides, or for rows and columns, or for each side. */
const margin = either(
  whole(0, MOST_CELLS),
  listOf(whole(0, MOST_CELLS), 2),
  listOf(listOf(whole(0, MOST_CELLS), 2), 2),
);

/** Keras's names of what tfjs computes alike. `hard_sigmoid` is missing: Keras 3 and tfjs have different ones. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  swish: 'swish',
  silu: 'swish',
};
const activation: Check = (value) => {
  if (value === null) return 'linear';
  return typeof value === 'string' && Object.hasOwn(ACTIVATIONS, value) ? ACTIVATIONS[value] : undefined;
};

const convolution = {
  filters: units,
  kernelSize: pair,
  strides: pair,
  padding,
  dilationRate: pair,
  activation,
  useBias: yesNo,
};
const pooling = { poolSize: pair, strides: pair, padding };

function kind(settings: LayerKind['settings'], make: (settings: never) => Layer): LayerKind {
  return { settings, make };
}

export const LAYER_KINDS: Readonly<Record<string, LayerKind>> = {
  Activation: kind({ activation }, tf.layers.activation),
  Add: kind({}, tf.layers.add),
  Average: kind({}, tf.layers.average),
  AveragePooling2D: kind(pooling, tf.layers.averagePooling2d),
  BatchNormalization: kind(
    { axis, momentum: number, epsilon: number, center: yesNo, scale: yesNo },
    tf.layers.batchNormalization,
  ),
  Concatenate: kind({ axis: whole(-8, 8) }, tf.layers.concatenate),
  Conv2D: kind(convolution, tf.layers.conv2d),
  Cropping2D: kind({ cropping: margin }, tf.layers.cropping2D),
  Dense: kind({ units, activation, useBias: yesNo }, tf.layers.dense),
  DepthwiseConv2D: kind({ ...convolution, depthMultiplier: units }, tf.layers.depthwiseConv2d),
  Dropout: kind({ rate: share }, tf.layers.dropout),
  ELU: kind({ alpha: oneOf(1) }, tf.layers.elu),
  Flatten: kind({}, tf.layers.flatten),
  GaussianDropout: kind({ rate: share }, tf.layers.gaussianDropout),
  GaussianNoise: kind({ stddev: number }, tf.layers.gaussianNoise),
  GlobalAveragePooling2D: kind({}, tf.layers.globalAveragePooling2d),
  GlobalMaxPooling2D: kind({}, tf.layers.globalMaxPooling2d),
  LayerNormalization: kind(
    { axis, epsilon: number, center: yesNo, scale: yesNo },
    tf.layers.layerNormalization,
  ),
  LeakyReLU: kind({ alpha: number }, tf.layers.leakyReLU),
  MaxPooling2D: kind(pooling, tf.layers.maxPooling2d),
  Maximum: kind({}, tf.layers.maximum),
  Minimum: kind({}, tf.layers.minimum),
  Multiply: kind({}, tf.layers.multiply),
  Permute: kind({ dims: listOf(whole(1, 8)) }, tf.layers.permute),
  ReLU: kind({ maxValue: number }, tf.layers.reLU),
  Rescaling: kind({ scale: number, offset: number }, tf.layers.rescaling),
  Reshape: kind({ targetShape: listOf(either(cells, oneOf(-1))) }, tf.layers.reshape),
  SeparableConv2D: kind({ ...convolution, depthMultiplier: units }, tf.layers.separableConv2d),
  Softmax: kind({ axis }, tf.layers.softmax),
  UpSampling2D: kind({ size: pair, interpolation: oneOf('nearest', 'bilinear') }, tf.layers.upSampling2d),
  ZeroPadding2D: kind({ padding: margin }, tf.layers.zeroPadding2d),
};

/** Settings that may be there with one of these values only: any other computes what tfjs does not. */
const FIXED: Readonly<Record<string, readonly unknown[]>> = {
  dataFormat: ['channels_last', 'channelsLast', null],
  groups: [1],
  keepdims: [false],
  negativeSlope: [0],
  threshold: [0],
  renorm: [false],
  synchronized: [false],
  rmsScaling: [false],
  noiseShape: [null],
  quantizationConfig: [null],
  loraRank: [null],
};

/** Settings that change nothing of what a layer computes, or only how it trained before. */
const OF_NO_MATTER =
  /^(name|trainable|dtype|seed|batchInputShape|inputShape|inputDtype|virtualBatchSize|renormMomentum|renormClipping)$|(Initializer|Regularizer|Constraint|Initialiser)$/;

/** A setting that cannot be kept, and its value; or the settings as tfjs takes them. */
export type CheckedSettings =
  | { readonly kind: 'sound'; readonly settings: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly setting: string; readonly value: unknown };

/** The settings of a layer of a kind in the table; `given` has tfjs's names. */
export function checkSettings(kindName: string, given: Readonly<Record<string, unknown>>): CheckedSettings {
  const own = (LAYER_KINDS[kindName] as LayerKind).settings;
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(own, name)) {
      if (value === null && name !== 'activation') continue;
      const checked = own[name]?.(value);
      if (checked === undefined) return { kind: 'refused', setting: name, value };
      settings[name] = checked;
    } else if (Object.hasOwn(FIXED, name)) {
      if (!FIXED[name]?.includes(value)) return { kind: 'refused', setting: name, value };
    } else if (!OF_NO_MATTER.test(name) && value !== null && value !== false) {
      return { kind: 'refused', setting: name, value };
    }
  }
  return { kind: 'sound', settings };
}
