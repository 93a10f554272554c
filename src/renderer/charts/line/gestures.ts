/** What a pointer does to a chart: points, drags out a part, pans, zooms, resets. */
import type { Attachment } from 'svelte/attachments';
import type { Plot } from './frame.ts';

/** Where a gesture began: in the plot, below it on the x axis, or left of it on the y axis. */
export type Area = 'plot' | 'x' | 'y';

export interface Rectangle {
  readonly x0: number;
  readonly x1: number;
  /** Null: the full height. */
  readonly y: readonly [number, number] | null;
}

export interface GestureHandlers {
  plot(): Plot;
  hover(x: number, y: number): void;
  leave(): void;
  press(x: number, y: number): void;
  /** While a part is dragged out; null when it is not any more. */
  outline(rectangle: Rectangle | null): void;
  select(rectangle: Rectangle): void;
  panStart(): void;
  /** Pixels since the start. */
  pan(dx: number, dy: number, area: Area): void;
  panEnd(): void;
  /** Below 1 goes nearer. */
  zoom(factor: number, x: number, y: number, area: Area): void;
  reset(): void;
}

/** A drag of fewer pixels is a press. */
const STILL = 4;

/**
 * Drag selects along x, with Shift along both; a drag on an axis, with Alt or with the middle button pans; the wheel zooms with
 * Ctrl and pans sideways; a double press resets. A plain wheel is left to the page.
 */
export function gestures(handlers: GestureHandlers): Attachment<HTMLElement> {
  return (element) => {
    let drag: { x: number; y: number; area: Area; pans: boolean; both: boolean; moved: boolean } | null =
      null;

    const at = (event: MouseEvent): { x: number; y: number } => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const areaOf = ({ x, y }: { x: number; y: number }): Area => {
      const plot = handlers.plot();
      if (y > plot.bottom && x > plot.left - 8) return 'x';
      return x < plot.left ? 'y' : 'plot';
    };
    const rectangle = (
      from: { x: number; y: number },
      to: { x: number; y: number },
      both: boolean,
    ): Rectangle => {
      const { left, right, top, bottom } = handlers.plot();
      const clamp = (value: number, low: number, high: number): number =>
        Math.min(Math.max(value, low), high);
      const [ax, bx] = [clamp(from.x, left, right), clamp(to.x, left, right)];
      const [ay, by] = [clamp(from.y, top, bottom), clamp(to.y, top, bottom)];
      return {
        x0: Math.min(ax, bx),
        x1: Math.max(ax, bx),
        y: both ? [Math.min(ay, by), Math.max(ay, by)] : null,
      };
    };

    const down = (event: PointerEvent): void => {
      if (event.button > 1 || (event.target instanceof Element && event.target.closest('button'))) return;
      const from = at(event);
      const area = areaOf(from);
      if (area === 'plot' && from.x > handlers.plot().right + 2) return;
      const pans = area !== 'plot' || event.altKey || event.button === 1;
      drag = { ...from, area, pans, both: event.shiftKey, moved: false };
      element.setPointerCapture(event.pointerId);
      if (event.button === 1) event.preventDefault();
      if (pans) handlers.panStart();
    };
    // Some devices tell of more moves than there are frames; each frame acts on the newest.
    let newest: PointerEvent | null = null;
    let frame = 0;
    const move = (event: PointerEvent): void => {
      if (newest === null) frame = requestAnimationFrame(act);
      newest = event;
    };
    const act = (): void => {
      cancelAnimationFrame(frame);
      if (newest === null) return;
      const to = at(newest);
      newest = null;
      if (drag === null) {
        if (areaOf(to) === 'plot' && to.x <= handlers.plot().right + 2) handlers.hover(to.x, to.y);
        else handlers.leave();
        return;
      }
      if (!drag.moved && Math.hypot(to.x - drag.x, to.y - drag.y) < STILL) return;
      drag.moved = true;
      if (drag.pans) handlers.pan(to.x - drag.x, to.y - drag.y, drag.area);
      else {
        handlers.leave();
        handlers.outline(rectangle(drag, to, drag.both));
      }
    };
    const up = (event: PointerEvent): void => {
      act();
      if (drag === null) return;
      const done = drag;
      drag = null;
      element.releasePointerCapture(event.pointerId);
      if (done.pans) return handlers.panEnd();
      handlers.outline(null);
      if (!done.moved) return handlers.press(done.x, done.y);
      handlers.select(rectangle(done, at(event), done.both));
    };
    const cancel = (): void => {
      if (drag?.pans === true) handlers.panEnd();
      drag = null;
      handlers.outline(null);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || drag === null) return;
      cancel();
      event.stopPropagation();
    };
    // Turns of the wheel within one frame add up.
    let turned: { x: number; y: number; pixels: number } | null = null;
    let turning = 0;
    const turn = (): void => {
      if (turned === null) return;
      const { x, y, pixels } = turned;
      turned = null;
      handlers.zoom(Math.exp(pixels * 0.002), x, y, areaOf({ x, y }));
    };
    const wheel = (event: WheelEvent): void => {
      const to = at(event);
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        if (turned === null) turning = requestAnimationFrame(turn);
        turned = { ...to, pixels: (turned?.pixels ?? 0) + event.deltaY * pixels };
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        handlers.panStart();
        handlers.pan(-event.deltaX * pixels, 0, 'x');
        handlers.panEnd();
      }
    };
    const double = (event: MouseEvent): void => {
      if (event.target instanceof Element && event.target.closest('button')) return;
      handlers.reset();
    };
    const leave = (): void => {
      if (drag !== null) return;
      newest = null;
      cancelAnimationFrame(frame);
      handlers.leave();
    };

    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', cancel);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('keydown', key);
    // Not passive: Ctrl with the wheel would zoom the page.
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('dblclick', double);
    return () => {
      cancelAnimationFrame(frame);
      cancelAnimationFrame(turning);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', cancel);
      element.removeEventListener('pointerleave', leave);
      element.removeEventListener('keydown', key);
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('dblclick', double);
    };
  };
}
