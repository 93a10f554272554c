/** A trained model as a file for other programs. */
import type { ModelRef } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import type { ModelFormat } from '../../shared/run-files.ts';
import { dataInfoOf, inputShapeOf } from '../inspect/index.ts';
import { labById } from '../labs/index.ts';
import { startRuntime, tf } from '../runtime/index.ts';
import { weightsFile, weightsOf, type Checkpoint } from '../training/index.ts';
import { wholeRef } from './network.ts';
import { checkpointsOf } from './store.ts';

/**
 * The weights of the run's newest whole checkpoint: with its layers as a `.keras` file or as a zip of what TensorFlow.js loads, or
 * alone as safetensors under their names. Throws `run/no-checkpoint`, `export/no-layers` for a lab whose model is written by hand,
 * `export/keras`, `export/tfjs`, `run/data-gone`.
 */
export async function exportModel(
  id: string,
  ref: ModelRef,
  format: ModelFormat,
): Promise<{ step: number; bytes: Uint8Array }> {
  const checkpoint = checkpointsOf(ref.folder).latest();
  if (checkpoint === undefined) {
    throw new LabError('run/no-checkpoint', `The run ${id} has no whole checkpoint to export.`, {
      hint: `Go on with it: \`gradient-lab train --resume ${id}\`.`,
    });
  }
  const { step } = checkpoint.progress;
  if (format === 'safetensors') {
    const metadata = { lab: ref.lab, run: id, step: String(step) };
    return { step, bytes: weightsFile(checkpoint, metadata) };
  }
  return { step, bytes: await withLayers(id, ref, checkpoint, format) };
}

async function withLayers(
  id: string,
  ref: ModelRef,
  checkpoint: Checkpoint,
  format: 'keras' | 'tfjs',
): Promise<Uint8Array> {
  const lab = labById(ref.lab);
  const { inspect, title } = lab;
  if (inspect.toKeras === undefined || inspect.toTfjs === undefined) {
    throw new LabError(
      'export/no-layers',
      `The model of "${title}" is written by hand: it has no layers that other programs know.`,
      { hint: 'Export its weights: --format safetensors.' },
    );
  }
  startRuntime();
  const { config } = wholeRef(ref);
  const weights = weightsOf(checkpoint);
  try {
    const shape = inputShapeOf(lab, ref, id);
    const classes = dataInfoOf(ref, id).classes.length;
    return format === 'keras'
      ? await inspect.toKeras(weights, config, shape, classes)
      : inspect.toTfjs(weights, config, shape, classes);
  } finally {
    tf.dispose([weights.parameters, weights.buffers] as never);
  }
}
