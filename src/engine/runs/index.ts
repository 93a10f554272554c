/** Runs: how they are executed, and how a trained model is measured and exported. */
export { evaluateModel } from './evaluate.ts';
export { exportModel } from './export-model.ts';
export { endsFor, planStart } from './start.ts';
export { wholeRef } from './network.ts';
export { RunReader } from './read-export.ts';
export { planVectors } from './vectors.ts';
export { executeRun, type RunOptions } from './execute.ts';
