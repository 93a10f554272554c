/** Models of other programs: read from their files, kept in the lab, and taken as a start for training. */
export { importModel, listModels, loadModel, removeModel, type KeptModel } from './library.ts';
export { matchWeights, type Transfer, type WeightShape } from './transfer.ts';
export { readModel, type ReadModel } from './read-model.ts';
