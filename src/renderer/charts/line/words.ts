/** Numbers of a line chart in words. */
import { formatMetric } from '../../format.ts';
import { durationLabel, type TickUnit } from '../core/ticks.ts';
import type { XAxis } from '../types.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/**
 * On the crosshair's tag: "step 1,420", "epoch 1.51", "1:30 in", "12 Mar 09:31:12"; `resolution` is the distance that matters,
 * such as that of a pixel.
 */
export function xText(axis: XAxis, x: number, resolution: number): string {
  switch (axis) {
    case 'step':
      return `step ${Math.round(x).toLocaleString('en')}`;
    case 'epoch':
      return `epoch ${x.toFixed(decimals(resolution, 2))}`;
    case 'time':
      return `${day.format(x)} ${clock.format(x)}`;
    case 'relative': {
      const seconds = x < 60 ? Number(x.toFixed(decimals(resolution, 1))) : Math.round(x);
      return `${durationLabel(seconds, resolution)} in`;
    }
  }
}

function decimals(resolution: number, least: number): number {
  return Math.max(least, Math.min(6, Math.ceil(-Math.log10(resolution))));
}

export function xUnit(axis: XAxis): TickUnit {
  return axis === 'time' ? 'time' : axis === 'relative' ? 'duration' : 'number';
}

export function valueText(unit: 'share' | 'none', value: number): string {
  return formatMetric({ unit }, value);
}
