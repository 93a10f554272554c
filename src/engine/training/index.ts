/** Everything around a lab's step: the loop, optimizers and schedules, checkpoints. */
export { augment, type Augmentation } from './augment.ts';
export {
  CheckpointStore,
  restore,
  snapshot,
  toTensor,
  weightsFile,
  weightsOf,
  weightsSha256,
  type Checkpoint,
  type Progress,
} from './checkpoints.ts';
export { TrainingControl } from './control.ts';
export type {
  Batch,
  Experiment,
  ModelState,
  SplitName,
  SplitRows,
  StepInputs,
  Weights,
} from './experiment.ts';
export {
  addWeightDecay,
  clipByGlobalNorm,
  clipByValue,
  globalNorm,
  mapParameters,
  named,
  valueAndGradients,
  type Parameters,
} from './gradients.ts';
export {
  countStepsPerEpoch,
  initialState,
  NonFiniteError,
  train,
  type TrainingEvent,
  type TrainingResult,
  type Values,
} from './loop.ts';
export { adam, adamW, rmsProp, sgd, type Optimizer, type Slots } from './optimizers.ts';
export { constant, cosine, stepDecay, transformer, warmUp, type Schedule } from './schedules.ts';
export { decode, encode, type StoredTensor } from './safetensors.ts';
export { allWeights, resumedFrom, startedWith, type Start } from './started.ts';
export { median } from './speed.ts';
export { Evaluation, gatherBatch } from './steps.ts';
export { putOnDevice, type DeviceData } from './splits.ts';
export { warp, type Motion } from './warp.ts';
