/** Runs: how they are executed, and how a trained model is measured. */
export { evaluateModel } from './evaluate.ts';
export { executeRun, type RunOptions } from './execute.ts';
