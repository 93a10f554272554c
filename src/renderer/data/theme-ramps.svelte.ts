/** The ramps of the theme that is on, for canvases: they are read from the tokens, and again when the theme changes. */
import { makeRamp, type Ramp } from './ramps.ts';

class ThemeRamps {
  /** Paper to ink: images, activations, probabilities. */
  sequential = $state.raw(readRamp('--seq'));
  /** Blue, zero as paper, orange: weights, gradients, differences. */
  diverging = $state.raw(readRamp('--div'));

  constructor() {
    const observer = new MutationObserver(() => {
      this.sequential = readRamp('--seq');
      this.diverging = readRamp('--div');
    });
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }
}

function readRamp(name: string): Ramp {
  const style = getComputedStyle(document.documentElement);
  return makeRamp(Array.from({ length: 9 }, (_, step) => style.getPropertyValue(`${name}-${step}`)));
}

/** Lives as long as the window. */
export const themeRamps = new ThemeRamps();
