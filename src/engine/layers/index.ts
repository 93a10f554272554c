/** Models of tfjs's layers API as pure functions over named tensors, for compiled training. */
export { makeModel, type Activation, type Applied, type Model } from './model.ts';
export type { Randomness } from './random-layers.ts';
