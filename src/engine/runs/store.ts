import { join } from 'node:path';
import { CheckpointStore } from '../training/index.ts';

/** The checkpoints of a run, in its own folder. */
export function checkpointsOf(folder: string): CheckpointStore {
  return new CheckpointStore(join(folder, 'checkpoints'));
}
