/**
 * Checkpoints: everything that a run needs to go on as if nothing had happened. One safetensors file each, written beside its
 * final name, fsynced and renamed; the last two are kept, and one that is damaged is skipped.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../shared/errors.ts';
import { tf, type Tensor } from '../runtime/index.ts';
import type { ModelState, Weights } from './experiment.ts';
import type { Parameters } from './gradients.ts';
import { decode, encode, type StoredTensor, type StoredType } from './safetensors.ts';

/** Where a run stands between two steps. Numbers come back from JSON exactly as they went in. */
export interface Progress {
  /** Steps taken. */
  readonly step: number;
  /** Epochs finished, and steps taken in the one that is under way. */
  readonly epoch: number;
  readonly stepInEpoch: number;
  /** Sums of each metric over the steps of the epoch that is under way. */
  readonly epochSums: Readonly<Record<string, number>>;
  /** Means over the last whole epoch and results of the last validation, for the run's record. */
  readonly lastTrain: Readonly<Record<string, number>>;
  readonly lastValidation: Readonly<Record<string, number>>;
  /** Early stopping: the best validation loss, and epochs since. */
  readonly bestLoss: number | null;
  readonly epochsSinceBest: number;
}

export interface Checkpoint {
  readonly progress: Progress;
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** What whoever trains wants to find again. */
  readonly notes?: string | undefined;
}

const FORMAT = 'gradient-lab checkpoint 1';
const KEPT = 2;
const FILE = /^step-(\d+)\.safetensors$/;

/** The bytes of a run's state as they are now; training may go on while they are written. */
export function snapshot(state: ModelState): Record<string, StoredTensor> {
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, tensor] of namedTensors(state)) {
    const values = tensor.dataSync() as Float32Array | Int32Array;
    tensors[name] = {
      dtype: storedType(tensor),
      shape: tensor.shape,
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
  }
  return tensors;
}

/** Sets up a state from a checkpoint; it must have just the tensors (names, shapes, dtypes) of `like`, which is left alone. */
export function restore(checkpoint: Checkpoint, like: ModelState): ModelState {
  const wanted = new Map(namedTensors(like));
  const unknown = Object.keys(checkpoint.tensors).find((name) => !wanted.has(name));
  if (unknown !== undefined) throw mismatch(`it has a tensor "${unknown}", which the experiment has not`);
  const read = (name: string): Tensor => {
    const stored = checkpoint.tensors[name];
    const model = wanted.get(name) as Tensor;
    if (stored === undefined) throw mismatch(`it has no tensor "${name}"`);
    if (stored.dtype !== storedType(model) || String(stored.shape) !== String(model.shape)) {
      throw mismatch(
        `its tensor "${name}" is ${stored.dtype} [${stored.shape.join(', ')}], expected ${storedType(model)} [${model.shape.join(', ')}]`,
      );
    }
    return toTensor(stored);
  };
  const readAll = (parameters: Parameters, prefix: string): Parameters =>
    Object.fromEntries(Object.keys(parameters).map((name) => [name, read(`${prefix}${name}`)]));
  return {
    parameters: readAll(like.parameters, 'parameters/'),
    buffers: readAll(like.buffers, 'buffers/'),
    slots: Object.fromEntries(
      Object.entries(like.slots).map(([slot, parameters]) => [slot, readAll(parameters, `slots/${slot}/`)]),
    ),
  };
}

/** The weights of a checkpoint, whatever they are: new tensors, for a look at them. */
export function weightsOf({ tensors }: Checkpoint): Weights {
  const under = (prefix: string): Parameters => {
    const stored = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(stored.map(([name, tensor]) => [name.slice(prefix.length), toTensor(tensor)]));
  };
  return { parameters: under('parameters/'), buffers: under('buffers/') };
}

/** The weights of a checkpoint alone, under their own names, as a safetensors file. */
export function weightsFile({ tensors }: Checkpoint, metadata: Readonly<Record<string, string>>): Uint8Array {
  const weights = Object.entries(tensors).flatMap(([name, tensor]) => {
    const own = /^(?:parameters|buffers)\/(.+)$/.exec(name)?.[1];
    return own === undefined ? [] : [[own, tensor] as const];
  });
  return encode({ tensors: Object.fromEntries(weights), metadata });
}

/** New, with the stored values. */
export function toTensor({ dtype, shape, bytes }: StoredTensor): Tensor {
  const { buffer } = bytes.slice(); // aligned
  if (dtype === 'I32') return tf.tensor(new Int32Array(buffer), [...shape], 'int32');
  if (dtype === 'F32') return tf.tensor(new Float32Array(buffer), [...shape], 'float32');
  throw mismatch(`it has a tensor of type ${dtype}`);
}

/** SHA-256 over names, shapes and bytes of all parameters and buffers in name order, in hexadecimal. */
export function weightsSha256({ parameters, buffers }: Weights): string {
  const hash = createHash('sha256');
  const all = { ...parameters, ...buffers };
  for (const name of Object.keys(all).sort()) {
    const tensor = all[name] as Tensor;
    const values = tensor.dataSync() as Float32Array;
    hash.update(`${name}\0${tensor.shape.join(',')}\0`);
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

/** The checkpoints of one run, in one folder. */
export class CheckpointStore {
  readonly folder: string;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a checkpoint after any that is still being written; resolves to its path when it is safely on the disk. */
  save(checkpoint: Checkpoint): Promise<string> {
    const written = this.writing.then(() => this.write(checkpoint));
    this.writing = written.catch(() => undefined); // the caller hears of it; the next save goes ahead
    return written;
  }

  private async write({ progress, tensors, notes }: Checkpoint): Promise<string> {
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, `step-${String(progress.step).padStart(9, '0')}.safetensors`);
    const partial = `${path}.partial`;
    const file = await open(partial, 'w');
    try {
      const metadata = {
        format: FORMAT,
        progress: JSON.stringify(progress),
        ...(notes !== undefined && { notes }),
      };
      await file.writeFile(encode({ tensors, metadata }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    const folder = await open(this.folder, 'r');
    await folder.sync().catch(() => undefined); // some file systems cannot sync a folder; the rename stands all the same
    await folder.close();
    const files = await readdir(this.folder);
    const old = files
      .filter((name) => FILE.test(name))
      .sort()
      .slice(0, -KEPT);
    const stale = files.filter((name) => name.endsWith('.partial'));
    await Promise.all([...old, ...stale].map((name) => rm(join(this.folder, name), { force: true })));
    return path;
  }

  /** The newest whole checkpoint, or undefined. `onDamaged` is told of each newer one that had to be skipped. */
  latest(onDamaged: (path: string, error: Error) => void = () => undefined): Checkpoint | undefined {
    let files: string[];
    try {
      files = readdirSync(this.folder);
    } catch {
      return undefined; // no folder: no checkpoint yet
    }
    for (const name of files
      .filter((file) => FILE.test(file))
      .sort()
      .reverse()) {
      const path = join(this.folder, name);
      try {
        const { tensors, metadata } = decode(readFileSync(path), path, 'required');
        if (metadata['format'] !== FORMAT) throw mismatch(`its format is "${metadata['format'] ?? ''}"`);
        const progress = JSON.parse(metadata['progress'] ?? '') as Progress;
        return { tensors, progress, notes: metadata['notes'] };
      } catch (error) {
        onDamaged(path, error as Error);
      }
    }
    return undefined;
  }
}

function namedTensors(state: ModelState): [string, Tensor][] {
  return [
    ...Object.entries(state.parameters).map(([name, t]): [string, Tensor] => [`parameters/${name}`, t]),
    ...Object.entries(state.buffers).map(([name, t]): [string, Tensor] => [`buffers/${name}`, t]),
    ...Object.entries(state.slots).flatMap(([slot, parameters]) =>
      Object.entries(parameters).map(([name, t]): [string, Tensor] => [`slots/${slot}/${name}`, t]),
    ),
  ];
}

function storedType(tensor: Tensor): StoredType {
  if (tensor.dtype === 'float32') return 'F32';
  if (tensor.dtype === 'int32') return 'I32';
  throw new TypeError(`Expected parameters of dtype float32 or int32, got ${tensor.dtype}.`);
}

function mismatch(what: string): LabError {
  return new LabError('checkpoint/mismatch', `This checkpoint does not fit the experiment: ${what}.`, {
    hint: 'Resume with the settings that the run was started with.',
  });
}
