/** An area between two lines over the same x, in one growing buffer that is used again for every frame. */

/** Far outside of any screen; further away, rasterisers lose their precision. */
const FAR = 30_000;

export class Ribbon {
  /** x, top, foot, x, top, foot; an x that is NaN ends a stretch. */
  data = new Float32Array(384);
  /** Numbers in use. */
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(x: number, top: number, foot: number): void {
    if (this.length + 3 > this.data.length) {
      const larger = new Float32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = x;
    this.data[this.length++] = Math.max(top, -FAR);
    this.data[this.length++] = Math.min(foot, FAR);
  }

  /** Ends a stretch. */
  lift(): void {
    if (this.length > 0 && !Number.isNaN(this.data[this.length - 3])) this.add(Number.NaN, 0, 0);
  }
}

/** The corners of each stretch: along its top, and back along its foot. */
export function* outlines({ data, length }: Ribbon): Generator<readonly (readonly [number, number])[]> {
  let start = 0;
  for (let i = 0; i <= length; i += 3) {
    if (i < length && !Number.isNaN(data[i])) continue;
    const corners: [number, number][] = [];
    for (let j = start; j < i; j += 3) corners.push([data[j] as number, data[j + 1] as number]);
    for (let j = i - 3; j >= start; j -= 3) corners.push([data[j] as number, data[j + 2] as number]);
    if (corners.length > 0) yield corners;
    start = i + 3;
  }
}
