/** The arithmetic of a drawing that can be zoomed and moved. Lengths in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point of the drawing is shown at point * zoom + (x, y). */
export interface GraphView {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export const LEAST_ZOOM = 0.1;
export const MOST_ZOOM = 3;

/** All of the drawing, in the middle, never larger than it is. */
export function fitGraph(drawing: Size, view: Size): GraphView {
  const zoom = Math.max(LEAST_ZOOM, Math.min(1, view.width / drawing.width, view.height / drawing.height));
  return {
    zoom,
    x: (view.width - drawing.width * zoom) / 2,
    y: Math.max(0, (view.height - drawing.height * zoom) / 2),
  };
}

/** Large enough to be read: by its width, from the top. */
export function beginGraph(drawing: Size, view: Size): GraphView {
  const zoom = Math.max(LEAST_ZOOM, Math.min(1, view.width / drawing.width));
  const fit = fitGraph(drawing, view);
  return fit.zoom > 0.7 ? fit : { zoom, x: (view.width - drawing.width * zoom) / 2, y: 0 };
}

/** Zooms by `factor`; the point of the view `at` stays where it is. */
export function zoomGraph(view: GraphView, factor: number, at: { x: number; y: number }): GraphView {
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, view.zoom * factor));
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** Moves by some pixels; a strip of the drawing stays in sight. */
export function moveGraph(view: GraphView, dx: number, dy: number, drawing: Size, size: Size): GraphView {
  const within = (value: number, length: number, room: number): number =>
    Math.min(room - KEPT, Math.max(KEPT - length * view.zoom, value));
  return {
    ...view,
    x: within(view.x + dx, drawing.width, size.width),
    y: within(view.y + dy, drawing.height, size.height),
  };
}
const KEPT = 48;

/** Moves as little as it takes to show a box of the drawing, with a margin. */
export function revealBox(
  view: GraphView,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  size: Size,
): GraphView {
  const shift = (from: number, length: number, offset: number, room: number): number => {
    const [low, high] = [from * view.zoom + offset - MARGIN, (from + length) * view.zoom + offset + MARGIN];
    if (low < 0) return -low;
    return high > room ? Math.max(room - high, -low) : 0;
  };
  return {
    ...view,
    x: view.x + shift(box.x - box.width / 2, box.width, view.x, size.width),
    y: view.y + shift(box.y - box.height / 2, box.height, view.y, size.height),
  };
}
const MARGIN = 12;
