/**
 * What oRPC, which knows only JSON, needs for numbers: typed arrays as base64 of their bytes (little-endian, as all our
 * platforms are), and the infinities, which JSON would turn into null.
 */

const TYPES = { 30: Uint8Array, 31: Int32Array, 32: Float32Array, 33: Float64Array } as const;

const ARRAYS = Object.entries(TYPES).map(([type, Type]) => ({
  type: Number(type),
  condition: (data: unknown): boolean => data instanceof Type,
  serialize: (data: InstanceType<typeof Type>): string =>
    toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  deserialize: (text: string): InstanceType<typeof Type> => {
    const { buffer, byteLength } = fromBase64(text);
    return new Type(buffer, 0, byteLength / Type.BYTES_PER_ELEMENT);
  },
}));

const INFINITIES = {
  type: 34,
  condition: (data: unknown): boolean => data === Infinity || data === -Infinity,
  serialize: (data: number): string => String(data),
  deserialize: (text: string): number => (text === '-Infinity' ? -Infinity : Infinity),
};

/** What oRPC's `customJsonSerializers` takes; both ends must be given the same list. */
export const ARRAY_SERIALIZERS = [...ARRAYS, INFINITIES];

interface Base64Bytes {
  toBase64?(): string;
}
interface Base64Array {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

/** Arguments of one call of `String.fromCharCode`; engines have a limit at about ten times that. */
const CHUNK = 8192;

/** Browsers since 2025 have it built in, Node has Buffer; older browsers only know texts of "binary" characters. */
function toBase64(bytes: Uint8Array): string {
  const own = (bytes as Base64Bytes).toBase64?.();
  if (own !== undefined) return own;
  if (typeof Buffer !== 'undefined') {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

/** Bytes in a buffer of their own, so that wider elements are aligned. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const own = (Uint8Array as Base64Array).fromBase64?.(text);
  if (own !== undefined) return own;
  if (typeof Buffer !== 'undefined') return new Uint8Array(Buffer.from(text, 'base64'));
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
