/** One channel of an image or of what was made of it: [height, width, channels] as [height, width]. */
export function channelOf(
  values: Uint8Array | Float32Array,
  channels: number,
  channel: number,
): Uint8Array | Float32Array {
  if (channels === 1) return values;
  const size = Math.floor(values.length / channels);
  const part = values instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  for (let i = 0; i < size; i++) part[i] = values[i * channels + channel] as number;
  return part;
}

/** "28 x 28", "32 x 32 x 3", "one number" for []. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'one number' : shape.join(' x ');
}
