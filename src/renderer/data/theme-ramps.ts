/** The ramps of the theme that is on, for canvases; whoever draws with one draws again when the theme changes. */
import { token } from '../charts/core/tokens.svelte.ts';
import { makeRamp, type Ramp } from './ramps.ts';

const STEPS = 9;
const made = new Map<string, Ramp>();

function rampOf(name: string): Ramp {
  const stops = Array.from({ length: STEPS }, (_, step) => token(`${name}-${step}`));
  const key = stops.join();
  const ramp = made.get(key) ?? makeRamp(stops);
  made.set(key, ramp);
  return ramp;
}

export const themeRamps = {
  /** Paper to ink: images, activations, probabilities. */
  get sequential(): Ramp {
    return rampOf('--seq');
  },
  /** Blue, zero as paper, orange: weights, gradients, differences. */
  get diverging(): Ramp {
    return rampOf('--div');
  },
};
