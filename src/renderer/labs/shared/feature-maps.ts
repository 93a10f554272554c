/** Feature maps: the channels of a layer's activations [height, width, channels], each a picture. Pure arithmetic. */
import type { LayerActivation } from '../../../shared/inspect.ts';
import type { LayerSummary } from '../../../shared/model.ts';
import type { Strides } from '../../data/paint.ts';

/** A layer whose activations are pictures; the others have units without a place. */
export function isMaps({ shape }: Pick<LayerActivation, 'shape'>): boolean {
  return shape.length === 3;
}

/** Sizes of a layer of maps. Throws a RangeError for another one. */
export function mapSize({ name, shape }: Pick<LayerActivation, 'name' | 'shape'>): {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
} {
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined || shape.length !== 3) {
    throw new RangeError(
      `Expected maps [height, width, channels] from "${name}", got [${shape.join(', ')}].`,
    );
  }
  return { height, width, channels };
}

/** Where the values of one map lie. */
export function mapStrides(layer: Pick<LayerActivation, 'name' | 'shape'>, channel: number): Strides {
  const { width, channels } = mapSize(layer);
  return { start: channel, rowStep: width * channels, columnStep: channels };
}

/** The values of one map: [height * width]. */
export function mapValues(layer: LayerActivation, channel: number): Float32Array {
  const { height, width, channels } = mapSize(layer);
  return Float32Array.from(
    { length: height * width },
    (_, i) => layer.values[i * channels + channel] as number,
  );
}

/** The largest magnitude in each map: [channels]. NaN counts as none. */
export function mapPeaks(layer: LayerActivation): Float32Array {
  const { channels } = mapSize(layer);
  const peaks = new Float32Array(channels);
  layer.values.forEach((value, i) => {
    const channel = i % channels;
    const magnitude = Math.abs(value);
    if (magnitude > (peaks[channel] as number)) peaks[channel] = magnitude;
  });
  return peaks;
}

/** Maps that are 0 everywhere: nothing in the picture is what they look for, or nothing ever is. */
export function silentMaps(layer: LayerActivation): number {
  return mapPeaks(layer).reduce((count, peak) => count + (peak === 0 ? 1 : 0), 0);
}

/** Colours for a layer's values: from 0 on where none is negative, as after a ReLU; around 0 otherwise. */
export function scaleOf(values: ArrayLike<number>): {
  readonly palette: 'sequential' | 'diverging';
  readonly domain: readonly [low: number, high: number];
} {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const reach = Math.max(high, -low, 1e-9);
  return low < 0
    ? { palette: 'diverging', domain: [-reach, reach] }
    : { palette: 'sequential', domain: [0, reach] };
}

/** Kinds of layers, as Keras names them, that only move values about or put zeros around them. */
const MOVING: ReadonlySet<string> = new Set(['Cropping2D', 'Permute', 'Reshape', 'ZeroPadding2D']);

/** Layers that make maps, not those that only move or pad what they get. `summaries` null: of no layer the kind is known. */
export function mapLayers<L extends Pick<LayerActivation, 'name' | 'shape'>>(
  layers: readonly L[],
  summaries: readonly Pick<LayerSummary, 'name' | 'kind'>[] | null,
): L[] {
  const kinds = new Map(summaries?.map(({ name, kind }) => [name, kind]));
  return layers.filter((layer) => isMaps(layer) && !MOVING.has(kinds.get(layer.name) ?? ''));
}

/** Layers that make something of what they get: flattening, and dropout outside of training, only hand it on. */
export function distinctLayers(layers: readonly LayerActivation[]): LayerActivation[] {
  return layers.filter(({ values }, at) => {
    const before = layers[at - 1]?.values;
    const isRepeat =
      at < layers.length - 1 &&
      before?.length === values.length &&
      values.every((value, i) => Object.is(value, before[i]));
    return !isRepeat;
  });
}
