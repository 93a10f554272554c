/**
 * The weights of a Keras 3 model: HDF5, `layers/<group>/vars/0` and so on, with the layer's name as an attribute of `vars`.
 *
 * The HDF5 library runs as WebAssembly on a file in its own memory: links and external storage in a file reach nothing of this
 * computer. Sizes are compared with the file's before a tensor is read.
 */
import type { Dataset, Group } from 'h5wasm';
import { LabError, messageOf } from '../../shared/errors.ts';
import { MOST_MODEL_BYTES, type StoredArray, type StoredLayer } from './stored-model.ts';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
const MOST_GROUPS = 2000;
const MOST_RANK = 6;
/** Where files lie in the library's memory. */
const PLACE = '/weights.h5';

/** Layers with weights, in the file's order. `label` is what messages call the file. Throws `model/hdf5`, `model/too-large`. */
export async function readKerasWeights(bytes: Uint8Array, label: string): Promise<StoredLayer[]> {
  if (
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(8, bytes.length)).toString('latin1') !== SIGNATURE
  ) {
    throw damaged(label, bytes.length === 0 ? 'no bytes' : 'another kind of file');
  }
  if (bytes.length > MOST_MODEL_BYTES) throw tooLarge(label, bytes.length);
  checkHeaps(bytes, label);
  const { default: hdf5 } = await import('h5wasm');
  const library = await hdf5.ready;
  library.activate_throwing_error_handler(); // instead of pages on stderr
  const { FS } = library;
  FS.writeFile(PLACE, bytes);
  try {
    const file = new hdf5.File(PLACE, 'r');
    try {
      if (file.file_id < 0n) throw damaged(label, 'a file that HDF5 cannot open');
      return layersOf(file, label, bytes.length);
    } finally {
      if (file.file_id >= 0n) file.close();
    }
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw damaged(label, `an error of HDF5: ${firstLine(messageOf(error))}`);
  } finally {
    FS.unlink(PLACE);
  }
}

/**
 * Texts of attributes lie in global heaps ("GCOL"), lists of objects with a size each. The library never comes to the end of one whose
 * free space says that it has no size: so they are walked here first (HDF5 file format specification, section III.E).
 */
function checkHeaps(bytes: Uint8Array, label: string): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = file.indexOf('GCOL'); start >= 0; start = file.indexOf('GCOL', start + 4)) {
    if (start + 16 > file.length) throw damaged(label, 'a heap that is cut off');
    const size = file.readBigUInt64LE(start + 8);
    if (size > BigInt(file.length - start)) throw damaged(label, 'a heap that is cut off');
    const end = start + Number(size);
    for (let at = start + 16; at + 16 <= end;) {
      const isFree = file.readUInt16LE(at) === 0;
      const length = file.readBigUInt64LE(at + 8);
      const left = BigInt(end - at);
      if (isFree ? length !== left : length + 16n > left)
        throw damaged(label, 'a heap whose sizes are wrong');
      at += isFree ? Number(left) : 16 + Math.ceil(Number(length) / 8) * 8;
    }
  }
}

function layersOf(file: Group, label: string, fileBytes: number): StoredLayer[] {
  const layers = groupIn(file, 'layers');
  if (layers === null) {
    throw new LabError('model/hdf5', `Expected weights of Keras 3 in "${label}": it has no group "layers".`, {
      hint: 'Save them with Keras 3: model.save("model.keras") or model.save_weights("model.weights.h5").',
    });
  }
  const names = layers.keys();
  if (names.length > MOST_GROUPS) throw damaged(label, `${names.length} layers`);
  const budget = { left: fileBytes };
  return names.flatMap((group): StoredLayer[] => {
    const layer = groupIn(layers, group);
    const variables = layer && groupIn(layer, 'vars');
    if (layer === null || variables === null) return [];
    const keys = variables.keys();
    if (keys.length === 0) return [];
    if (keys.length > 100) throw damaged(label, `${keys.length} weights in the layer "${group}"`);
    const weights = keys.map((_, i) => readArray(variables, String(i), `${group}/${i}`, label, budget));
    const name: unknown = variables.attrs['name']?.value;
    return [{ name: typeof name === 'string' && name !== '' ? name : group, group, weights }];
  });
}

/** Only groups of the file itself: a link to elsewhere counts as none, and so does what is not there. */
function groupIn(group: Group, name: string): Group | null {
  const found = entityIn(group, name);
  return typeOf(found) === 'Group' ? (found as Group) : null;
}

/** By its own name alone, not a path. `get` throws where there is nothing, and follows no link out of the file. */
function entityIn(group: Group, name: string): object | null {
  try {
    return name.includes('/') || name === '.' ? null : group.get(name);
  } catch {
    return null; // nothing there, or damage: whoever needs it says so
  }
}

function readArray(
  group: Group,
  key: string,
  name: string,
  label: string,
  budget: { left: number },
): StoredArray {
  const found = entityIn(group, key);
  if (typeOf(found) !== 'Dataset') throw damaged(label, `no weight "${name}"`);
  const dataset = found as Dataset;
  const { shape, chunks, size, virtual_sources: elsewhere } = dataset.metadata;
  if (dataset.dtype !== '<f' && dataset.dtype !== '<d') {
    throw damaged(label, `numbers of the type ${JSON.stringify(dataset.dtype)} in "${name}"`);
  }
  if (shape === null || shape.length > MOST_RANK || elsewhere !== undefined) {
    throw damaged(label, `"${name}" in a form that Keras does not write`);
  }
  const numbers = shape.reduce((product, edge) => product * edge, 1);
  const bytes = numbers * size;
  // What is packed may be more than the file has; what is not may not.
  const most = chunks === null ? budget.left : MOST_MODEL_BYTES;
  if (!(bytes <= most)) throw damaged(label, `[${shape.join(', ')}] in "${name}", more than the file holds`);
  budget.left -= chunks === null ? bytes : 0;
  const values = numbers === 0 ? new Float32Array(0) : Float32Array.from(dataset.value as Float32Array);
  if (values.length !== numbers)
    throw damaged(label, `${values.length} numbers in "${name}", expected ${numbers}`);
  return { shape: [...shape], values };
}

function typeOf(found: object | null): string | null {
  return found !== null && 'type' in found ? String(found.type) : null;
}

function tooLarge(label: string, bytes: number): LabError {
  return new LabError(
    'model/too-large',
    `Expected at most ${MOST_MODEL_BYTES} bytes in "${label}", got ${bytes}.`,
    { hint: 'Choose a smaller model.' },
  );
}

function firstLine(text: string): string {
  return (/#\d+: .*?: (.*)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '').slice(0, 200);
}

function damaged(label: string, got: string): LabError {
  return new LabError('model/hdf5', `Expected weights of Keras in "${label}", got ${got}.`, {
    hint: 'The file is damaged or of another kind: save the model again.',
  });
}
