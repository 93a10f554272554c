/**
 * The safetensors format, read strictly and written plainly (github.com/huggingface/safetensors, "Format"): 8 bytes with the
 * length of a JSON header, the header, then the tensors' bytes, little-endian, without gaps.
 */
import { createHash } from 'node:crypto';
import { LabError, messageOf } from '../../shared/errors.ts';

const DTYPES = { F32: 4, I32: 4, U8: 1, BOOL: 1 } as const;
export type StoredType = keyof typeof DTYPES;

export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Little-endian values; length = product of the shape x bytes of the dtype. */
  readonly bytes: Uint8Array;
}

export interface StoredFile {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** Texts under names of the writer's choosing. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;
const CHECKSUM = 'sha256';
const NO_CHECKSUM = '0'.repeat(64);

/** A file's bytes. Its metadata gets a `sha256` over the whole file with that field zeroed, which `decode` checks. */
export function encode({ tensors, metadata }: StoredFile): Uint8Array {
  const names = Object.keys(tensors).sort();
  let offset = 0;
  const entries: Record<string, unknown> = { __metadata__: { ...metadata, [CHECKSUM]: NO_CHECKSUM } };
  for (const name of names) {
    const { dtype, shape, bytes } = tensors[name] as StoredTensor;
    entries[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const text = JSON.stringify(entries);
  const header = Buffer.from(text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8), 'utf8');
  const file = Buffer.alloc(8 + header.length + offset);
  file.writeBigUInt64LE(BigInt(header.length), 0);
  header.copy(file, 8);
  let at = 8 + header.length;
  for (const name of names) {
    const { bytes } = tensors[name] as StoredTensor;
    file.set(bytes, at);
    at += bytes.length;
  }
  const checksum = createHash('sha256').update(file).digest('hex');
  file.write(checksum, file.indexOf(NO_CHECKSUM, 8, 'latin1'), 'latin1');
  return file;
}

/**
 * Reads a file; any byte that is not as the format says is a LabError that names the file as `label`. Files of other programs
 * have no checksum; where one is 'required', its absence is damage.
 */
export function decode(
  file: Uint8Array,
  label = 'file',
  checksum: 'required' | 'if present' = 'if present',
): StoredFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 8) throw invalid(label, `Expected at least 8 bytes, got ${bytes.length}.`);
  const headerBytes = bytes.readBigUInt64LE(0);
  if (headerBytes > BigInt(MAX_HEADER_BYTES) || headerBytes > BigInt(bytes.length - 8)) {
    throw invalid(label, `The header is said to have ${headerBytes} bytes, but ${bytes.length - 8} follow.`);
  }
  const dataStart = 8 + Number(headerBytes);
  const text = bytes.toString('utf8', 8, dataStart);
  if (!text.startsWith('{')) throw invalid(label, 'Expected the header to begin with "{".');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    throw invalid(label, `The header is not JSON: ${messageOf(error)}.`);
  }
  if (!isRecord(header)) throw invalid(label, 'Expected the header to be an object.');
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw invalid(label, 'Expected __metadata__ to hold texts.');
  }
  const data = bytes.subarray(dataStart);
  const ranges: [number, number][] = [];
  const tensors = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const [tensor, range] = decodeTensor(name, entry, data, label);
      ranges.push(range);
      return [name, tensor];
    }),
  );
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  for (const [from, to] of ranges) {
    if (from !== covered)
      throw invalid(label, `Its tensors leave a gap or overlap at byte ${Math.min(from, covered)}.`);
    covered = to;
  }
  if (covered !== data.length)
    throw invalid(label, `Its tensors cover ${covered} bytes, but ${data.length} are there.`);
  verifyChecksum(bytes, metadata as Record<string, string>, dataStart, label, checksum);
  return { tensors, metadata: metadata as Record<string, string> };
}

function decodeTensor(
  name: string,
  entry: unknown,
  data: Buffer,
  label: string,
): [StoredTensor, [number, number]] {
  if (!isRecord(entry)) throw invalid(label, `Expected an object for tensor "${name}".`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    throw invalid(label, `Unsupported dtype ${JSON.stringify(dtype)} of tensor "${name}".`);
  }
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize))
    throw invalid(label, `Invalid shape of tensor "${name}".`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw invalid(label, `Invalid offsets of tensor "${name}".`);
  }
  const [from, to] = offsets as [number, number];
  const wanted = shape.reduce((a, b) => a * b, DTYPES[dtype as StoredType]);
  if (from > to || to > data.length || to - from !== wanted) {
    throw invalid(
      label,
      `Tensor "${name}" of shape [${shape.join(', ')}] needs ${wanted} bytes, but has ${from} to ${to} of ${data.length}.`,
    );
  }
  // A plain Uint8Array: the slice of a Buffer would be a view of the whole file.
  const bytes = new Uint8Array(data.buffer, data.byteOffset + from, to - from);
  return [{ dtype: dtype as StoredType, shape: shape, bytes }, [from, to]];
}

function verifyChecksum(
  bytes: Buffer,
  metadata: Record<string, string>,
  dataStart: number,
  label: string,
  checksum: 'required' | 'if present',
): void {
  const stated = metadata[CHECKSUM];
  if (stated === undefined) {
    if (checksum === 'required') throw invalid(label, 'It has no checksum.');
    return;
  }
  const at = bytes.indexOf(stated, 8, 'latin1');
  if (!/^[0-9a-f]{64}$/.test(stated) || at < 0 || at + 64 > dataStart)
    throw invalid(label, 'Its checksum is not one.');
  const hash = createHash('sha256')
    .update(bytes.subarray(0, at))
    .update(NO_CHECKSUM)
    .update(bytes.subarray(at + 64));
  const actual = hash.digest('hex');
  if (actual !== stated) throw invalid(label, `Its checksum is ${actual}, but ${stated} was written.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(label: string, detail: string): LabError {
  return new LabError('safetensors/invalid', `"${label}" is not a whole safetensors file. ${detail}`, {
    hint: 'The file is damaged or of another kind; use another checkpoint.',
  });
}
