/** Typed arrays over oRPC, which knows only JSON: as base64 of their bytes (little-endian, as all our platforms are). */

const TYPES = { 30: Uint8Array, 31: Int32Array, 32: Float32Array, 33: Float64Array } as const;

/** What oRPC's `customJsonSerializers` takes; both ends must be given the same list. */
export const ARRAY_SERIALIZERS = Object.entries(TYPES).map(([type, Type]) => ({
  type: Number(type),
  condition: (data: unknown): boolean => data instanceof Type,
  serialize: (data: InstanceType<typeof Type>): string =>
    toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  deserialize: (text: string): InstanceType<typeof Type> => {
    const { buffer, byteLength } = fromBase64(text);
    return new Type(buffer, 0, byteLength / Type.BYTES_PER_ELEMENT);
  },
}));

interface Base64Bytes {
  toBase64?(): string;
}
interface Base64Array {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

/** Browsers have it built in; Node 20 has Buffer. */
function toBase64(bytes: Uint8Array): string {
  const own = (bytes as Base64Bytes).toBase64?.();
  return own ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Bytes in a buffer of their own, so that wider elements are aligned. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const own = (Uint8Array as Base64Array).fromBase64?.(text);
  return own ?? new Uint8Array(Buffer.from(text, 'base64'));
}
