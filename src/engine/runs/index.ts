/** Runs: their folders on the disk, and how they are executed. */
export { evaluateRun, resumeRun, startRun, type NewRun, type RunCallbacks } from './execute.ts';
export { RunFolder, runIds, type MetricLine, type RunRecord, type RunState } from './run-folder.ts';
