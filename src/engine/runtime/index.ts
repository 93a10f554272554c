/** The engine's floor: TensorFlow.js on the native runtime, compiled steps, randomness, devices. */
export { backend, binding, watchingOps } from './backend.ts';
export { packageRoot, packageVersion, readSetupRecord } from './binding.ts';
export { batchNormalised, type BatchNormalised } from './batch-normalisation.ts';
export { compile, PLANS, type Compiled, type Plan, type PlanChoice } from './compile.ts';
export {
  DEVICES,
  mayUseOneThread,
  startRuntime,
  type DeviceChoice,
  type RuntimeInfo,
  type RuntimeOptions,
} from './devices.ts';
export { whileLoop } from './loops.ts';
export { inPart } from './part.ts';
export { sparseSoftmaxCrossEntropy, sparseSoftmaxCrossEntropyByExample } from './ops.ts';
export {
  dropout,
  normal,
  permutation,
  philox,
  purposeHash,
  randomKey,
  uniform,
  type RandomKey,
} from './random.ts';
export { projectionWidth, type CellKind } from './recurrent-cells.ts';
export {
  recurrentParts,
  recurrentSequence,
  type RecurrentOptions,
  type RecurrentParts,
  type RecurrentWeights,
} from './recurrent.ts';
export { gatherRows, makeResident, Resident, type ResidentValues } from './resident.ts';
export { tf } from './tf.ts';
export { callerLine } from './trace.ts';
export type {
  DataType,
  layers,
  LayersModel,
  Rank,
  Scalar,
  SymbolicTensor,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Variable,
} from './tf.ts';
export { flatten, unflatten, type Tree, type TreeStructure } from './tree.ts';
