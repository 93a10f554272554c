import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encode, type StoredTensor } from '../../../src/engine/training/safetensors.ts';
import { LabError } from '../../../src/shared/errors.ts';

const floats = (values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);
const tensors: Record<string, StoredTensor> = {
  'parameters/b': { dtype: 'F32', shape: [3], bytes: floats([1, Number.NaN, -0]) },
  'parameters/a': { dtype: 'F32', shape: [2, 2], bytes: floats([1, 2, 3, 4]) },
  empty: { dtype: 'I32', shape: [0, 5], bytes: new Uint8Array(0) },
};

/** A file with a header of the test's choosing. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

describe('safetensors', () => {
  it('come back as they were written', () => {
    const { tensors: read, metadata } = decode(encode({ tensors, metadata: { step: '12' } }));
    expect(metadata['step']).toBe('12');
    expect(metadata['sha256']).toMatch(/^[0-9a-f]{64}$/);
    for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
      expect(read[name]).toMatchObject({ dtype, shape });
      expect(Buffer.from(read[name]?.bytes as Uint8Array)).toEqual(Buffer.from(bytes));
    }
    expect(Object.keys(read)).toHaveLength(3);
  });

  it("reads a file of the format's own library (reference/make.py)", () => {
    const reference = JSON.parse(
      readFileSync(new URL('./reference/reference.json', import.meta.url), 'utf8'),
    ) as {
      safetensors: string;
    };
    const { tensors: read, metadata } = decode(Buffer.from(reference.safetensors, 'base64'));
    expect(metadata).toEqual({ made: 'by safetensors' });
    expect(new Float32Array((read['a'] as StoredTensor).bytes.slice().buffer)).toEqual(
      new Float32Array([1.5, -2]),
    );
    expect(new Int32Array((read['b'] as StoredTensor).bytes.slice().buffer)).toEqual(
      new Int32Array([0, 1, 2]),
    );
  });

  const two = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /at least 8 bytes, got 0/],
    [
      'a header longer than the file',
      Buffer.concat([Buffer.from('ffffffffffffff7f', 'hex'), Buffer.from('{}')]),
      /9223372036854775807 bytes, but 2 follow/,
    ],
    ['a header that is no object', file('[1]'), /begin with "{"/],
    ['a header that is no JSON', file('{"a": '), /not JSON/],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), /__metadata__/],
    [
      'an unknown dtype',
      file({ a: { ...two, dtype: 'F8' } }, floats([1, 2])),
      /Unsupported dtype "F8" of tensor "a"/,
    ],
    ['a negative size', file({ a: { ...two, shape: [-2] } }, floats([1, 2])), /Invalid shape of tensor "a"/],
    [
      'sizes that do not fit the bytes',
      file({ a: { ...two, shape: [3] } }, floats([1, 2])),
      /needs 12 bytes, but has 0 to 8 of 8/,
    ],
    [
      'sizes whose product overflows',
      file({ a: { ...two, shape: [2 ** 40, 2 ** 40] } }, floats([1, 2])),
      /needs/,
    ],
    [
      'offsets beyond the end',
      file({ a: { ...two, data_offsets: [8, 16] } }, floats([1, 2])),
      /has 8 to 16 of 8/,
    ],
    ['a gap', file({ a: { ...two, data_offsets: [4, 12] } }, floats([1, 2, 3])), /gap or overlap at byte 0/],
    ['an overlap', file({ a: two, b: two }, floats([1, 2])), /gap or overlap/],
    ['bytes that belong to nothing', file({ a: two }, floats([1, 2, 3])), /cover 8 bytes, but 12/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decode(bytes, 'x.safetensors')).toThrow(message);
    expect(() => decode(bytes, 'x.safetensors')).toThrow(LabError);
  });

  it('notices any changed bit where a checksum is required, and any cut', () => {
    const whole = encode({ tensors, metadata: { step: '3' } });
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const changed = Buffer.from(whole);
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => decode(changed, 'x', 'required')).toThrow(LabError);
      }),
      { numRuns: 500 },
    );
    for (let length = 0; length < whole.length; length++)
      expect(() => decode(whole.subarray(0, length))).toThrow(LabError);
  });
});
