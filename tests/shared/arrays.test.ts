import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ARRAY_SERIALIZERS } from '../../src/shared/arrays.ts';

afterEach(() => vi.unstubAllGlobals());

/** There and back, as oRPC does it: the first serializer that wants the value, and JSON in between. */
function travel(value: unknown): unknown {
  const serializer = ARRAY_SERIALIZERS.find((each) => each.condition(value));
  if (serializer === undefined) return JSON.parse(JSON.stringify(value));
  const text: unknown = JSON.parse(JSON.stringify(serializer.serialize(value as never)));
  return serializer.deserialize(text as string);
}

const VALUES = [
  new Uint8Array([0, 1, 254, 255]),
  new Int32Array([-2147483648, 0, 2147483647]),
  new Float32Array([0.1, Number.NaN, Number.NEGATIVE_INFINITY]),
  new Float64Array([Math.PI, -0, Number.MIN_VALUE]),
  new Float64Array(0),
  new Float64Array([1, 2, 3, 4]).subarray(1, 3),
  new Uint8Array(100_000).map((_, index) => index % 251),
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

describe('typed arrays and infinities on their way', () => {
  it('arrive as they left', () => {
    for (const value of VALUES) expect(travel(value)).toEqual(value);
  });

  it('arrive as they left in a browser that has neither Buffer nor base64 of its own', () => {
    const there = VALUES.map((value) => ARRAY_SERIALIZERS.find((each) => each.condition(value)));
    vi.stubGlobal('Buffer', undefined);
    for (const [index, value] of VALUES.entries()) {
      const serializer = there[index];
      expect(serializer?.deserialize(String(serializer.serialize(value as never)))).toEqual(value);
    }
  });

  it('have base64 that others read', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = ARRAY_SERIALIZERS[0]?.serialize(bytes as never);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });

  it('leave other numbers alone', () => {
    for (const value of [0, -1.5, Number.MAX_VALUE, 'Infinity', null]) {
      expect(ARRAY_SERIALIZERS.some((each) => each.condition(value))).toBe(false);
    }
  });
});
