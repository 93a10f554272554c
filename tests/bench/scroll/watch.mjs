/* global window, document, requestAnimationFrame, queueMicrotask, CanvasRenderingContext2D, HTMLCanvasElement */
/**
 * In the page of ../scroll.mjs, before anything else: notes since when each tile or text in sight has been blank. A grid of images empties
 * its canvas when it begins to paint, and fills a square where an image is not there yet. A list of texts is looked at in every frame: a
 * row that is not there yet, or has no words, is blank.
 */
{
  const { clearRect, fillRect } = CanvasRenderingContext2D.prototype;
  const scrolled = {
    paints: 0,
    /** @type {Map<string, number>} what is blank, and since when */
    blank: new Map(),
    /** @type {Map<string, number>} of the painting that is under way */
    now: new Map(),
    /** @type {number[]} */
    durations: [],
    /** @type {number[]} */
    frames: [],
    recording: false,
  };
  Object.assign(window, { scrolled });
  const scrollerOf = (/** @type {CanvasRenderingContext2D} */ { canvas }) =>
    canvas instanceof HTMLCanvasElement ? canvas.closest('[role=grid]') : null;
  /** What was blank before and is not now has come, or is out of sight. */
  const settle = () => {
    const time = performance.now();
    for (const [tile, since] of scrolled.blank)
      if (!scrolled.now.has(tile)) scrolled.durations.push(time - since);
    scrolled.blank = scrolled.now;
  };
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (scrollerOf(this) !== null) {
      scrolled.paints++;
      scrolled.now = new Map();
      queueMicrotask(settle);
    }
    clearRect.apply(this, box);
  };
  CanvasRenderingContext2D.prototype.fillRect = function (...box) {
    const scroller = scrollerOf(this);
    if (scroller !== null && box[2] > 8 && box[2] === box[3]) {
      const tile = `${Math.round(box[0])},${Math.round(box[1] + scroller.scrollTop)}`;
      scrolled.now.set(tile, scrolled.blank.get(tile) ?? performance.now());
    }
    fillRect.apply(this, box);
  };
  const lookAtRows = () => {
    const list = document.querySelector('[role=listbox]');
    const rows = [...(list?.querySelectorAll('[role=option]') ?? [])];
    const height = rows[0]?.getBoundingClientRect().height ?? 0;
    if (list === null || height === 0) return;
    const full = new Set(
      rows
        .filter((row) => row.textContent?.trim() !== '')
        .map((row) => Number(row.getAttribute('aria-posinset')) - 1),
    );
    scrolled.paints++;
    scrolled.now = new Map();
    const end = Math.ceil((list.scrollTop + list.clientHeight) / height);
    for (let at = Math.floor(list.scrollTop / height); at < end; at++) {
      if (!full.has(at)) scrolled.now.set(`${at}`, scrolled.blank.get(`${at}`) ?? performance.now());
    }
    settle();
  };
  let last = 0;
  const tick = (/** @type {number} */ time) => {
    if (scrolled.recording && last > 0) scrolled.frames.push(time - last);
    last = time;
    lookAtRows();
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
