/** Memory that nobody holds any more, freed before much more is asked for. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { binding } from '../runtime/index.ts';

let collect: (() => void) | undefined;

/**
 * Collects garbage now. V8 does so when its own heap fills up: it knows nothing of what TensorFlow is about to take, and would let the
 * texts and rows of a data set, which are on the device by then, lie beside it for as long as the run takes. The C library, too, keeps
 * what was freed in it.
 */
export function reclaim(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
  }
  collect();
  binding().releaseMemory();
}
