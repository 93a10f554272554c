/** Models of tfjs's layers API as pure functions over named tensors, for compiled training. */
export { makeModel, type Activation, type Applied, type Model, type ModelLimits } from './model.ts';
export {
  buildNetwork,
  checkKind,
  checkName,
  MOST_LAYERS,
  settingsFor,
  withoutSoftmax,
  type Network,
  type NetworkLayer,
} from './network.ts';
export { lastingNames } from './names.ts';
export type { Randomness } from './random-layers.ts';
export type { Recorded } from './recurrent-layers.ts';
export { maskedPooling, resetAfterGru, type GruSettings, type PoolingKind } from './sequence-layers.ts';
