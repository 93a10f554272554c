/** Rectangles in pixels, to keep texts from touching. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Whether two overlap, or come closer to each other sideways than `apart`. */
export function touch(a: Box, b: Box, apart = 0): boolean {
  return a.left < b.right + apart && a.right > b.left - apart && a.top < b.bottom && a.bottom > b.top;
}
