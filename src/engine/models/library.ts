/**
 * The models that a person has imported: a folder each in `models`, with the record in `model.json` and the weights as safetensors.
 * They are kept as they were understood; the file that they came from is not needed again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { MODEL_FILE_KINDS, type ImportedModel } from '../../shared/models.ts';
import { homeFolder, readWholeFile } from '../data/index.ts';
import { buildNetwork, makeModel, type Network } from '../layers/index.ts';
import { startRuntime } from '../runtime/index.ts';
import { decode, encode, type StoredTensor } from '../training/index.ts';
import { readModel } from './read-model.ts';
import { fieldsOf, MOST_MODEL_BYTES } from './stored-model.ts';

const ID = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const LONGEST_ID = 40;
const FORMAT = 'gradient-lab model 1';

export interface KeptModel {
  readonly info: ImportedModel;
  readonly network: Network | null;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
}

/**
 * Reads a model's file and keeps it under `as`, or under a name made of the file's. The same weights and layers again are the
 * model that is there already. Throws `model/exists`, `model/id`, `model/aborted`, and what `readModel` does.
 */
export async function importModel(
  path: string,
  { as, signal }: { readonly as?: string | undefined; readonly signal?: AbortSignal } = {},
): Promise<ImportedModel> {
  if (as !== undefined) checkId(as);
  const { kind, network, tensors } = await readModel(path);
  if (signal?.aborted)
    throw new LabError('model/aborted', 'The import was cancelled.', { hint: 'Start it again.' });
  const file = encode({ tensors, metadata: {} });
  const sha256 = createHash('sha256').update(JSON.stringify(network)).update(file).digest('hex');
  const known = listModels();
  const same = known.find((model) => model.sha256 === sha256);
  if (same !== undefined && (as === undefined || as === same.id)) return same;
  const id = as ?? freeId(basename(path), known);
  if (known.some((model) => model.id === id)) {
    throw new LabError('model/exists', `A model called "${id}" is there already.`, {
      hint: 'Choose another name, or remove that one first.',
    });
  }
  const info: ImportedModel = {
    ...{ id, kind, sha256, source: basename(path), importedAt: Date.now() },
    weights: Object.values(tensors).reduce((sum, { bytes }) => sum + bytes.length / 4, 0),
    layers: [...new Set(Object.keys(tensors).map((name) => name.slice(0, name.lastIndexOf('/'))))],
    network: network && endsOf(network),
  };
  await keep(info, network, file);
  return info;
}

/** All of them, by name. One whose record cannot be read is left out. */
export function listModels(): ImportedModel[] {
  const folder = modelsFolder();
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => ID.test(name));
  return names.sort().flatMap((name) => {
    try {
      return [recordOf(name).info];
    } catch {
      return []; // not ours, or damaged: opening it says why
    }
  });
}

/** Throws `model/unknown`, `model/damaged`, or `safetensors/...`. */
export function loadModel(id: string): KeptModel {
  const { info, network } = recordOf(id);
  const file = join(modelsFolder(), id, 'weights.safetensors');
  return {
    info,
    network,
    tensors: decode(readWholeFile(file, 2 * MOST_MODEL_BYTES), file, 'required').tensors,
  };
}

/** Throws `model/unknown`. */
export async function removeModel(id: string): Promise<void> {
  checkId(id);
  const folder = join(modelsFolder(), id);
  if (!existsSync(folder)) throw unknown(id);
  await rm(folder, { recursive: true });
}

function modelsFolder(): string {
  return join(homeFolder(), 'models');
}

/** Appears when it is whole. */
async function keep(info: ImportedModel, network: Network | null, weights: Uint8Array): Promise<void> {
  const folder = modelsFolder();
  mkdirSync(folder, { recursive: true });
  const partial = await mkdtemp(join(folder, '.partial-'));
  try {
    await writeFile(join(partial, 'weights.safetensors'), weights);
    await writeFile(join(partial, 'model.json'), JSON.stringify({ format: FORMAT, info, network }));
    await rename(partial, join(folder, info.id));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function recordOf(id: string): { info: ImportedModel; network: Network | null } {
  checkId(id);
  const file = join(modelsFolder(), id, 'model.json');
  if (!existsSync(file)) throw unknown(id);
  const record = fieldsOf(JSON.parse(readFileSync(file, 'utf8')));
  const info = fieldsOf(record['info']);
  const isSound =
    record['format'] === FORMAT &&
    info['id'] === id &&
    MODEL_FILE_KINDS.some((kind) => kind === info['kind']);
  if (isSound) return record as never;
  throw new LabError('model/damaged', `The record of the model "${id}" cannot be read.`, {
    hint: 'Remove the model, and import its file again.',
  });
}

function endsOf(network: Network): NonNullable<ImportedModel['network']> {
  startRuntime();
  const { layers } = makeModel(() => buildNetwork(network)).describe();
  const last = layers.find(({ name }) => name === network.output);
  return { input: network.input.shape, output: (last?.outputShape ?? []).map(Number) };
}

/** The file's name in lower-case words; with a number where that is taken. */
function freeId(file: string, known: readonly ImportedModel[]): string {
  const base =
    file
      .replace(/(\.(keras|weights|h5|json|zip|tfjs|safetensors))+$/i, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, LONGEST_ID - 4)
      .replace(/-$/, '') || 'model';
  for (let i = 1; ; i++) {
    const id = i === 1 ? base : `${base}-${i}`;
    if (!known.some((model) => model.id === id)) return id;
  }
}

function checkId(id: string): void {
  if (ID.test(id) && id.length <= LONGEST_ID) return;
  throw new LabError('model/id', `Expected a name for a model, got "${id}".`, {
    hint: `Use up to ${LONGEST_ID} lower-case letters, digits and single hyphens, such as "my-cnn".`,
  });
}

function unknown(id: string): LabError {
  const known = listModels().map((model) => model.id);
  return new LabError('model/unknown', `There is no model called "${id}".`, {
    hint: known.length === 0 ? 'Import one first.' : `There are ${known.join(', ')}.`,
  });
}
