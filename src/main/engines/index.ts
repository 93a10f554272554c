/** The supervisor of engine processes. */
export { engineFile, forkEngine, type EngineChild, type EngineListeners, type SpawnEngine } from './child.ts';
export { type CallOptions, type EngineAbilities } from './engine.ts';
export { LIMITS, type EngineLimits } from './limits.ts';
export { type RunJob, type RunOutcome, type RunRequest } from './run-job.ts';
export { EngineSupervisor, type EngineSettings, type SupervisorOptions } from './supervisor.ts';
