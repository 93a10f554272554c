/** Models of tfjs's layers API as pure functions over named tensors, for compiled training. */
export { makeModel, type Activation, type Applied, type Model, type ModelLimits } from './model.ts';
export {
  asLogits,
  buildNetwork,
  checkKind,
  checkName,
  IMPORTED_NETWORK,
  MOST_LAYERS,
  settingsFor,
  withInput,
  type Network,
  type NetworkLayer,
} from './network.ts';
export { lastingNames } from './names.ts';
export { orthogonal } from './orthogonal.ts';
export type { Randomness } from './random-layers.ts';
export type { Recorded } from './recurrent-layers.ts';
export { maskedPooling, resetAfterGru, type GruSettings, type PoolingKind } from './sequence-layers.ts';
