/**
 * Runs whose word vectors start from imported ones. What a run takes of them is kept in its folder from its start, so that it needs the
 * imported set no more; the setting that is their width follows theirs.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import type { Config } from '../../shared/fields.ts';
import type { StartReport, VectorsOrigin } from '../../shared/start.ts';
import { SPECIAL_TOKENS } from '../../shared/texts.ts';
import { vectorsIn } from '../../shared/vectors.ts';
import { loadDataSet, readWholeFile } from '../data/index.ts';
import type { Lab } from '../labs/index.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import { encoderFor, type Encoder } from '../text/index.ts';
import { decode, encode, named, startedWith, type Experiment, type StoredTensor } from '../training/index.ts';
import { takeVectors } from '../vectors/index.ts';

/** What a run takes of a set of word vectors. */
export interface RunVectors {
  readonly origin: VectorsOrigin;
  readonly width: number;
  /** Ids of the vocabulary's entries that have a vector: [n]. */
  readonly ids: Int32Array;
  /** Their vectors: [n, width]. */
  readonly vectors: Float32Array;
}

interface RunFolder {
  /** How the run reads. */
  readonly encoder: Encoder | null;
  readonly folder: string;
  /** False: nothing is written for the run. */
  readonly keeps: boolean;
  /** A checkpoint has its word vectors, whatever they are now. */
  readonly hasWeights: boolean;
}

/** 200,000 vectors of 1,024 numbers, and room for the file's head. */
const MOST_KEPT_BYTES = 1 << 30;

/**
 * The vectors that the run started with or starts with now; null where they begin at random, and for a run whose checkpoint is all that
 * is left of them. Throws `vectors/unknown`, `vectors/damaged`, `vectors/tokens`, `vectors/no-words`.
 */
export async function vectorsOfRun(
  lab: Lab,
  config: Config,
  { encoder, folder, keeps, hasWeights }: RunFolder,
): Promise<RunVectors | null> {
  const id = vectorsIn(config);
  if (id === null || lab.wordVectors === undefined || encoder === null) return null;
  const file = join(folder, 'vectors.safetensors');
  if (keeps && existsSync(file)) return readKept(file);
  if (hasWeights) return null;
  const vectors = await vectorsFor(id, encoder);
  if (keeps) {
    await mkdir(folder, { recursive: true });
    await writeFile(`${file}.partial`, keptFile(vectors));
    await rename(`${file}.partial`, file);
  }
  return vectors;
}

/** What a run with these settings would take, before it is started: its data set has to be here. Throws as `vectorsOfRun` does. */
export async function planVectors(lab: Lab, config: Config, signal: AbortSignal): Promise<StartReport> {
  const [id, encoding] = [vectorsIn(config), lab.encoding?.(config)];
  if (id === null || encoding === undefined) {
    throw new TypeError(`Expected settings with word vectors, got ${JSON.stringify(config['vectors'])}.`);
  }
  const encoder = await encoderFor(loadDataSet(String(config['data'])), encoding, signal);
  return vectorsReport(config, await vectorsFor(id, encoder));
}

/** `config` with the width that the vectors have. */
export function withVectorsWidth(lab: Lab, config: Config, vectors: RunVectors | null): Config {
  if (vectors === null || lab.wordVectors === undefined) return config;
  return { ...config, [lab.wordVectors.width]: vectors.width };
}

/** `experiment`, whose table has these vectors in the rows of their words, and its own in all others. */
export function startWithVectors(
  { wordVectors }: Lab,
  experiment: Experiment,
  { ids, vectors, width }: RunVectors,
): Experiment {
  const { weight } = wordVectors as NonNullable<Lab['wordVectors']>;
  const table = tf.tidy(() => {
    const all = { ...experiment.initialBuffers?.(), ...experiment.initialParameters() };
    return named(all, weight) as never;
  }) as Tensor; // [vocabulary, width]
  const values = table.dataSync().slice() as Float32Array;
  const { shape } = table;
  table.dispose();
  ids.forEach((id, i) => values.set(vectors.subarray(i * width, (i + 1) * width), id * width));
  return startedWith(experiment, { values: { [weight]: f32(shape, values) }, frozen: new Set() });
}

export function vectorsReport(config: Config, { origin, vectors }: RunVectors): StartReport {
  return {
    origin,
    layers: [{ name: 'embedding', weights: vectors.length, taken: true, why: null }],
    unused: [],
    frozen: config['embeddings'] === 'frozen',
  };
}

async function vectorsFor(id: string, { encoding, vocabulary }: Encoder): Promise<RunVectors> {
  if (encoding.tokenizer !== 'word') {
    throw new LabError(
      'vectors/tokens',
      `Word vectors stand for words, and this run would read tokens of the kind "${encoding.tokenizer}".`,
      { hint: 'Set the tokens to words, or the word vectors to random.' },
    );
  }
  const special = SPECIAL_TOKENS.length;
  const words = vocabulary.entries.slice(special);
  const { info, places, vectors } = await takeVectors(id, words);
  if (places.length === 0) {
    throw new LabError('vectors/no-words', `None of the ${words.length} words has a vector in "${id}".`, {
      hint: 'Choose word vectors of the texts’ language, in lower case.',
    });
  }
  return {
    origin: { kind: 'vectors', id, source: info.source, words: words.length, covered: places.length },
    width: info.width,
    ids: places.map((place) => place + special),
    vectors,
  };
}

function keptFile({ origin, width, ids, vectors }: RunVectors): Uint8Array {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  const tensors = {
    ids: { dtype: 'I32', shape: [ids.length], bytes } as const,
    vectors: f32([ids.length, width], vectors),
  };
  return encode({ tensors, metadata: { origin: JSON.stringify(origin) } });
}

/** Throws `safetensors/...`: a checksum says that it is what was written. */
function readKept(file: string): RunVectors {
  const { tensors, metadata } = decode(readWholeFile(file, MOST_KEPT_BYTES), file, 'required');
  const { ids, vectors } = tensors as Record<'ids' | 'vectors', StoredTensor>;
  return {
    origin: JSON.parse(metadata['origin'] as string) as VectorsOrigin,
    width: vectors.shape[1] as number,
    ids: new Int32Array(ids.bytes.slice().buffer),
    vectors: new Float32Array(vectors.bytes.slice().buffer),
  };
}

function f32(shape: readonly number[], values: Float32Array): StoredTensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { dtype: 'F32', shape, bytes };
}
