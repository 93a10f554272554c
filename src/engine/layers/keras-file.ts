/**
 * A layers model with its weights as a `.keras` file, which `keras.saving.load_model` opens: a zip of `metadata.json`,
 * `config.json` and `model.weights.h5`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import type { layers, LayersModel, Tensor } from '../runtime/index.ts';
import { kerasConfig, kerasLayers, weightGroups, type KerasLayer } from './keras-config.ts';

/** What wrote the format: files of Keras 3 say it, and this one is written as that version does. */
const KERAS_VERSION = '3.15.1';

export interface KerasModel {
  readonly model: LayersModel;
  readonly nameOf: (layer: layers.Layer) => string;
  /** The value of one of the model's weights; stays the caller's. */
  readonly valueOf: (variable: layers.Layer['weights'][number]) => Tensor;
}

/** The file's bytes. Throws `export/keras` for a model that Keras has no layers for. */
export async function kerasFile({ model, nameOf, valueOf }: KerasModel): Promise<Uint8Array> {
  const all = kerasLayers(model, nameOf);
  const config = kerasConfig(model, all);
  const weights = await weightsFile(all, valueOf);
  return zipSync(
    {
      'metadata.json': strToU8(JSON.stringify({ keras_version: KERAS_VERSION, date_saved: now() })),
      'config.json': strToU8(JSON.stringify(config)),
      'model.weights.h5': weights,
    },
    { level: 0 },
  );
}

/** HDF5 as Keras lays it out: `layers/<class>_<count>/vars/0` and so on, in the order in which a layer keeps its weights. */
async function weightsFile(all: readonly KerasLayer[], valueOf: KerasModel['valueOf']): Promise<Uint8Array> {
  const { default: hdf5 } = await import('h5wasm/node');
  await hdf5.ready;
  const folder = await mkdtemp(join(tmpdir(), 'gradient-lab-keras-'));
  const path = join(folder, 'model.weights.h5');
  try {
    const file = new hdf5.File(path, 'w');
    try {
      file.create_group('vars').create_attribute('name', 'functional');
      const groups = file.create_group('layers');
      for (const { layer, name, group } of all) {
        const own = groups.create_group(group);
        for (const { path: below, layer: part } of weightGroups(layer)) {
          const place = below.reduce((above, next) => above.create_group(next), own);
          const variables = place.create_group('vars');
          variables.create_attribute('name', name);
          part.weights.forEach((variable, i) => {
            const value = valueOf(variable);
            const data = value.dataSync() as Float32Array;
            variables.create_dataset({ name: String(i), data, shape: value.shape, dtype: '<f' });
          });
        }
      }
      file.flush();
    } finally {
      file.close();
    }
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As Keras writes it: "2026-11-25@18:10:38". */
function now(): string {
  return new Date().toISOString().slice(0, 19).replace('T', '@');
}
