/** Numbers of a line chart in words. */
import { formatMetric } from '../../format.ts';
import { durationLabel, type TickUnit } from '../core/ticks.ts';
import type { XAxis } from '../types.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** On the crosshair's tag: "step 1,420", "epoch 1.51", "1:30 since the start", "12 Mar 09:31:12". */
export function xText(axis: XAxis, x: number): string {
  switch (axis) {
    case 'step':
      return `step ${Math.round(x).toLocaleString('en')}`;
    case 'epoch':
      return `epoch ${x.toFixed(2)}`;
    case 'time':
      return `${day.format(x)} ${clock.format(x)}`;
    case 'relative':
      return `${durationLabel(x < 60 ? Math.round(x * 10) / 10 : Math.round(x), 0.1)} in`;
  }
}

export function xUnit(axis: XAxis): TickUnit {
  return axis === 'time' ? 'time' : axis === 'relative' ? 'duration' : 'number';
}

export function valueText(unit: 'share' | 'none', value: number): string {
  return formatMetric({ unit }, value);
}
