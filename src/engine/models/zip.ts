/**
 * Takes wanted files out of a zip in memory (PKWARE's APPNOTE, without zip64 and encryption, which no model of a size that is
 * taken here needs).
 *
 * A name in the archive is only ever compared, never used as a path. Sizes are checked before anything is unpacked, contents by
 * their CRC-32.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { LabError, messageOf } from '../../shared/errors.ts';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const MOST_ENTRIES = 10_000;
const STORED = 0;
const DEFLATED = 8;

/**
 * The contents of each file that `most` wants: it is asked with each name for the most bytes that the file may have, and answers
 * null for one to pass over. `label` is what messages call the archive. Throws `model/zip`, `model/too-large`.
 */
export function readZip(
  zip: Uint8Array,
  label: string,
  most: (name: string) => number | null,
): Map<string, Uint8Array> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const files = new Map<string, Uint8Array>();
  for (const entry of entriesOf(zip, view, label)) {
    const limit = most(entry.name);
    if (limit === null) continue;
    if (entry.bytes > limit) {
      throw new LabError(
        'model/too-large',
        `Expected at most ${limit} bytes in "${entry.name}" of "${label}", got ${entry.bytes}.`,
        { hint: 'Choose a smaller model.' },
      );
    }
    if (files.has(entry.name)) throw damaged(label, `"${entry.name}" twice`);
    files.set(entry.name, contentOf(zip, view, entry, label));
  }
  return files;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly bytes: number;
  readonly offset: number;
}

/** The archive's directory, at its end. */
function entriesOf(zip: Uint8Array, view: DataView, label: string): Entry[] {
  const end = findEnd(view);
  if (end === undefined) throw damaged(label, zip.length === 0 ? 'no bytes' : 'no directory at its end');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > MOST_ENTRIES) throw damaged(label, `${count} entries`);
  return Array.from({ length: count }, () => {
    if (at + 46 > end || view.getUint32(at, true) !== ENTRY)
      throw damaged(label, 'a directory that breaks off');
    const nameLength = view.getUint16(at + 28, true);
    const from = at + 46;
    if (from + nameLength > end) throw damaged(label, 'a directory that breaks off');
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw damaged(label, 'encrypted contents');
    const entry = {
      name: new TextDecoder().decode(zip.subarray(from, from + nameLength)),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    at = from + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

/** Behind the directory there may be a comment of up to 64 KiB. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) {
    if (
      view.getUint32(at, true) === END &&
      at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength
    ) {
      return at;
    }
  }
  return undefined;
}

function contentOf(
  zip: Uint8Array,
  view: DataView,
  { name, method, crc, packed, bytes, offset }: Entry,
  label: string,
): Uint8Array {
  if (offset + 30 > zip.length || view.getUint32(offset, true) !== LOCAL) {
    throw damaged(label, `"${name}" in a place where it is not`);
  }
  const from = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (from + packed > zip.length) throw damaged(label, `"${name}" cut off`);
  const raw = zip.subarray(from, from + packed);
  const content = method === STORED ? raw : unpack(raw, method, bytes, name, label);
  if (content.length !== bytes || crc32(content) !== crc)
    throw damaged(label, `"${name}" with other contents`);
  return content;
}

function unpack(raw: Uint8Array, method: number, bytes: number, name: string, label: string): Uint8Array {
  if (method !== DEFLATED) throw damaged(label, `"${name}" packed by the unknown method ${method}`);
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, bytes) });
  } catch (error) {
    throw damaged(label, `"${name}", which cannot be unpacked: ${messageOf(error)}`);
  }
}

function damaged(label: string, got: string): LabError {
  return new LabError('model/zip', `Expected a sound zip archive in "${label}", got ${got}.`, {
    hint: 'The file is damaged or of another kind: save the model again.',
  });
}
