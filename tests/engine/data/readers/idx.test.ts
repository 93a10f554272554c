import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../../src/shared/errors.ts';
import { checkCounts, checkLabels, parseIdx, readIdxFile } from '../../../../src/engine/data/readers/idx.ts';
import { after, errorOf, idxBytes, noise, tempFolder } from '../helpers.ts';

const IMAGES = idxBytes([2, 3, 4], noise(24));

function fileOf(bytes: Uint8Array, name = 'images'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

/** Four header bytes, the dimensions, then zeros. */
function header(lead: number[], dims: number[], values = 0): Uint8Array<ArrayBuffer> {
  const bytes = idxBytes(dims, new Uint8Array(values));
  bytes.set(lead);
  return bytes;
}

describe('parseIdx', () => {
  it('returns a view into the bytes, not a copy', () => {
    const { shape, data, dtype } = parseIdx(IMAGES);
    expect(dtype).toBe('uint8');
    expect(shape).toEqual([2, 3, 4]);
    expect(data.buffer).toBe(IMAGES.buffer);
    expect([...data]).toEqual([...noise(24)]);
  });

  it('reads bytes that lie inside a larger buffer', () => {
    const larger = new Uint8Array(IMAGES.length + 9);
    larger.set(IMAGES, 5);
    const { data } = parseIdx(larger.subarray(5, 5 + IMAGES.length));
    expect([...data]).toEqual([...noise(24)]);
  });

  const wrong: [string, Uint8Array<ArrayBuffer>, string, RegExp][] = [
    ['an empty file', new Uint8Array(0), 'data/idx-empty', /got an empty file/],
    ['a single byte', new Uint8Array(1), 'data/idx-truncated', /at least 4 bytes .* got 1/],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'data/idx-magic', /two zero bytes .* got 0x89 0x50/],
    ['a non-zero second byte', header([0, 1, 8, 1], [1], 1), 'data/idx-magic', /got 0x00 0x01/],
    ['an unknown type', header([0, 0, 0x0a, 1], [1], 1), 'data/idx-type', /Unknown IDX type code 0x0a/],
    ['float32', header([0, 0, 0x0d, 1], [1], 4), 'data/idx-unsupported', /Unsupported IDX type float32/],
    ['no dimensions', header([0, 0, 8, 0], []), 'data/idx-dims', /1 to 8 dimensions .* got 0/],
    ['255 dimensions', header([0, 0, 8, 255], [1]), 'data/idx-dims', /1 to 8 dimensions .* got 255/],
    ['half a header', IMAGES.slice(0, 10), 'data/idx-truncated', /16 bytes of header .* got 10/],
    ['no examples', idxBytes([0, 28, 28], new Uint8Array(0)), 'data/idx-empty', /\[0, 28, 28\]/],
    [
      'a product that overflows',
      idxBytes([0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(4)),
      'data/idx-overflow',
      /\[4294967295, 4294967295, 4294967295\]/,
    ],
    [
      'a product that wraps to the size in 32 bits',
      idxBytes([0x10000, 0x10000], new Uint8Array(0)),
      'data/idx-truncated',
      /Expected 4294967308 bytes .* got 12/,
    ],
    ['a missing byte', IMAGES.slice(0, -1), 'data/idx-truncated', /Expected 40 bytes .* got 39/],
    ['a byte too many', new Uint8Array([...IMAGES, 0]), 'data/idx-trailing', /Expected 40 bytes .* got 41/],
  ];
  it.each(wrong)('refuses %s', async (_, bytes, code, message) => {
    const error = await errorOf(() => parseIdx(bytes, { name: 'train-images' }));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('train-images');
    expect(error.hint).toBeTruthy();
  });

  it('refuses other dimensions than expected, and takes any where null stands', async () => {
    expect(parseIdx(IMAGES, { expectedDims: [null, 3, 4] }).shape[0]).toBe(2);
    const error = await errorOf(() => parseIdx(IMAGES, { expectedDims: [null, 28, 28] }));
    expect(error.code).toBe('data/idx-dims');
    expect(error.message).toContain('Expected dimensions [any, 28, 28] in "IDX file", got [2, 3, 4].');
    // Images where labels belong.
    expect((await errorOf(() => parseIdx(IMAGES, { expectedDims: [null] }))).code).toBe('data/idx-dims');
  });
});

describe('checkLabels and checkCounts', () => {
  it('names the first label out of range', async () => {
    checkLabels(Uint8Array.of(0, 9, 3), 10, 'labels');
    const error = await errorOf(() => checkLabels(Uint8Array.of(0, 9, 10, 11), 10, 'labels'));
    expect(error.code).toBe('data/label-range');
    expect(error.message).toBe('Expected labels from 0 to 9 in "labels", got 10 at example 2.');
  });

  it('gives both counts', async () => {
    const labels = parseIdx(idxBytes([3], new Uint8Array(3)));
    const error = await errorOf(() => checkCounts(parseIdx(IMAGES), labels, 'a', 'b'));
    expect(error.code).toBe('data/count-mismatch');
    expect(error.message).toContain('got 2 images in "a" and 3 labels in "b"');
  });
});

describe('readIdxFile', () => {
  it('reads plain and gzipped files alike, whatever their names', () => {
    for (const bytes of [IMAGES, gzipSync(IMAGES), gzipSync(IMAGES, { level: 0 })]) {
      const { shape, data } = readIdxFile(fileOf(bytes));
      expect(shape).toEqual([2, 3, 4]);
      expect([...data]).toEqual([...noise(24)]);
    }
  });

  it('reads a gzip file with a long file name in its header', () => {
    const plain = gzipSync(IMAGES);
    const name = new Uint8Array(5001).fill(0x61);
    name[5000] = 0;
    const flagged = Uint8Array.from(plain.subarray(0, 10));
    flagged[3] = 8; // FNAME
    const { shape } = readIdxFile(fileOf(new Uint8Array([...flagged, ...name, ...plain.subarray(10)])));
    expect(shape).toEqual([2, 3, 4]);
  });

  it('reads large packed files in one piece of the right size', () => {
    const values = noise(300_000);
    const { data } = readIdxFile(fileOf(gzipSync(idxBytes([300_000], values))));
    expect(Buffer.compare(data, values)).toBe(0);
  });

  const packed = gzipSync(IMAGES);
  const wrong: [string, Uint8Array, string, RegExp][] = [
    ['an empty file', new Uint8Array(0), 'data/idx-empty', /empty file/],
    ['an empty gzip file', gzipSync(''), 'data/idx-empty', /empty file/],
    ['a cut gzip file', packed.subarray(0, -9), 'data/gzip', /unexpected end of file/],
    ['a gzip file with a wrong checksum', flipped(packed, packed.length - 6), 'data/gzip', /check/],
    ['two gzip magic bytes and no more', packed.subarray(0, 2), 'data/idx-empty', /empty file/],
    [
      'garbage after the gzip data',
      Buffer.concat([packed, Buffer.from('more')]),
      'data/gzip',
      /incorrect header check/,
    ],
    [
      'zeros after the gzip data',
      Buffer.concat([packed, Buffer.alloc(100)]),
      'data/idx-trailing',
      /got 100 bytes after it/,
    ],
    [
      'a second gzip member',
      Buffer.concat([packed, gzipSync('x')]),
      'data/idx-trailing',
      /got more when unpacking/,
    ],
    [
      'more unpacked bytes than declared',
      gzipSync(Buffer.concat([IMAGES, Buffer.alloc(50)])),
      'data/idx-trailing',
      /Expected 40 bytes .* got more/,
    ],
    [
      'fewer unpacked bytes than declared',
      gzipSync(IMAGES.subarray(0, 30)),
      'data/idx-truncated',
      /Expected 40 bytes .* got 30/,
    ],
    [
      'a header that a gzip file of this size cannot hold',
      gzipSync(idxBytes([200_000_000], new Uint8Array(0))),
      'data/idx-truncated',
      /Expected 200000008 bytes .* can hold no more than/,
    ],
    [
      'a large file behind a small header',
      gzipSync(Buffer.concat([idxBytes([1], Uint8Array.of(1)), noise(200_000)])),
      'data/idx-trailing',
      /packed bytes/,
    ],
  ];
  it.each(wrong)('refuses %s', async (_, bytes, code, message) => {
    const error = await errorOf(() => readIdxFile(fileOf(bytes)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('refuses a missing file and a folder', async () => {
    const folder = tempFolder();
    expect((await errorOf(() => readIdxFile(join(folder, 'none')))).code).toBe('data/not-found');
    mkdirSync(join(folder, 'images'));
    const error = await errorOf(() => readIdxFile(join(folder, 'images')));
    expect(error.code).toBe('data/not-a-file');
    expect(error.message).toContain('got a folder');
  });

  it('refuses what is above the cap, plain or packed, before reading it', async () => {
    const large = idxBytes([5000], new Uint8Array(5000));
    for (const bytes of [large, gzipSync(large)]) {
      const error = await errorOf(() => readIdxFile(fileOf(bytes), { maxBytes: 1000 }));
      expect(error.code).toBe('data/too-large');
      expect(error.message).toMatch(/Expected at most 1000 bytes .* 5008 bytes/);
    }
  });

  it('stops a gzip bomb at the declared size, without the memory that it asks for', async () => {
    // 256 MiB of zeros behind a header for 16 MiB: about 260 kB packed.
    const declared = idxBytes([16 * 1024 * 1024], new Uint8Array(0));
    const bomb = fileOf(gzipSync(Buffer.concat([declared, Buffer.alloc(256 * 1024 * 1024)])));
    const peakBefore = process.resourceUsage().maxRSS;
    const watched = watchAllocations();
    const error = await errorOf(() => readIdxFile(bomb));
    expect(error.code).toBe('data/idx-trailing');
    expect(process.resourceUsage().maxRSS - peakBefore).toBeLessThan(64 * 1024);
    // The header, its values, and the one byte that would be too many.
    expect(watched.largest()).toBe(8 + 16 * 1024 * 1024 + 1);

    watched.reset();
    expect((await errorOf(() => readIdxFile(bomb, { maxBytes: 1024 * 1024 }))).code).toBe('data/too-large');
    expect(watched.largest()).toBeLessThan(256 * 1024);
  });

  it('throws nothing but LabError, and takes no more memory than allowed, for damaged files', () => {
    const folder = tempFolder();
    const path = join(folder, 'damaged');
    const maxBytes = 4096;
    const original = idxBytes([10, 6, 5], noise(300));
    const damage = fc.record({
      packed: fc.boolean(),
      packedAfter: fc.boolean(),
      edits: fc.array(fc.tuple(fc.nat({ max: 340 }), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      headerEdits: fc.array(fc.tuple(fc.nat({ max: 15 }), fc.integer({ min: 0, max: 255 })), {
        maxLength: 3,
      }),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      extra: fc.uint8Array({ maxLength: 20 }),
    });
    const watched = watchAllocations();
    fc.assert(
      fc.property(damage, ({ packed, packedAfter, edits, headerEdits, keep, extra }) => {
        const edit = (bytes: Uint8Array, changes: [number, number][]): Uint8Array => {
          const copy = Uint8Array.from(bytes);
          for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
          return copy;
        };
        let bytes = edit(original, headerEdits);
        if (packed) bytes = gzipSync(bytes);
        bytes = edit(bytes, edits).subarray(0, Math.ceil(bytes.length * keep));
        bytes = Buffer.concat([bytes, extra]);
        if (packedAfter) bytes = gzipSync(bytes);
        writeFileSync(path, bytes);
        watched.reset();
        try {
          const { shape, data } = readIdxFile(path, { maxBytes });
          expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
          expect(data.length).toBeLessThanOrEqual(maxBytes);
        } catch (error) {
          if (!(error instanceof LabError)) throw error;
          expect(error.code).toMatch(/^data\//);
        }
        // The packed file's own limit and zlib's chunk (16 kB) stay below this.
        expect(watched.largest()).toBeLessThanOrEqual(maxBytes + 128 * 1024);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads any shape back as it was written', () => {
    const path = join(tempFolder(), 'any');
    const shapes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.boolean(), (shape, packed) => {
        const values = noise(shape.reduce((product, size) => product * size, 1));
        const bytes = idxBytes(shape, values);
        writeFileSync(path, packed ? gzipSync(bytes) : bytes);
        const read = readIdxFile(path);
        expect(read.shape).toEqual(shape);
        expect([...read.data]).toEqual([...values]);
      }),
      { numRuns: 200 },
    );
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}

/** Records the largest buffer that is asked for, here and inside zlib. */
function watchAllocations(): { largest: () => number; reset: () => void } {
  let largest = 0;
  const note = (size: number): void => {
    largest = Math.max(largest, size);
  };
  const slow = Buffer.allocUnsafeSlow.bind(Buffer);
  const fast = Buffer.allocUnsafe.bind(Buffer);
  const spies = [
    vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation((size) => {
      note(size);
      return slow(size);
    }),
    vi.spyOn(Buffer, 'allocUnsafe').mockImplementation((size) => {
      note(size);
      return fast(size);
    }),
  ];
  after(() => spies.forEach((spy) => spy.mockRestore()));
  return {
    largest: () => largest,
    reset: () => {
      largest = 0;
    },
  };
}
