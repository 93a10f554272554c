/* global window, requestAnimationFrame, queueMicrotask, CanvasRenderingContext2D, HTMLCanvasElement */
/**
 * In the page of ../scroll.mjs, before anything else: notes each painting of the grid's canvas, and since when each tile in sight has been
 * blank. The grid empties its canvas when it begins, and fills a square where an image is not there yet.
 */
{
  const { clearRect, fillRect } = CanvasRenderingContext2D.prototype;
  const grid = {
    paints: 0,
    /** @type {Map<string, number>} tiles that are blank, and since when */
    blank: new Map(),
    /** @type {Map<string, number>} of the painting that is under way */
    now: new Map(),
    /** @type {number[]} */
    durations: [],
    /** @type {number[]} */
    frames: [],
    recording: false,
  };
  Object.assign(window, { grid });
  const scrollerOf = (/** @type {CanvasRenderingContext2D} */ { canvas }) =>
    canvas instanceof HTMLCanvasElement ? canvas.closest('[role=grid]') : null;
  /** What was blank before and is not now has come, or is out of sight. */
  const settle = () => {
    const time = performance.now();
    for (const [tile, since] of grid.blank) if (!grid.now.has(tile)) grid.durations.push(time - since);
    grid.blank = grid.now;
  };
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (scrollerOf(this) !== null) {
      grid.paints++;
      grid.now = new Map();
      queueMicrotask(settle);
    }
    clearRect.apply(this, box);
  };
  CanvasRenderingContext2D.prototype.fillRect = function (...box) {
    const scroller = scrollerOf(this);
    if (scroller !== null && box[2] > 8 && box[2] === box[3]) {
      const tile = `${Math.round(box[0])},${Math.round(box[1] + scroller.scrollTop)}`;
      grid.now.set(tile, grid.blank.get(tile) ?? performance.now());
    }
    fillRect.apply(this, box);
  };
  let last = 0;
  const tick = (/** @type {number} */ time) => {
    if (grid.recording && last > 0) grid.frames.push(time - last);
    last = time;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
