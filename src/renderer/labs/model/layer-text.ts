/** A layer in words: its shape, and what was set. */
import type { LayerSummary } from '../../../shared/model.ts';
import { formatCount, formatSetting } from '../../format.ts';

/** "26 x 26 x 32"; a length that is free is "any". */
export function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'one number' : shape.map((size) => size ?? 'any').join(' x ');
}

const IN_BOX = ['filters', 'kernelSize', 'poolSize', 'units', 'activation', 'rate', 'strides'] as const;

/** What a box has room for: "32, 3 x 3, relu". What says nothing, such as strides of 1, is left out. */
export function boxText({ settings }: Pick<LayerSummary, 'settings'>): string {
  const parts = IN_BOX.flatMap((name) => {
    const value = settings[name];
    if (value === undefined || value === 'linear' || typeof value === 'boolean') return [];
    if (name === 'strides') {
      const isPlain = value === 1 || value === '1 x 1' || value === settings['poolSize'];
      return isPlain ? [] : [`stride ${value}`];
    }
    return [typeof value === 'number' ? formatSetting(value) : value];
  });
  return parts.join(', ');
}

const WORDS: Readonly<Record<string, string>> = {
  filters: 'Filters',
  kernelSize: 'Kernel',
  poolSize: 'Pool',
  strides: 'Strides',
  padding: 'Padding',
  dilationRate: 'Dilation',
  units: 'Units',
  activation: 'Activation',
  rate: 'Rate',
  stddev: 'Deviation',
  momentum: 'Momentum',
  epsilon: 'Epsilon',
  axis: 'Axis',
  targetShape: 'Target shape',
  useBias: 'Bias',
};

/** Every setting with a word for it. */
export function settingRows({ settings }: Pick<LayerSummary, 'settings'>): { name: string; value: string }[] {
  return Object.entries(settings).map(([name, value]) => ({
    name: WORDS[name] ?? name,
    value: typeof value === 'boolean' ? (value ? 'yes' : 'no') : formatSetting(value),
  }));
}

/** Multiplications and additions: "1.2 M", "830 k"; "–" where they are not known. */
export function flopsText(flops: number | null): string {
  if (flops === null) return '–';
  if (flops >= 1e9) return `${(flops / 1e9).toPrecision(3)} G`;
  if (flops >= 1e6) return `${(flops / 1e6).toPrecision(3)} M`;
  return flops >= 1e4 ? `${(flops / 1e3).toPrecision(3)} k` : formatCount(flops);
}
