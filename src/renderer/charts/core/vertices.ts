/** Corners of a path in pixels, in one growing buffer that is used again for every frame. */

/** Far outside of any screen; further away, rasterisers lose their precision. */
const FAR = 30_000;

export class Vertices {
  /** x, y, x, y; an x that is NaN ends a stretch of the path, and the next pair begins another. */
  xy = new Float32Array(256);
  /** Numbers in use. */
  length = 0;

  clear(): void {
    this.length = 0;
  }

  add(x: number, y: number): void {
    if (this.length + 2 > this.xy.length) {
      const larger = new Float32Array(this.xy.length * 2);
      larger.set(this.xy);
      this.xy = larger;
    }
    this.xy[this.length++] = x;
    this.xy[this.length++] = y > FAR ? FAR : y < -FAR ? -FAR : y;
  }

  /** Ends a stretch. */
  lift(): void {
    if (this.length > 0 && !Number.isNaN(this.xy[this.length - 2])) this.add(Number.NaN, 0);
  }
}
